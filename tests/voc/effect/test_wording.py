"""A contract is told in sentences people can hold each other to."""

from datetime import date

import pytest

from voc.effect.contract import Contract
from voc.effect.wording import agreed

CONTRACT = Contract(
    problem="problem:1", smallest_effect=0.2, baseline_days=28, followup_days=56, weeks_needed=9
)


def test_the_measure_of_success_and_its_day_are_named() -> None:
    said = "".join(agreed(CONTRACT, date(2026, 6, 1)))
    assert "至少下降 20% 才算有效" in said
    assert "若 2026-06-01 上线，2026-08-02 之后给出结论" in said


def test_the_weeks_that_are_needed_to_be_sure_are_told_when_known() -> None:
    assert any("约 9 周" in sentence for sentence in agreed(CONTRACT, date(2026, 6, 1)))


@pytest.mark.parametrize(("live", "word"), [(False, "若"), (True, "已于")])
def test_what_is_planned_and_what_is_done_are_told_apart(live: bool, word: str) -> None:
    assert f"{word} 2026-06-01 上线" in "".join(agreed(CONTRACT, date(2026, 6, 1), live))
