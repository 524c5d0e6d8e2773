"""What customers see, and in which order."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.lifecycle import CASE
from voc.telling.messages import OBSERVING
from voc.telling.tracking import STAGES, Change, may_answer, read_digits, read_number, timeline, what_changed

NOW = datetime(2026, 6, 8, 1, tzinfo=UTC)
LIVE = Change("增加安装预约确认短信", NOW + timedelta(days=9))
LOG = [
    ("open", NOW),
    ("assign", NOW),
    ("respond", NOW + timedelta(hours=2)),
    ("resolve", NOW + timedelta(days=1)),
]


@pytest.mark.parametrize(
    "typed",
    [
        "VOC-0123456789",
        "voc-0123456789",
        "ＶＯＣ－０１２３４５６７８９",
        " voc 01234 56789 ",
        "0123456789",
        "VOC—OI23456789",
    ],
)
def test_a_number_is_understood_however_people_type_it(typed):
    assert read_number(typed) == "VOC-0123456789"


@pytest.mark.parametrize(
    "typed", ["", "VOC-", "VOC-012345678", "VOC-01234567890", "VOC-012345678U", "' OR 1=1--"]
)
def test_what_cannot_be_a_number_is_none(typed):
    assert read_number(typed) is None


@given(st.text())
def test_whatever_is_typed_is_a_number_or_none(typed):
    assert read_number(typed) is None or len(read_number(typed)) == 14
    assert read_digits(typed) is None or len(read_digits(typed)) == 4


@pytest.mark.parametrize(
    ("state", "log", "now"),
    [
        ("received", LOG[:1], "received"), ("assigned", LOG[:2], "working"), ("responded", LOG[:3], "working"),
        ("resolved", LOG, "asking"), ("confirmed", [*LOG, ("confirm", NOW)], "closed"), (None, [], "received"),
    ],
)  # fmt: skip
def test_the_present_stage_follows_from_the_state(state, log, now):
    (present,) = [stage.code for stage in timeline(NOW, state, log, []) if stage.state == "now"]
    assert present == now


@given(st.sampled_from([*CASE.states, None]), st.lists(st.sampled_from([*CASE.steps])), st.booleans())
def test_stages_always_come_in_one_order_with_one_of_them_now(state, steps, improved):
    stages = timeline(NOW, state, [(step, NOW) for step in steps], [LIVE] * improved)
    assert [stage.title for stage in stages] == list(STAGES.values())
    words = [stage.state for stage in stages if stage.code != "improved" or stage.state == "now"]
    assert words == sorted(words, key=["done", "now", "ahead"].index)
    assert words.count("now") == 1


def test_an_improvement_that_never_was_is_not_shown_as_done():
    stages = {stage.code: stage.state for stage in timeline(NOW, "resolved", LOG, [])}
    assert stages["improved"] == "skipped"
    assert {s.code: s.state for s in timeline(NOW, "assigned", LOG[:2], [LIVE])}["improved"] == "done"


def test_a_case_that_was_opened_again_is_worked_on_and_neither_solved_nor_closed():
    again = [*LOG, ("confirm", NOW + timedelta(days=2)), ("reopen", NOW + timedelta(days=3))]
    stages = {stage.code: stage for stage in timeline(NOW, "assigned", again, [])}
    assert stages["working"].at == NOW + timedelta(days=3)
    assert (stages["asking"].at, stages["closed"].at) == (None, None)


def test_only_a_solved_case_is_confirmed_and_an_answered_one_opened_again():
    assert {state: may_answer(state) for state in ("assigned", "responded", "resolved", "confirmed", None)} == {
        "assigned": (False, False), "responded": (False, True), "resolved": (True, True),
        "confirmed": (False, True), None: (False, False),
    }  # fmt: skip


def test_a_verified_effect_is_a_number_and_anything_else_is_being_watched():
    verified = Change(LIVE.measure, LIVE.went_live, "effective", -0.42, "complaint_share", 7)
    assert "下降约 42%" in what_changed(verified)
    for unsure in (
        LIVE,
        Change(LIVE.measure, LIVE.went_live, "insufficient", -0.42, "complaint_share", 7),
        Change(LIVE.measure, LIVE.went_live, "effective", -0.42, "complaint_share", None),
    ):
        assert what_changed(unsure) == f"{LIVE.measure}——{OBSERVING}。"
