from __future__ import annotations

from voc.mentions import Mention
from voc.severity import severities


def test_a_dangerous_issue_is_grave_whatever_the_words() -> None:
    smoke = Mention("product.safety", "product", -1, 0, 2, 0.9)
    assert severities(["有点烫"], [[smoke]]) == [2]


def test_praise_of_safety_is_not_grave() -> None:
    safe = Mention("product.safety", "product", 1, 0, 2, 0.9)
    assert severities(["很安全"], [[safe]]) == [0]


def test_an_injury_counts_unless_it_is_denied() -> None:
    assert severities(["孩子烫伤住院了", "担心起火"], [[], []]) == [2, 0]


def test_threats_of_escalation_are_severe() -> None:
    assert severities(["我要打12315投诉你们", "还行"], [[], []]) == [1, 0]
