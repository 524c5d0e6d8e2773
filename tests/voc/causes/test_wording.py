"""What a page says, and what it must never say."""

from datetime import date

import pytest

from voc.causes.slices import Lift
from voc.causes.wording import concentration, draft_root_cause, lift_words, staff_number, times, value_name


def lift(value="武汉", kind="region", known=100, **changed):
    numbers = {"ratio": 3.0, "low": 2.1, "high": 4.2, "p_value": 0.0, "q_value": 0.0, "over": True, **changed}
    return Lift(kind, value, 40, 200, 13.3, known, **numbers)


@pytest.mark.parametrize(
    ("ratio", "said"), [(0.016, "0.02"), (0.3, "0.3"), (6.24, "6.2"), (12.4, "12"), (0.097, "0.1")]
)
def test_a_ratio_is_never_written_as_nothing(ratio, said):
    assert times(ratio) == said


@pytest.mark.parametrize("number", ["K1003", "A301", "1024", "gz-017"])
def test_a_staff_number_is_shown_as_it_is(number):
    assert staff_number(number) == number


@pytest.mark.parametrize("name", ["王小明", "Alice", "客服小陈", "王1"])
def test_what_may_be_a_name_is_never_shown(name):
    assert staff_number(name).startswith("代号 ")
    assert name not in staff_number(name)
    assert staff_number(name) == staff_number(name)


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [("channel", "hotline", "热线"), ("hour", "9", "9–12 时"), ("weekday", "7", "周日"), ("segment", "3", "钻石客户"),
     ("seen", "new", "首次反馈的客户"), ("product", "空调", "空调")],
)  # fmt: skip
def test_values_are_written_as_people_read_them(kind, value, said):
    assert value_name(kind, value) == said


def test_a_slice_is_told_with_its_interval_and_its_part():
    assert lift_words(lift()) == "地区「武汉」出现率是其他的 3.0 倍（95% 区间 2.1–4.2，占本问题 40%）"
    only = lift(only=True, known=40)
    assert lift_words(only) == "地区「武汉」：只在这里出现（至少是其他的 2.1 倍，占本问题 100%）"


def test_even_spread_and_too_little_to_know_are_told_apart():
    assert concentration([lift(over=False)]) == "按地区比较，没有明显差别，未见集中。"
    unknown = Lift("region", "武汉", 2, 4, 1.0, 2, unsaid="样本太少")
    assert "还看不出" in concentration([unknown])
    assert "还看不出" in concentration([])


def test_a_first_draft_names_dimension_and_places():
    said = draft_root_cause("安装师傅未按预约时间上门", "process", [lift()], date(2026, 7, 20))
    assert said.startswith(
        "系统初判（2026年7月20日，待部门复核）：安装师傅未按预约时间上门，属流程因素。集中在：地区「武汉」"
    )
