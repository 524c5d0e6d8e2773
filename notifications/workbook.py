"""The figures of a report as an Excel workbook: what the page prints, in full, with where each number comes from.

Cells are written as what they are: words of customers never become formulas, links or numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notifications.pages import moment
from voc.effect.names import NAMES
from voc.kpi import PART_NAMES
from voc.reporting.ledger import PART_NAMES as LEDGER_NAMES
from voc.reporting.ledger import printed
from voc.reporting.report import EffectRow, Report

if TYPE_CHECKING:
    from xlsxwriter import Workbook

SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# Spreadsheets that open a file exported from this one may read these as formulas again.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDEST = 60
EFFECTS = ("问题", "措施", "部门", "上线", "结论", "单独看", "变化", "下限", "上限", "上线前", "上线后", "约定最小幅度",
           "设计", "p 值", "q 值", "一并比较", "说明", "合同", "出处")  # fmt: skip
SERIES = ("出处", "问题", "开始日", "天数", "实际", "预计", "预计下限", "预计上限", "单位")
# Of the figures as they stand in the cells: a rate in permille is kept in complaints an order.
UNITS = {
    "count": "条",
    "percent": "占比",
    "permille": "每单",
    "score": "分",
    "hours": "小时",
    "days": "天",
    "points": "净值",
}
SHARES = frozenset(
    ("变化", "下限", "上限", "约定最小幅度", "占比", "累计", "首答及时率", "解决率", "模型占比", "校正占比")
)
Table = tuple[str, Sequence[str], Iterable[Sequence[Any]]]


def write_workbook(report: Report, path: Path) -> Path:
    """Write the workbook of a report and return where."""
    # Imported here: a run without a workbook does not need it.
    from xlsxwriter import Workbook

    draft = path.with_suffix(".xlsx.part")
    with Workbook(str(draft), SAFE) as book:
        book.set_properties({"title": report.facts.title, "company": report.facts.company,
                             "created": report.facts.generated_at.replace(tzinfo=None)})  # fmt: skip
        for name, heading, rows in _tables(report):
            _sheet(book, name, heading, list(rows))
    draft.replace(path)
    return path


def _sheet(book: Workbook, name: str, heading: Sequence[str], rows: list[Sequence[Any]]) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    day, share = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "0.0%"))
    for column, words in enumerate(heading):
        sheet.write_string(0, column, words, bold)
        longest = max([len(words) * 2, *(_width(row[column]) for row in rows)])
        form = share if words in SHARES else None
        sheet.set_column(column, column, min(longest + 2, WIDEST), form)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            _cell(sheet, number, column, value, day)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(heading) - 1)


def _cell(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return
    if isinstance(value, bool | int | float):
        sheet.write_number(row, column, value)
    elif hasattr(value, "isoformat") and not hasattr(value, "hour"):
        sheet.write_datetime(row, column, value, day)
    else:
        words = str(value)
        sheet.write_string(row, column, f"'{words}" if words.startswith(FORMULA) else words)


def _width(value: Any) -> int:
    return sum(2 if ord(c) > 0x2E80 else 1 for c in str(value if value is not None else ""))


def _tables(report: Report) -> list[Table]:
    facts = report.facts
    effects = [*report.failures, *report.successes]
    return [
        ("核心指标", ("指标", "数值", "单位", "区间下限", "区间上限", "上期", "基数", "定义", "出处"),
         ((n.name, n.value, UNITS.get(n.unit, n.unit), n.low, n.high, n.previous, n.basis, n.definition, n.key)
          for n in facts.numbers)),
        ("措施效果", EFFECTS, map(_effect, effects)),
        ("效果走势", SERIES, _series(effects)),
        ("问题", ("编号", "问题", "部门", "状态", "轮次", "反馈量", "占比", "累计", "上期", "出处"),
         ((r.fact.id, r.fact.name, r.fact.department, r.fact.state, r.fact.round, r.fact.count, r.fact.share,
           r.cumulative, r.fact.previous, r.fact.key) for r in report.problems)),
        ("漏斗", ("步骤", "投诉数", "流失", "流失在哪里", "定义", "出处"),
         ((s.name, s.count, s.leak, "；".join(s.leaks), s.definition, s.key) for s in report.stages)),
        ("部门", ("部门", "验证有效", "部分有效", "无效或恶化", "未定", "已上线", "承担", "逾期", "问题反馈", "个案",
                "首答及时率", "解决率", "异常标记", "出处"),
         ((d.name, d.effective, d.partly, d.failed, d.open, d.implemented, d.actions, d.overdue, d.complaints, d.cases,
           d.answered, d.solved, d.gamed, d.key) for d in report.departments)),
        ("渠道", ("渠道", "反馈", "投诉", "出处"), ((c.name, c.count, c.complaints, c.key) for c in report.channels)),
        ("逾期", ("事项", "类别", "负责", "应完成", "逾期天数"),
         ((o.name, o.kind, o.owner, moment(o.due), round(o.hours_late / 24, 1)) for o in report.overdue)),
        ("数据质量", ("项目", "数量", "对结论的影响", "需注意"),
         ((i.name, i.amount, i.effect, "是" if i.grave else "") for i in facts.impacts)),
        ("数据去向", ("去向", "行数"), ((PART_NAMES.get(p, "读入"), n) for p, n in facts.rows.items())),
        ("复核", ("类型", "模型占比", "校正占比", "下限", "上限", "出处"),
         ((s.name, s.model, s.corrected, s.low, s.high, s.key) for s in (facts.audit.shares if facts.audit else ()))),
        ("出处", ("编号", "名称", "项目", "数值", "定义", "查询", "数据行指纹", "模型", "分类体系", "合同", "运行"),
         _origins(report)),
        ("查询语句", ("查询", "SQL"), ((name, sql) for name, sql in facts.queries.items())),
    ]  # fmt: skip


def _effect(row: EffectRow) -> tuple[Any, ...]:
    f = row.fact
    return (f.problem, f.action, f.department, f.went_live, row.verdict, NAMES.get(f.alone, row.verdict),
            f.change, f.low, f.high, f.before, f.after, f.smallest_effect, row.design, f.p_value, f.q_value,
            f.compared or None, f.sentence, f.contract, f.key)  # fmt: skip


def _series(effects: Sequence[EffectRow]) -> Iterable[tuple[Any, ...]]:
    for row in effects:
        p = row.fact.picture
        for columns in zip(p.start, p.observed, p.expected, p.low, p.high, strict=True) if p else ():
            yield (
                row.fact.key,
                row.fact.problem,
                columns[0],
                p.days if p else 0,
                *columns[1:],
                p.unit if p else "",
            )


def _origins(report: Report) -> Iterable[tuple[Any, ...]]:
    said = printed(report.facts)
    for entry in report.lineage:
        parts = said.get(entry.key) or {"": None}
        for part, value in parts.items():
            yield (entry.key, entry.name, LEDGER_NAMES.get(part, part), _listed(value), entry.definition,
                   entry.query, entry.rows_hash, entry.model, entry.taxonomy, entry.contract, entry.run)  # fmt: skip


def _listed(value: Any) -> Any:
    """A list in one cell; whatever else as it is."""
    if not isinstance(value, list):
        return value
    return "、".join("" if v is None else v if isinstance(v, str) else f"{v:g}" for v in value)
