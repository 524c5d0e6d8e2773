"""What faulty data do to the conclusions of a report: bounds and sentences, never a silent correction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voc.reporting.facts import AuditFact, EffectFact, Impact

GRAVE_SHARE = 0.05  # of the rows read: from here on a fault is shown as grave
GRAVE_POINTS = 0.01  # of a share: from here on the bounds matter to a reader
LEAST_SHARE = 0.0005  # what rounds to 0.0% is said in words


def quarantined(rows: Mapping[str, int], complaints: int, feedback: int) -> Impact:
    """Bound the complaint share by taking every row in quarantine for a complaint, and for none."""
    held, read = rows["quarantined"], rows["read"]
    whole = feedback + held
    if not held or not feedback:
        return Impact("隔离待修复", f"{held:,} 行", "没有行在隔离区，对结论没有影响。", key="rows")
    low, own, high = complaints / whole, complaints / feedback, (complaints + held) / whole
    words = f"即使其中全是投诉或全不是投诉，投诉占比也只在 {low:.1%}–{high:.1%} 之间（现为 {own:.1%}）。"
    grave = held > GRAVE_SHARE * read or high - low > GRAVE_POINTS
    return Impact("隔离待修复", f"{held:,} 行，占读入{_share(held, read)}", words, grave, "rows")


def arrived_late(late: int, total: int, days: int) -> Impact:
    """Say how many rows came long after they were said."""
    amount = _amount(late, total)
    if not late:
        return Impact("迟到的反馈", amount, f"全部在说出后 {days} 天内到达。", key="late")
    words = f"说出后超过 {days} 天才到达。走势按说出的日期计数，最近几周的数字还会上升，不宜读作改善。"
    return Impact("迟到的反馈", amount, words, late > GRAVE_SHARE * total, "late")


def after_verdicts(effects: Sequence[EffectFact]) -> list[Impact]:
    """Name the verdicts whose windows got rows after they were reached."""
    return [
        Impact("结论之后到达", f"{effect.late_rows:,} 条",
               f"「{effect.problem}」的观察窗口在作出结论后又到了这些反馈，结论没有用到它们。", True, effect.key)
        for effect in effects if effect.late_rows
    ]  # fmt: skip


def suspect(count: int, feedback: int) -> Impact:
    """Say how much was set apart as bought, copied or crawled."""
    words = "判为刷单好评、复制刷屏或爬虫残留，既不计作投诉也不计作改善。" if count else "没有发现可疑反馈。"
    return Impact("可疑反馈", _amount(count, feedback + count), words,
                  count > GRAVE_SHARE * (feedback + count), "suspects")  # fmt: skip


def misread(audit: AuditFact | None) -> Impact:
    """Say whether the audit moves the share of complaints beyond its interval."""
    if audit is None:
        return Impact(
            "分类误差",
            "未复核",
            "本期没有两人复核的样本，分类占比没有误差范围；请完成每周复核。",
            True,
        )
    share = next((one for one in audit.shares if one.name == "投诉"), None)
    amount = f"复核 {audit.rows:,} 条，模型读对约 {audit.right:.0%}"
    if share is None:
        return Impact("分类误差", amount, "复核样本中没有投诉。")
    inside = share.low <= share.model <= share.high
    spread = f"95% 区间 {share.low:.1%}–{share.high:.1%}"
    words = f"投诉占比模型读作 {share.model:.1%}，校正后 {share.corrected:.1%}（{spread}）"
    ending = "，两者没有可分辨的差别。" if inside else "；模型的占比落在区间之外，请以校正后的为准。"
    return Impact("分类误差", amount, words + ending, not inside, share.key)


def _amount(part: int, whole: int) -> str:
    return f"{part:,} 条，占{_share(part, whole)}" if whole else f"{part:,} 条"


def _share(part: float, whole: float) -> str:
    if not whole:
        return "—"
    return "不到 0.1%" if 0 < part / whole < LEAST_SHARE else f" {part / whole:.1%}"
