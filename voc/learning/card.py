"""The model card of a candidate, in Chinese, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voc.learning.compare import LEVEL, ClassScore, Difference
from voc.learning.judge import Judgement, Side, TaskResult
from voc.learning.layer import NAMES
from voc.learning.shares import Share
from voc.learning.sheet import TONE_NAMES, TYPE_NAMES
from voc.reading.taxonomy import Taxonomy

SIGNS = {"-": "差评", "+": "好评"}
RARE = 5  # labelled rows below which the score of a class says nothing


def class_name(name: str, taxonomy: Taxonomy) -> str:
    """Put the Chinese name to a class of any task."""
    if name in taxonomy:
        return taxonomy.issue(name).name
    if name and name[-1] in SIGNS and name[:-1] in taxonomy.areas:
        return f"{taxonomy.areas[name[:-1]]}{SIGNS[name[-1]]}"
    return {**TYPE_NAMES, **TONE_NAMES}.get(name, name) or "无"


def words(classes: str, taxonomy: Taxonomy) -> str:
    """Put Chinese names to classes joined by 、."""
    return "、".join(class_name(name, taxonomy) for name in classes.split("、")) if classes else "无"


def trained(card: Mapping[str, Any]) -> str:
    """Tell what a candidate was trained from, and what it has learnt."""
    lines = [f"# 候选模型 {card['version']}", "", f"- 训练时间：{card['trained_at']}", f"- 训练人：{card['by']}",
             f"- 现用模型：{card['base']}", f"- 分类体系：{card['taxonomy']}",
             f"- 训练样本：{card['labels']} 条（主动挑选；审计样本没有用于训练）", "",
             "| 任务 | 标注 | 学到的类别 | 说明 |", "| --- | --- | --- | --- |"]  # fmt: skip
    for task, note in card["tasks"].items():
        said = f"惩罚 {note['penalty']:g}" if note["learnt"] else _kept(note)
        lines.append(
            f"| {NAMES[task]} | {note['labels']} | {len(note['classes']) if note['learnt'] else 0} | {said} |"
        )
    lines += ["", "方法：以随产品提供的权重为先验，用标注学习字符 n-gram 上的修正量（带惩罚的逻辑回归，"
              "惩罚强度由交叉验证选定），并重新校准置信度。"]  # fmt: skip
    return "\n".join(lines)


def _kept(note: Mapping[str, Any]) -> str:
    """Why a task stays as the model in use reads it."""
    if not note["labels"]:
        return "没有标注，保持不变"
    return "没有超过现用模型，保持不变" if note["classes"] else "每类的标注太少，保持不变"


def compared(judgement: Judgement, shares: Mapping[str, Share], taxonomy: Taxonomy) -> str:
    """Tell how the candidate does against the model in use."""
    one = judgement.overall
    lines = ["## 与现用模型对比", "",
             f"审计样本 {judgement.rows} 条（简单随机抽样，两个模型都没有学过）。"
             f"下限为配对自助法单侧 {LEVEL:.0%}，p 值为 McNemar 精确检验；"
             "箭头左为现用、右为候选，「好/差」是变好、变差的条数。", "",
             "| 任务 | 条数 | 正确率 | 差 | 下限 | 好/差 | p | F1 | 校准误差 |",
             "|" + " --- |" * 9]  # fmt: skip
    lines += [_row(result) for result in judgement.tasks]
    lines += [f"| **总计** | {_changed(one)} | | |", "",
              f"结论：{judgement.refusal or '候选模型更好，可以采用。'}"]  # fmt: skip
    lines += _agreement(judgement.tasks) + _by_class(judgement.tasks, taxonomy)
    return "\n".join(lines + _shares(shares) + _flips(judgement, taxonomy)) + "\n"


def measured(version: str, judgement: Judgement, shares: Mapping[str, Share]) -> str:
    """Tell how the model in use does, where there is no candidate to compare it with."""
    lines = [f"# 现用模型 {version}", "", f"审计样本 {judgement.rows} 条（简单随机抽样）。",
             "还没有候选模型：先标注，再 voc train。", "",
             "| 任务 | 条数 | 得分 | F1 | 校准误差 |", "|" + " --- |" * 5]  # fmt: skip
    for one in judgement.tasks:
        gap = "—" if one.old.calibration is None else f"{one.old.calibration:.3f}"
        lines.append(
            f"| {NAMES[one.task]} | {one.change.rows} | {one.change.old:.3f} | {one.old.f1:.3f} | {gap} |"
        )
    return "\n".join(lines + _agreement(judgement.tasks) + _shares(shares)) + "\n"


def _row(result: TaskResult) -> str:
    c, old, new = result.change, result.old, result.new
    calibrated = "—" if old.calibration is None else f"{old.calibration:.2f}→{new.calibration:.2f}"
    return f"| {NAMES[result.task]} | {_changed(c)} | {old.f1:.2f}→{new.f1:.2f} | {calibrated} |"


def _changed(c: Difference) -> str:
    """Rows, share right now and then, difference with its lower bound, rows won and lost, and p."""
    return (
        f"{c.rows} | {c.old:.2f}→{c.new:.2f} | {c.mean:+.2f} | {c.low:+.2f} | "
        f"{c.better}/{c.worse} | {c.p:.3f}"
    )


def _agreement(tasks: Sequence[TaskResult]) -> list[str]:
    twice = [one for one in tasks if one.twice]
    told = [f"{NAMES[one.task]} {_kappa(one.agreement)}（{one.twice} 条）" for one in twice]
    return ["", f"两位标注人的一致性（Cohen κ）：{'，'.join(told)}。"] if told else []


def _kappa(value: float | None) -> str:
    return "无法计算" if value is None else f"{value:.2f}"


def _by_class(tasks: Sequence[TaskResult], taxonomy: Taxonomy) -> list[str]:
    lines = ["", "### 各类别", "", "| 任务 | 类别 | 标注条数 | F1 现用 | F1 候选 | 精确率 候选 | 召回率 候选 |",
             "|" + " --- |" * 7]  # fmt: skip
    for one in tasks:
        old = _named(one.old)
        for score in one.new.classes:
            if score.support >= RARE:
                before = old[score.name].f1 if score.name in old else 0.0
                lines.append(
                    f"| {NAMES[one.task]} | {class_name(score.name, taxonomy)} | {score.support} | {before:.3f} | "
                    f"{score.f1:.3f} | {score.precision:.3f} | {score.recall:.3f} |"
                )
    return lines


def _named(side: Side) -> dict[str, ClassScore]:
    return {score.name: score for score in side.classes}


def _shares(shares: Mapping[str, Share]) -> list[str]:
    if not shares:
        return []
    lines = ["", "### 各类型的真实占比（按审计样本修正现用模型的误判，95% 区间）", "",
             "| 类型 | 模型计数 | 修正后 | 区间 |", "| --- | --- | --- | --- |"]  # fmt: skip
    return lines + [
        f"| {TYPE_NAMES[name]} | {one.counted:.1%} | {one.value:.1%} | {one.low:.1%} – {one.high:.1%} |"
        for name, one in shares.items()
    ]


def _flips(judgement: Judgement, taxonomy: Taxonomy) -> list[str]:
    if not judgement.flips:
        return []
    lines = [
        "",
        "### 判断有变化的审计样本",
        "",
    ]  # a list: a table of six columns leaves a terminal no room for words
    for flip in judgement.flips:
        text = " ".join(flip.text.split())[:80]
        told, old, new = (words(value, taxonomy) for value in (flip.told, flip.old, flip.new))
        lines.append(
            f"- {flip.number} {NAMES[flip.task]}：标注「{told}」，现用「{old}」→ 候选「{new}」。{text}"
        )
    return lines
