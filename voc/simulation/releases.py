"""What changes in the company while it is watched: a release of its app, and other changes, some without any harm."""

from __future__ import annotations

from datetime import date, timedelta

from voc.simulation.company import Scenario
from voc.simulation.dice import Dice

OLD, NEW = ("4.9.6", "5.2.0", "5.2.1"), "5.3.0"
BLAMED = "app.connect"  # the release that cannot reach devices any more
ODDS = 12.0  # of having the new release, for who cannot reach his device
RELEASED = 27  # days after the start
HEADER = ("类型", "名称", "开始时间", "结束时间", "产品", "地区", "渠道", "版本", "来源")
# Days after the start; why the planted problems began, and changes that did nothing.
_CHANGES = (
    ("版本发布", "晴川智家 5.3.0 上线，重写设备配网", RELEASED, None, "", "", "", NEW, "发布记录"),
    ("流程", "安装预约改由区域外包团队排班", 12, None, "", "", "", "", "安装服务部通知"),
    ("流程", "退款改为两级审核", 20, None, "", "", "", "", "财务部通知"),
    ("版本发布", "在线客服换用新机器人", 5, None, "", "", "在线客服", "", "客服中心通知"),
    ("供应商", "武汉仓更换承运商", 33, None, "", "武汉、长沙", "", "", "物流部合同"),
    ("营销活动", "年中大促", 11, 26, "", "", "", "", "市场部日历"),
    ("价格", "冰箱全线降价 5%", 30, None, "冰箱", "", "", "", "价格通知"),
    ("设备场地", "杭州体验馆装修", 25, 50, "", "杭州", "", "", "门店公告"),
    ("人员", "售后部更换负责人", 48, None, "", "", "", "", "人事通知"),
    ("流程", "开票系统切换到新平台", 181, None, "", "", "", "", "财务部通知"),
    ("供应商", "维修备件更换供应商", 180, None, "", "", "", "", "售后部合同"),
    ("人员", "客服热线取消夜班", 187, None, "", "", "", "", "客服中心通知"),
    ("供应商", "登录与短信验证码改用新的服务商", 195, None, "", "", "", "", "数字技术部合同"),
    ("供应商", "西安仓更换仓储系统", 194, None, "", "西安、郑州", "", "", "物流部合同"),
    ("价格", "会员日改为每月调价", 188, None, "", "", "", "", "商城运营部通知"),
    ("流程", "退换货改由区域仓复检", 187, None, "", "", "", "", "售后部通知"),
    ("供应商", "洗衣机控制板更换供应商", 182, None, "洗衣机", "", "", "", "产品研发部合同"),
    ("营销活动", "年货节", 210, 224, "", "", "", "", "市场部日历"),
)


def version_used(day: date, issue: str | None, scenario: Scenario, dice: Dice) -> str:
    """The release of the app a customer has: the new one spreads over eight weeks, to whom it troubles first."""
    weeks = ((day - scenario.start).days - RELEASED) / 7
    spread = min(0.7, 0.09 * max(0.0, weeks))
    odds = spread / (1 - spread) * (ODDS if issue == BLAMED else 1.0)
    share, roll = odds / (1 + odds), dice.roll()
    return NEW if roll < share else OLD[int((roll - share) / (1 - share) * len(OLD))]


def changes(scenario: Scenario) -> list[dict[str, str]]:
    """The changes of the company as rows of the file that its departments keep."""
    rows = []
    known = [change for change in _CHANGES if change[2] < scenario.weeks * 7]
    for kind, title, at, until, *scopes in known:
        days = [f"{scenario.start + timedelta(days=day)}" if day is not None else "" for day in (at, until)]
        rows.append(dict(zip(HEADER, (kind, title, *days, *scopes), strict=True)))
    return rows
