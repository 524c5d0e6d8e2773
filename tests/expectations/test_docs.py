"""Data Docs: pages that open without a network and show counts, never cells."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from expectations.docs import INDEX, render_docs, write_docs


def result(
    run: str = "京东评价 第 1 批", at: str = "2026-11-21T04:00:00+00:00", **changes: Any
) -> dict[str, Any]:
    """What a validation of ten rows looks like, one of them with an unreadable time."""
    checks = [
        _each("expect_column_values_to_be_null", "时间能识别", "occurred_at", "critical", 1, {}),
        _each("expect_column_values_to_be_between", "评分在 1 到 5 之间", "rating", "critical", 0,
              {"min_value": 1, "max_value": 5}),
        _each("expect_column_values_to_be_unique", "外部编号不重复", "external_id", "warning", 2, {}),
    ]  # fmt: skip
    meta = {"suite": "feedback", "run": run, "rows": 1234, "bad_rows": 1, "score": 99.92, "validated_at": at}
    return {"success": True, "results": checks, "meta": meta} | changes


def _each(
    kind: str, title: str, field: str, severity: str, unexpected: int, limits: dict[str, Any]
) -> dict[str, Any]:
    return {
        "success": True,
        "expectation_config": {
            "type": kind,
            "kwargs": {"column": field, "mostly": 0.5, **limits},
            "meta": {"title": title, "field": field},
            "severity": severity,
        },
        "result": {
            "element_count": 10,
            "unexpected_count": unexpected,
            "unexpected_percent": 10.0 * unexpected,
        },
    }


class _Outside(HTMLParser):
    """Collects every address a browser would load or follow."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "data", "action")]


def looked_at(html: str) -> _Outside:
    parser = _Outside()
    parser.feed(html)
    return parser


def page_of(pages: dict[str, str]) -> str:
    return next(html for name, html in pages.items() if name != INDEX)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))


def test_pages_load_nothing_from_anywhere_and_have_no_scripts() -> None:
    pages = render_docs([result(), result("第 2 批")])
    seen = [looked_at(html) for html in pages.values()]
    assert {address for page in seen for address in page.addresses} <= set(pages)
    assert not {"script", "img", "link", "iframe"} & {tag for page in seen for tag in page.tags}
    assert not any("url(" in html or "@import" in html for html in pages.values())


def test_the_index_lists_the_runs_newest_first_and_links_to_their_pages() -> None:
    pages = render_docs(
        [result("早", "2026-11-20T04:00:00+00:00"), result("晚", "2026-11-21T04:00:00+00:00")]
    )
    index = pages[INDEX]
    assert index.index(">晚<") < index.index(">早<")
    assert len(pages) == 3
    assert "1,234" in index
    assert "99.92" in index
    assert "2026-11-21 12:00" in index


def test_a_run_page_shows_each_expectation_its_state_and_its_number_of_rows() -> None:
    text = words(page_of(render_docs([result()])))
    assert re.search(r"时间能识别 expect_column_values_to_be_null occurred_at — 有不合格行 1 10\.00%", text)
    assert re.search(r"评分在 1 到 5 之间 \S+ rating 不小于 1，不大于 5 通过 0 0\.00%", text)
    assert re.search(r"外部编号不重复 \S+ external_id — 提醒 2 20\.00%", text)


@pytest.mark.parametrize(
    ("changes", "bad_rows", "says"),
    [({}, 1, "收下，有隔离"), ({}, 0, "全部合格"), ({"success": False}, 9, "整批未收")],
)
def test_the_conclusion_says_whether_the_batch_was_taken(
    changes: dict[str, Any], bad_rows: int, says: str
) -> None:
    run = result(**changes)
    run["meta"]["bad_rows"] = bad_rows
    assert all(says in words(html) for html in render_docs([run]).values())


def test_names_are_escaped() -> None:
    assert not any("<script>" in html for html in render_docs([result("<script>alert(1)</script>")]).values())


def test_runs_of_the_same_name_at_different_times_and_odd_names_get_their_own_safe_files() -> None:
    runs = [
        result(),
        result(at="2026-11-21T05:00:00+00:00"),
        result("../../etc"),
        result("a/b"),
        result("a b"),
    ]
    names = list(render_docs(runs))
    assert len(set(names)) == 6
    assert all(re.fullmatch(r"[a-z0-9-]+\.html", name) for name in names)


def test_without_runs_the_index_says_so() -> None:
    assert "还没有质检记录" in render_docs([])[INDEX]


def test_pages_are_written_into_a_folder_and_leave_nothing_half_done(tmp_path: Path) -> None:
    index = write_docs(tmp_path / "docs", [result()], title="质检")
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "docs").iterdir()}
    assert index == tmp_path / "docs" / INDEX
    assert written == render_docs([result()], title="质检")
