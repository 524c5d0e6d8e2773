"""Trouble that is denied: 不漏水，不掉色 is praise, and so is 耗电不高, though every word of them is met in complaints.

N-grams of a short text outvote the one sign that denies them. Words that are trouble in one trade and wanted in
another (不发热 of a heater, 没味道 of a dish, 声音小) are not among them; nor is what somebody else denies or promises.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import polars as pl

from voc.kernels.hashing import Floats

_SIGNS = re.compile("[不没无未毫少小低慢]")  # one of these stands in every denial
WEIGHT = 5.0  # logits of praise of a text that does nothing but deny trouble
LONGEST = 24  # characters of a clause that can be told by its form

_FAILING = (
    "卡顿|卡机|卡壳|卡死|死机|黑屏|蓝屏|花屏|闪退|闪屏|掉线|断网|断线|发烫|烫手|耗电|费电|掉电|漏电|掉色|褪色|起球|"
    "缩水|变形|开裂|脱线|开胶|脱胶|掉漆|掉毛|生锈|漏水|渗水|漏液|漏油|过敏|刺激|刺痛|泛红|油腻|假滑|起皮|紧绷|"
    "拖延|拖拉|推诿|敷衍|掉粉|卡粉|浮粉|闷痘|失望|后悔|踩雷|踩坑"
)
_FAULTS = (
    "异味|怪味|臭味|色差|破损|损坏|坏点|划痕|瑕疵|磨损|噪音|噪声|杂音|异响|延迟|延误|磕碰|松动|串味|变质|"
    "坏果|烂果|坏的|烂的|(?:质量|任何|什么|啥|一点)问题|毛病|故障|缺陷|线头|洒漏|发热的?(?:情况|现象|问题)"
)
_NOT = (
    r"(?:(?<!会)不(?:会|再|太|怎么|是很|算|至于|容易|那么|那样)?|(?<!有)没有?|无|未|从不|从未|毫无|"
    r"再也?没有?|再也不会?)"
)
_NONE = r"(?:(?<!有)没有?|(?<![有无])无|未|毫无|不存在|不带|看不出|看不到)"
_HEDGES = (
    r"(?:过|出现|发生|发现|遇到|感到|感觉到?|觉得|产生|存在|看到|闻到|听到|有|任何|什么|啥|明显的?|一点儿?|一丝|丝毫|很|太|"
    r"怎么|特别|异常|大的?|严重的?|的|再){0,4}"
)
_REST = (
    rf"(?:的?(?:情况|现象|问题|感觉|之类的?|手|皮肤|严重|厉害))?(?:[和或与及跟、,\s]|以及|或者|也|都|还|{_NOT}|{_FAILING}|{_FAULTS}|发热|卡|烫|吵|坏|"
    r"的?(?:情况|现象|问题|感觉)|了|的|过|啊|哦|呢|等|等等|出现|发生)*"
)
_BEFORE = rf"(?:{_NOT}{_HEDGES}(?:{_FAILING}|[卡吵堵烫](?!通|片|号|券|槽|扣))|{_NONE}{_HEDGES}(?:{_FAULTS}))"
_AFTER = (
    r"(?:耗电量?|费电|掉电|发热量?|发烫|噪音|噪声|杂音|异响|异味|色差|卡顿|延迟|刺激性?|磨损|死机|黑屏|掉线|闪退|漏水|掉色|起球|"
    r"划痕|破损|瑕疵)"
)
_BEHIND = (
    r"(?:的?(?:情况|现象|问题|感觉|速度|时候))?(?:都|也|并|基本上?|完全|几乎|一次|一点|一个|从来|倒是?|还|就|真的|确实)*"
    r"(?:没有过?|没发生过?|没出现过?|没遇到过?|不存在|不(?:太|怎么|是很|算|是特别|是太|那么)?(?:明显|严重|大|高|多|快|厉害|重|强))"
    r"(?:了|的|啊|哦|呢)*$"
)
_SMALL = (
    r"(?:很|挺|比较|非常|特别|也|都|还|极|超级?|相当|确实|真的|得|的)*(?:少|小|低|慢)(?:了|的|啊|哦|呢)*$"
)
_DENIES = re.compile(
    rf"(?:{_BEFORE}{_REST}$)|(?:{_AFTER}{_BEHIND})|(?:(?:耗电量?|费电|掉电|噪音|噪声|杂音){_SMALL})"
)
# Somebody else's word, another thing, another time, a wish, a condition, a question: nothing is denied here.
_OTHERWISE = re.compile(
    r"(?<!来)(?<!的)说(?!实话|真)|讲|尽管|虽|保证|承诺|希望|但愿|只要|如果|要是|难道|不是|能不|可不|怎么可能|才|否则|除非|哪怕|还没|岂|[无没]不|没有不|要不|"
    r"标[注明称]|宣传|号称|写着|写的|以为|本来|检测|检查|客服|售后|吗|(?<![什怎这那要])么$|嘛$|[?？]|就好|谁|哪|"
    r"别[的人家]|其[他它]|人家|隔壁|之前|以前|原来|原先|刚开始|开始|上次|第一次|旧|老[款版]|实体店|专柜|同事|朋友|"
    r"[是会有]不[是会]|有没有|是否|能否|(.)[不没]\1|不如|没有.{0,6}(?:那么|这么)"
)
# 物流没什么问题，就是不新鲜: what is denied before a turn is conceded.
_TURN = re.compile(r"(?:^|\n)(?:但|不过|就是|只是|可惜|可是|却|然而|唯一|美中不足|就)")
_MAYBE = rf"[不没无未].{{0,12}}(?:{_FAILING}|{_FAULTS}|[卡吵堵烫])|{_AFTER}.{{0,10}}[没不少小低慢]"


def denials(clauses: Sequence[str]) -> Floats:
    """Logits of praise to add to each text, shape (texts,): WEIGHT times the share denied."""
    column = pl.Series(clauses, dtype=pl.String)
    added = np.zeros(len(clauses))
    for row in np.flatnonzero(column.str.contains(_MAYBE).to_numpy()).tolist():
        said = [clause.strip() for clause in clauses[row].split("\n") if clause.strip()]
        letters = sum(map(len, said))
        added[row] = WEIGHT * sum(len(clause) for clause in said if denied(clause)) / letters
    return added


def outright(clauses: Sequence[str], denying: Floats) -> Floats:
    """What `denials` found, shape (texts,), but nothing where the text turns to what is not so good."""
    found = denying.copy()
    for row in np.flatnonzero(denying).tolist():
        if _TURN.search(clauses[row]):
            found[row] = 0.0
    return found


def denied(clause: str) -> re.Match[str] | None:
    """Where a clause says that some trouble is not there, or None."""
    found = _DENIES.search(clause) if len(clause) <= LONGEST and _SIGNS.search(clause) else None
    return found if found and not _OTHERWISE.search(clause) else None
