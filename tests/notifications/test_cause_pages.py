"""The root-cause page, its pictures, and the Pareto page: escaped, whole, and silent about what is not known."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.cause_charts import (
    NARROW,
    fitted,
    interval,
    pareto_picture,
    rates_picture,
    ticks,
    weeks_picture,
)
from notifications.cause_pages import render_causes, render_pareto
from notifications.fishbone_chart import fishbone_picture
from voc.causes.changes import Change, Suspicion
from voc.causes.costs import Estimate, Part
from voc.causes.fishbone import Bone, Evidence
from voc.causes.onset import Onset
from voc.causes.pareto import Counted, pareto
from voc.causes.rates import SliceRate, weekly_rates
from voc.causes.slices import Lift
from voc.causes.view import Head, Raised, Spread, View, Week

NOW = datetime(2026, 8, 1, tzinfo=UTC)
MONDAY = date(2026, 5, 4)
EVIL = "<script>alert('1')</script>&"
BONES = tuple(
    Bone(code, name, ())
    for code, name in (
        ("process", "流程"), ("people", "人员"), ("technology", "技术"), ("product", "产品"), ("environment", "环境"),
    )
)  # fmt: skip
ONSET = Onset(MONDAY + timedelta(days=29), MONDAY + timedelta(days=27), MONDAY + timedelta(days=30), None, 0.01, 0.04,
              30.0, 1.2)  # fmt: skip


def made(**changed):
    head = Head(
        7, "安装师傅未按预约时间上门", "installation.late", "installation", "已确认", 1, "安装服务部", "经理",
        "process", "", NOW - timedelta(days=80), NOW, 90, 88, ("约好的师傅没来",),
    )  # fmt: skip
    values = {
        "head": head,
        "weeks": tuple(Week(MONDAY + timedelta(weeks=i), i, 100) for i in range(12)),
        "onset": ONSET,
        "spread": Spread(MONDAY, MONDAY + timedelta(days=80), 90, 1200),
        "lifts": (
            Lift("region", "武汉", 60, 300, 20.0, 90, 3.0, 2.1, 4.2, 0.0, 0.0, over=True),
            Lift("agent", "王小明", 20, 40, 5.0, 90, 4.0, 2.1, 7.0, 0.0, 0.0, over=True),
            Lift("hour", "9", 30, 400, 30.0, 90, 1.0, 0.8, 1.2, 0.9, 0.9),
            Lift("channel", "app", 90, 1200, 90.0, 90, unsaid="没有可比的其他反馈"),
        ),
        "changes": (
            Suspicion(Change("supplier", NOW - timedelta(days=62), "换承运商"), 3, "范围吻合", True, 1.0),
        ),
        "changes_known": 1,
        "exposure": "",
        "rates": (),
        "slice_rates": (),
        "cost": Estimate(90, 1000.0, 9000.0, (Part("人工处理", 11.0, 100.0, "每件"),), "元", True),
        "cost_recent": Estimate(9, 100.0, 900.0, (), "元", True),
        "bones": BONES,
        "company": "晴川",
        "written_at": NOW,
    }
    return View(**{**values, **changed})


def drawn(svg):
    return ElementTree.fromstring(svg)


def test_a_page_says_what_it_knows_and_what_it_does_not():
    page = render_causes(made())
    assert "集中在：地区「武汉」出现率是其他的 3.0 倍（95% 区间 2.1–4.2，占本问题 67%）" in page
    assert "可能相关，不等于原因" in page
    assert "默认假设" in page
    assert "没有订单或联系量数据" in page
    assert "无法比较：渠道" in page
    assert page.count("暂无证据") == 2 * len(BONES)
    assert page.count("<tr><td>为什么") == 5


def test_a_page_never_shows_a_name_of_staff():
    assert "王小明" not in render_causes(made())


def test_a_page_fetches_nothing_and_leaves_nothing_unfilled():
    page = render_causes(made())
    assert re.findall(r'(?:src|href)="[^#"]', page) == []
    assert "None" not in page


def test_words_of_others_are_escaped_everywhere():
    bones = (Bone("process", "流程", (Evidence(EVIL, 3, EVIL),)), *BONES[1:])
    change = Suspicion(
        Change("other", NOW - timedelta(days=62), EVIL, source=EVIL), 3, "范围不限", False, 1.0
    )
    lift = Lift("product", EVIL, 60, 300, 20.0, 90, 3.0, 2.1, 4.2, 0.0, 0.0, over=True)
    page = render_causes(made(bones=bones, changes=(change,), lifts=(lift,)))
    assert "<script" not in page


def test_without_a_beginning_no_changes_are_suspected():
    page = render_causes(made(onset=None, changes=()))
    assert "没有可以确认的起点，因此不列起点前的变更" in page


def test_one_surge_of_many_is_not_called_the_beginning():
    surge = replace(ONSET, until=ONSET.day + timedelta(days=3), share=0.11)
    page = render_causes(made(onset=surge))
    assert "最明显的一次上升从2026年6月2日开始" in page
    assert "占全部的 11%；其余时间也一直存在" in page


def test_without_any_change_known_the_way_to_import_them_is_told():
    assert "voc changes import" in render_causes(made(changes=(), changes_known=0))


def test_orders_bring_a_picture_of_the_rate_and_a_table_of_slices():
    weeks = [week.week for week in made().weeks]
    rates = tuple(weekly_rates(weeks, [5] * 12, [1000.0] * 11 + [0.0]))
    slices = (SliceRate("product", "空调", 60, 900.0, 66.7, None, 4.0, None, 0.001),)
    page = render_causes(made(exposure="orders", rates=rates, slice_rates=slices))
    assert "每千单发生多少条" in page
    assert "只在这里（至少 4.0 倍）" in page


def test_every_picture_is_well_formed():
    weeks = made().weeks
    evil = (Bone("process", "流程", tuple(Evidence(EVIL, 1, EVIL) for _ in range(4))), *BONES[1:])
    bars = pareto([Counted("a", EVIL, 5, 4), Counted("b", "乙", 2, 1)])
    pictures = [
        weeks_picture(weeks, ONSET, [(weeks[3].week, EVIL)]),
        weeks_picture(weeks, None, []),
        rates_picture(weekly_rates([w.week for w in weeks], range(12), [10.0] * 12), "单"),
        interval(0.0, 0.0, 0.5, over=False),
        interval(2.0, 30.0, 900.0, over=True),
        pareto_picture(bars, [EVIL, "二"]),
        fishbone_picture(evil, EVIL * 3),
    ]
    assert [drawn(svg).tag for svg in pictures] == ["svg"] * len(pictures)


def test_on_a_phone_the_beginning_and_the_newest_week_are_seen_at_once():
    weeks = made().weeks
    svg = drawn(weeks_picture(weeks, ONSET, [], NARROW))
    right = [float(bar.get("x")) + float(bar.get("width")) for bar in svg.iter("rect")]
    assert len(right) == len(weeks) + 1
    assert max(right) <= NARROW == float(svg.get("viewBox").split()[2])
    page = render_causes(made())
    assert page.count('<div class="narrow"><svg') == page.count('<div class="broad"><svg') > 0
    assert ".wide, .broad { display: none; } .narrow { display: block; }" in page


def test_a_rate_of_a_single_week_has_no_picture():
    assert rates_picture(weekly_rates([MONDAY], [3], [100.0]), "单") == ""


def test_the_bars_of_a_pareto_picture_and_its_line_share_one_scale():
    svg = drawn(pareto_picture(pareto([Counted("a", "甲", 60, 1), Counted("b", "乙", 40, 1)]), ["", ""]))
    first, second = (float(bar.get("width")) for bar in svg.iter("rect"))
    ends = [float(dot.get("cx")) - float(next(svg.iter("rect")).get("x")) for dot in svg.iter("circle")]
    assert first / second == pytest.approx(1.5)
    assert ends == pytest.approx([first, first + second])


@pytest.mark.parametrize("measure", ["count", "customers", "cost"])
def test_a_pareto_page_names_its_measure_and_warns_of_assumed_costs(measure):
    bars = pareto([Counted("a", EVIL, 60, 50, 100, 300), Counted("b", "乙", 40, 30, 10, 20)], measure)
    page = render_pareto(bars, "problem", measure, "全部时间", "晴川", NOW, True)
    assert "默认单位成本" in page
    assert "<script" not in page
    assert "None" not in page


def test_a_pareto_page_without_anything_says_so():
    page = render_pareto([], "issue", "count", "全部时间", "晴川", NOW, True)
    assert "这段时间里没有可以排序的反馈" in page


@given(st.floats(0, 1e9))
def test_marks_are_few_round_and_reach_the_top(top):
    marks = ticks(top)
    assert marks[0] == 0
    assert 2 <= len(marks) <= 7
    assert marks[-1] >= top * (1 - 1e-6)


@given(st.text(max_size=40), st.integers(2, 30))
def test_a_cut_text_is_no_longer_than_asked(text, most):
    cut = fitted(text, most)
    assert sum(1.0 if ord(sign) > 0x2E7F else 0.55 for sign in cut.removesuffix("…")) <= most
    assert cut.rstrip("…") in text


def test_the_alarms_of_the_matter_are_shown_with_their_beginning_and_when_they_were_seen():
    start = date(2026, 6, 19)
    alarm = Raised(
        12, "安装不准时", start, start + timedelta(days=9), datetime(2026, 6, 22, 16, tzinfo=UTC), 81, 20.5
    )
    page = render_causes(made(alarms=(alarm,)))
    row = page[page.index("当时的预警") :].split("</table>")[0]
    assert "2026年6月19日" in row.replace(" ", "")
    assert "安装不准时" in row
    assert "约 20 条" in row
    assert "当时的预警" not in render_causes(made())


def test_changes_of_the_same_days_stand_side_by_side() -> None:
    weeks = [Week(date(2026, 6, 1) + timedelta(days=7 * n), n, 10 * n) for n in range(20)]
    days = [weeks[3].week + timedelta(days=n) for n in (0, 1, 1)]
    drawn = weeks_picture(weeks, None, [(day, "上线") for day in days])
    places = [float(x) for x in re.findall(r'<circle cx="([0-9.]+)"', drawn)]
    assert len(places) == 3
    assert min(b - a for a, b in pairwise(sorted(places))) >= 16
