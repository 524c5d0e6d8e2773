from __future__ import annotations

import re
import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import InputError
from voc.measures import DIMENSIONS, GENERAL, KINDS, Library, Measure, parse_measures, suggest
from voc.telling.messages import refuse_unverified_numbers

DATA = Path(__file__).parents[2] / "voc" / "data"
LIBRARY = parse_measures((DATA / "measures.toml").read_text(encoding="utf-8"))
TAXONOMY = tomllib.loads((DATA / "taxonomy.toml").read_text(encoding="utf-8"))
ISSUES = [issue["code"] for area in TAXONOMY["area"] for issue in area["issues"]]
ACTOR = re.compile("部|仓库|门店|店长|客服|工厂|师傅|系统|坐席|网点|受理人|分管领导|售后人员")
issues = st.sampled_from([*ISSUES, "nobody.knows", None])
dimensions = st.sampled_from([*DIMENSIONS, None])


@pytest.mark.parametrize("issue", ISSUES)
def test_every_issue_of_the_taxonomy_has_a_corrective_and_a_preventive_measure(issue: str) -> None:
    assert {measure.kind for measure in LIBRARY.measures if measure.issue == issue} == set(KINDS)


def test_no_measure_is_for_an_issue_that_does_not_exist() -> None:
    assert {measure.issue for measure in LIBRARY.measures} == {*ISSUES, GENERAL}


@pytest.mark.parametrize("measure", LIBRARY.measures, ids=lambda measure: measure.code)
def test_a_measure_is_short_concrete_and_promises_no_effect(measure: Measure) -> None:
    assert 6 <= len(measure.title) <= 30
    assert 40 <= len(measure.detail) <= 140
    assert measure.detail.count("。") == 2
    assert measure.detail.endswith("。")
    assert ACTOR.search(measure.detail)
    assert 1 <= measure.days <= 45
    assert refuse_unverified_numbers(measure.title, verified=False) == measure.title
    assert not re.search(r"[,;:!?()]", measure.title + measure.detail)


def test_titles_and_sentences_are_not_repeated() -> None:
    assert len({measure.title for measure in LIBRARY.measures}) == len(LIBRARY.measures)
    assert len({measure.detail for measure in LIBRARY.measures}) == len(LIBRARY.measures)


def test_preventive_measures_come_after_the_first_aid() -> None:
    first = {issue: suggest(issue, None, 1, LIBRARY)[0].kind for issue in ISSUES}
    second = {issue: suggest(issue, None, 2, LIBRARY)[0].kind for issue in ISSUES}
    assert set(first.values()) == {"corrective"}
    assert set(second.values()) == {"preventive"}


@given(issues, dimensions)
def test_no_round_repeats_a_measure_while_another_is_left(issue: str | None, dimension: str | None) -> None:
    possible = len(suggest(issue, dimension, 1, LIBRARY, limit=1000))
    rounds = [suggest(issue, dimension, number, LIBRARY)[0].code for number in range(1, possible + 1)]
    assert len(set(rounds)) == possible >= 10


@given(issues, st.lists(dimensions, min_size=1, max_size=12))
def test_a_tried_measure_never_comes_back_even_when_the_diagnosis_changes(
    issue: str | None, diagnoses: list[str | None]
) -> None:
    tried: list[str] = []
    for number, dimension in enumerate(diagnoses[:10], start=1):
        tried.append(suggest(issue, dimension, number, LIBRARY, tried=tried)[0].code)
    assert len(set(tried)) == len(tried)


@given(issues, dimensions, st.integers(1, 1000))
def test_there_is_always_exactly_one_measure_to_propose(
    issue: str | None, dimension: str | None, number: int
) -> None:
    assert len(suggest(issue, dimension, number, LIBRARY)) == 1


def test_late_rounds_take_general_measures_of_the_diagnosed_dimension() -> None:
    late = [suggest("payment.fail", "people", number, LIBRARY)[0] for number in (3, 4)]
    assert [(measure.issue, measure.dimension) for measure in late] == [(GENERAL, "people")] * 2


def test_an_unknown_issue_gets_a_measure_of_its_dimension() -> None:
    assert suggest("nobody.knows", "technology", 1, LIBRARY)[0].dimension == "technology"


def test_a_measure_the_team_skipped_is_offered_next() -> None:
    second = suggest("payment.fail", None, 2, LIBRARY)[0]
    first = suggest("payment.fail", None, 1, LIBRARY)[0]
    assert suggest("payment.fail", None, 2, LIBRARY, tried=[second.code]) == [first]


def test_an_empty_library_proposes_nothing() -> None:
    assert suggest("app.crash", "people", 1, Library("", ())) == []


def entry(**changes: object) -> str:
    fields = asdict(Measure("a.1", "a", "标题", "说明。", "corrective", "people", 3)) | changes
    values = (
        f"{name} = {value if isinstance(value, int) else repr(value)}" for name, value in fields.items()
    )
    return "[[measures]]\n" + "\n".join(values) + "\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[measures]", "TOML"),
        (entry() + entry(), "编号重复：a.1"),
        (entry(kind="wishful"), "「a.1」的 kind"),
        (entry(dimension="weather"), "「a.1」的 dimension"),
        (entry(days=-2), "「a.1」的 days"),
        (entry(title=""), "「a.1」缺少：title"),
    ],
)
def test_a_wrong_library_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse_measures(text)


def test_a_right_entry_is_read() -> None:
    assert parse_measures(entry()).measures == (
        Measure("a.1", "a", "标题", "说明。", "corrective", "people", 3),
    )
