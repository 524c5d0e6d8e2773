from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from notifications import rendering
from notifications.rendering import FOLDER, render_message
from settings import get_settings
from voc.errors import InputError
from voc.telling.messages import AFTER, FOR_CUSTOMERS, INVITATION, OBSERVING, OF_OPERATION, TEMPLATES

DATA: dict[str, object] = {
    "number": "VOC-7K3M9Q2XTA",
    "category": "智能客服答非所问、转人工难",
    "deadline": "2026 年 11 月 25 日 18:00",
    "link": "https://voc.example.com/t/4fQ8xVb2nLk0aZr7PdGm1w",
    "department": "安装服务部",
    "measure": "以真实会话建立机器人上线评测",
    "round": 2,
    "verdict": "effective",
    "relative_change": -0.583,
    "verification": "V-31",
}
ASCII_BETWEEN_CJK = re.compile(r"[\u4e00-\u9fff」）][,;:!?()]|[,;:!?()][\u4e00-\u9fff「（]")
TOLD = sorted({(notice.template, notice.audience) for notices in AFTER.values() for notice in notices})


def test_templates_and_messages_are_the_same_set() -> None:
    assert {
        path.name.removesuffix(".txt.j2") for path in FOLDER.glob("*.txt.j2")
    } == TEMPLATES | OF_OPERATION | {INVITATION}


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_every_message_is_complete_short_and_in_correct_chinese(template: str) -> None:
    subject, text, html = render_message(template, DATA)
    assert 0 < len(subject) <= 45
    assert len(text) <= 300
    assert "您" in text
    assert str(DATA["number"]) in subject + text
    assert str(DATA["link"]) in text.split("\n")
    assert not ASCII_BETWEEN_CJK.search(subject + text.replace(str(DATA["link"]), ""))
    assert "{" not in subject + text
    assert html is not None
    assert html.count(f'<a href="{DATA["link"]}"') == 1


def test_a_letter_is_signed_with_the_name_of_the_company_and_fits_a_telephone(monkeypatch) -> None:
    monkeypatch.setenv("VOC_COMPANY", "晴川家电")
    get_settings.cache_clear()
    try:
        _, text, html = render_message("case_opened", DATA)
    finally:
        get_settings.cache_clear()
    assert "晴川家电</p>" in str(html)
    assert "晴川家电" not in text  # the gateway signs a text message
    assert re.search(r'<a href="[^"]+" style="[^"]*word-break:break-all', str(html))


def test_without_a_name_a_letter_is_not_signed() -> None:
    assert "本公司" not in str(render_message("case_opened", DATA)[2])


def test_the_owner_of_a_stopped_channel_reads_why_and_how_to_go_on() -> None:
    _, text, _ = render_message("channel_stopped", {"channel": "mail", "reason": "用户名或密码不对。"})
    assert "用户名或密码不对" in text
    assert "voc channel start mail" in text


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_a_missing_fact_is_an_error_and_not_a_gap(template: str) -> None:
    with pytest.raises(InputError, match=f"「{template}」无法生成"):
        render_message(template, {})


@pytest.mark.parametrize("template", [name for name, audience in TOLD if audience in ("department", "owner")])
def test_departments_get_number_category_deadline_and_link_but_nothing_personal(template: str) -> None:
    source = (FOLDER / f"{template}.txt.j2").read_text(encoding="utf-8")
    used = set(re.findall(r"\{\{\s*(\w+)", source))
    assert {"number", "category", "link"} <= used
    assert used <= {"number", "category", "deadline", "link", "measure", "department", "round"}


def test_a_verified_effect_is_told_with_the_number_of_its_verification() -> None:
    text = render_message("problem_effective", DATA)[1]
    assert "经核实，相关投诉率下降约 58%（验证编号 V-31）" in text


def test_a_figure_from_the_database_is_told_as_well() -> None:
    assert (
        "下降约 58%" in render_message("problem_effective", {**DATA, "relative_change": Decimal("-0.58")})[1]
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "insufficient"},
        {"verdict": "worse"},
        {"relative_change": None},
        {"relative_change": "-58%"},
    ],
)
def test_anything_less_than_a_verified_effect_reads_as_being_observed(changes: dict[str, object]) -> None:
    text = render_message("problem_effective", {**DATA, **changes})[1]
    assert OBSERVING in text
    assert "%" not in text


def test_an_effect_without_its_verification_is_refused() -> None:
    with pytest.raises(InputError, match="验证记录编号"):
        render_message("problem_effective", {**DATA, "verification": None})


@pytest.mark.parametrize("template", ["action_implemented", "problem_effective"])
def test_a_hand_typed_number_in_the_data_of_a_customer_notice_is_refused(template: str) -> None:
    with pytest.raises(InputError, match="未经验证"):
        render_message(template, {**DATA, "measure": "优化排程，投诉下降 60%"})


def test_a_department_may_read_a_target_in_its_task() -> None:
    assert "action_approved" not in FOR_CUSTOMERS
    assert "缩短到 2 小时" in render_message("action_approved", {**DATA, "measure": "把等待缩短到 2 小时"})[1]


@pytest.fixture
def own_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let a test write its own template into an empty folder."""
    monkeypatch.setattr(rendering, "FOLDER", tmp_path)
    rendering._text_template.cache_clear()
    yield tmp_path
    rendering._text_template.cache_clear()


def test_a_hand_typed_number_in_a_template_is_refused(own_templates: Path) -> None:
    (own_templates / "mine.txt.j2").write_text("标题\n投诉下降 40%，{{ effect }}", encoding="utf-8")
    with pytest.raises(InputError, match="40%"):
        render_message("mine", DATA)


def test_a_template_cannot_reach_into_the_program(own_templates: Path) -> None:
    source = "标题\n{{ number.__class__.__mro__ }}"
    (own_templates / "mine.txt.j2").write_text(source, encoding="utf-8")
    with pytest.raises(InputError, match="unsafe"):
        render_message("mine", DATA)


def test_a_template_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="「pigeon」"):
        render_message("pigeon", DATA)


class Tags(HTMLParser):
    """Collects the tags a mail reader would see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


def test_customer_words_cannot_become_html() -> None:
    page = render_message("case_opened", {**DATA, "category": "<script>alert(1)</script><img src=x>"})[2]
    assert page is not None
    assert {"script", "img"}.isdisjoint(Tags(page).seen)
    assert "&lt;script&gt;" in page
