"""The leadership report as a file: one HTML page, nothing fetched, everything escaped, failures first."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from notifications import charts, pages
from voc.kpi import PART_NAMES
from voc.reporting.facts import Facts, ProblemFact
from voc.reporting.report import build

_SPEC = importlib.util.spec_from_file_location(
    "report_example", Path(__file__).with_name("report_example.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
example = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(example)
FULL: Facts = example.FULL
EMPTY: Facts = example.EMPTY
BAD = "<script>alert(\"x\")</script>&<b title='y'>"
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Tree(HTMLParser):
    """Collects what a browser would see: balanced tags, ids, links, text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.add(tag)
        self.open += [tag] if tag not in VOID else []
        self.ids += [named["id"] or ""] if "id" in named else []
        self.targets |= (
            {(named.get("href") or "")[1:]} if (named.get("href") or "").startswith("#") else set()
        )

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def full() -> str:
    return pages.render_report(build(FULL))


@pytest.fixture(scope="module")
def empty() -> str:
    return pages.render_report(build(EMPTY))


@pytest.fixture(scope="module")
def planted() -> str:
    problem = ProblemFact("P-9", BAD, BAD, 9, 0.1, weekly=(1, 2), areas=(BAD,), quotations=(BAD,))
    trend = replace(FULL.trends[0], problem=BAD)
    effect = replace(FULL.effects[0], problem=BAD, action=BAD, department=BAD, sentence=BAD)
    number = replace(FULL.numbers[0], name=BAD, definition=BAD, note=BAD)
    facts = replace(
        FULL, company=BAD, problems=(problem,), trends=(trend,), effects=(effect,), numbers=(number,)
    )
    return pages.render_report(build(facts))


@pytest.mark.parametrize("page", ["full", "empty", "planted"])
def test_the_page_is_whole_html(page: str, request: pytest.FixtureRequest) -> None:
    tree = Tree(request.getfixturevalue(page))
    assert tree.open == []
    assert {"html", "head", "body", "main", "h1"} <= tree.tags
    assert len(tree.ids) == len(set(tree.ids))


@pytest.mark.parametrize("page", ["full", "empty", "planted"])
def test_nothing_is_fetched_and_nothing_runs(page: str, request: pytest.FixtureRequest) -> None:
    html = request.getfixturevalue(page).replace(
        "http://www.w3.org/", ""
    )  # namespaces are names, not addresses
    assert not re.search(r"https?://|//cdn|@import|url\([^#]|src=", html)
    assert not {"script", "link", "iframe", "object", "img"} & Tree(html).tags


def test_the_same_facts_give_the_same_bytes(full: str) -> None:
    assert pages.render_report(build(FULL)) == full


def test_user_text_is_escaped_in_words_and_in_pictures(planted: str) -> None:
    assert "<script" not in planted
    assert "<b title" not in planted
    assert 'alert("x")' in Tree(planted).text


def test_failures_come_before_successes(full: str) -> None:
    worse, fine = full.index("客服电话长时间无人接听</h3>"), full.index("安装师傅未按预约时间上门</h3>")
    assert (
        full.index('id="failures"') < worse < full.index('id="overdue"') < full.index('id="successes"') < fine
    )


def test_each_link_inside_the_page_leads_somewhere(full: str) -> None:
    tree = Tree(full)
    assert tree.targets
    assert tree.targets <= set(tree.ids)


def test_pictures_keep_chinese_labels_as_text(full: str) -> None:
    pictures = "".join(re.findall(r"<svg class=\"chart\".*?</svg>", full, re.S))
    for words in ("基线期", "观察期", "措施上线", "恶化", "累计 52%", "配送超过承诺时间"):
        assert re.search(rf"<text[^>]*>[^<]*{words}", pictures)


def test_the_full_page_shows_a_picture_of_every_kind(full: str) -> None:
    forest, pareto, channels, effects, rows = 2, 2, 2, 1, 1
    assert full.count('<svg class="chart"') == forest + pareto + channels + effects + rows + len(FULL.trends)
    assert full.count('<svg class="spark"') == len(FULL.problems) + len(FULL.audit.shares)


def test_effects_are_said_with_interval_and_rates(full: str) -> None:
    text = Tree(full).text
    assert "投诉率下降 58%（95% 区间 49%–66%）" in text
    assert "每千单 12.1 条" in text


def test_the_empty_page_explains_each_empty_section(empty: str) -> None:
    text = Tree(empty).text
    for section in (
        "unverified",
        "overdue",
        "successes",
        "problems",
        "trends",
        "stages",
        "rows",
        "quality",
        "lineage",
    ):
        assert build(EMPTY).empty[section] in text
    assert "svg" not in Tree(empty).tags


def test_an_effect_without_figures_still_renders() -> None:
    bare = replace(FULL.effects[0], verdict="invalid_contract", change=None, low=None, high=None, p_value=None,
                   before=None, after=None, dispersion=None, went_live=None)  # fmt: skip
    assert "无效合同" in pages.render_report(build(replace(FULL, effects=(bare,))))


def test_an_effect_without_upper_end_still_renders() -> None:
    endless = replace(FULL.effects[0], verdict="insufficient", change=0.5, low=-0.9, high=float("inf"))
    assert "没有上限" in pages.render_report(build(replace(FULL, effects=(endless,))))


def test_a_trend_over_years_names_the_years() -> None:
    weeks = tuple(FULL.trends[0].weeks[0] + timedelta(weeks=n) for n in range(110))
    trend = replace(FULL.trends[0], weeks=weeks, values=tuple(float(n % 9) for n in range(110)))
    assert re.search(
        r"<text[^>]*>2027-\d\d</text>", pages.render_report(build(replace(FULL, trends=(trend,))))
    )


def test_a_figure_without_value_says_that_there_is_no_data_yet() -> None:
    blank = replace(FULL, numbers=(replace(FULL.numbers[0], value=None, low=None, high=None),))
    assert "暂无数据" in pages.render_report(build(blank))


def test_no_earlier_period_means_no_column_of_changes(full: str) -> None:
    alone = replace(FULL, problems=tuple(replace(p, previous=None) for p in FULL.problems))
    heading = '<th class="n">较上期</th>'
    assert heading in full
    assert heading not in pages.render_report(build(alone))


def test_an_unknown_name_in_a_template_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        pages.render("report.html.j2")


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (pages.percent(0.583), "58%"),
        (pages.percent(None), "—"),
        (pages.signed_percent(-0.583), "−58%"),
        (pages.signed_percent(0.07), "+7%"),
        (pages.rate(0.0121, "complaint_rate"), "每千单 12.1 条"),
        (pages.rate(0.0121, "complaint_share"), "1.2%"),
        (pages.small(1e-7), "<0.001"),
        (pages.duration(19.0), "19 小时"),
        (pages.duration(159.0), "6.6 天"),
        (pages.day(FULL.period[0]), "2026年5月25日"),
        (pages.moment(FULL.generated_at), "2026-11-23 09:00"),
    ],
)
def test_figures_are_written_the_way_people_read_them(shown: str, expected: str) -> None:
    assert shown == expected


def test_a_change_of_model_or_taxonomy_is_told_beside_the_trends():
    whole = pages.render_report(build(FULL))
    assert "2026-10-12 起改用 m-3f9a / 2026.11，重读了全部历史 18,240 条反馈" in whole
    assert "1.2% 的类型、3.5% 的问题因此改变" in whole
    later = replace(FULL.breaks[0], since=date(2026, 9, 1))
    assert "2026-09-01 前后的数字口径不同" in pages.render_report(build(replace(FULL, breaks=(later,))))


def test_a_number_and_its_unit_stay_on_one_line():
    assert pages.together("有效 4 项，占 21%。") == "有效 4\u00a0项，占 21%。"


def test_the_colours_of_the_bar_of_rows_are_named_in_the_table_below(full: str) -> None:
    for colour, name in zip(charts.ROW_COLOURS, PART_NAMES.values(), strict=True):
        assert f'style="background:{colour}"></i>{name}</td>' in full
