"""Unit costs: read with clear errors, reckoned as a range, never more exact than they are."""

from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.causes.costs import estimate, money, money_span, parse_costs
from voc.errors import ConfigError

SHIPPED = (resources.files("voc") / "data" / "costs.toml").read_text(encoding="utf-8")


def test_the_shipped_costs_are_assumptions_until_somebody_confirms_them():
    assert estimate(10, "installation.late", "installation", parse_costs(SHIPPED)).assumed
    confirmed = SHIPPED.replace("confirmed = false", "confirmed = true")
    assert not estimate(10, "installation.late", "installation", parse_costs(confirmed)).assumed


def test_an_issue_comes_before_its_area_and_that_before_the_rest():
    costs = parse_costs(SHIPPED)
    assert costs.of("logistics.damaged", "logistics")["returned"] == (0.30, 0.80)
    assert costs.of("logistics.damaged", "logistics")["compensated"] == (0.05, 0.20)
    assert costs.of("logistics.damaged", "logistics")["minutes"] == (15, 40)


def test_a_case_costs_the_sum_of_its_parts():
    text = (
        SHIPPED.split("[area.product]")[0]
        + "[area.x]\nminutes = 30\nwage = 40\ncompensated = 0\nreturned = [0.1, 0.2]\nreturn_cost = 100\n"
    )
    found = estimate(50, "x.y", "x", parse_costs(text))
    assert [(part.name, part.low, part.high) for part in found.parts] == [
        ("人工处理", 20, 20),
        ("退换", 10, 20),
    ]
    assert (found.low, found.high) == (1500, 2000)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("minutes = [15, 40]", "minutes = [40, 15]", "从小到大"),
        ("minutes = [15, 40]", 'minutes = "很多"', "要写成一个数"),
        ("minutes = [15, 40]", "", "缺少 minutes"),
        ("minutes = [15, 40]", "minute = 3", "不认识的项 minute"),
        ("compensated = [0.02, 0.10]", "compensated = [0.1, 1.1]", "不超过 1"),
        ("\n[all]\n", "\n[everything]\n", "缺少 [all] 一节"),
        ("\n[all]\n", "\n[all\n", "不是有效的 TOML"),
    ],
)
def test_a_mistake_is_named_in_chinese(old, new, said):
    with pytest.raises(ConfigError, match="VOC-046") as caught:
        parse_costs(SHIPPED.replace(old, new, 1))
    assert said in str(caught.value)


@given(st.integers(0, 10**6), st.sampled_from(["app", "product", "none"]))
def test_more_cases_cost_more_and_low_is_never_above_high(cases, area):
    costs = parse_costs(SHIPPED)
    one, many = estimate(cases, "", area, costs), estimate(cases + 1, "", area, costs)
    assert 0 <= one.low <= one.high
    assert one.low < many.low
    assert one.low == pytest.approx(cases * sum(part.low for part in one.parts))


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "0"), (7.26, "7.3"), (84.4, "84"), (1234, "1,200"), (9_980, "10,000"), (12_345, "1.2 万"),
     (1_234_567, "120 万")],
)  # fmt: skip
def test_money_is_written_to_two_figures(amount, said):
    assert money(amount) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1234, 56_789, "1,200 元–5.7 万元"),
        (12_345, 56_789, "1.2 万–5.7 万元"),
        (81, 92, "81–92 元"),
        (5, 5, "5 元"),
    ],
)
def test_a_range_of_money_names_its_units_where_they_are_needed(low, high, said):
    assert money_span(low, high, "元") == said
