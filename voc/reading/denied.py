"""Trouble that is denied: 不漏水，不掉色 is praise, and so is 耗电不高, though every word of them is met in complaints.

N-grams of a short text outvote the one sign that denies them. Words that are trouble in one trade and wanted in
another (不发热 of a heater, 没味道 of a dish, 声音小) are not among them; nor is what somebody else denies or promises.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from voc.kernels.hashing import Floats

_SIGNS = re.compile("[不没无未毫少小低慢]")  # one of these stands in every denial
WEIGHT = 5.0  # logits of praise, by the share of a text that denies trouble
ALONE, WHOLE = 8.0, 0.9  # the same for a text that does nothing else, and from which share on it does not
LONGEST = 24  # characters of a clause that can be told by its form

# Verbs of things and bodies, of people, of money and time: what customers of one trade or another complain of.
_FAILING = (
    "卡顿|卡机|卡壳|卡死|死机|黑屏|蓝屏|花屏|闪退|闪屏|掉线|断网|断线|断流|断电|跳闸|限速|发烫|烫手|耗电|费电|掉电|漏电|"
    "掉色|褪色|串色|脱色|偏色|起球|起静电|缩水|变形|开裂|脱线|开胶|脱胶|掉漆|掉毛|掉屑|掉渣|掉头发|脱发|打结|毛躁|生锈|返潮|"
    "发霉|发黄|漏水|渗水|漏液|漏油|串味|粘锅|粘手|粘牙|塞牙|硌牙|硌脚|磨脚|勒肉|闷汗|闷热|过敏|刺激|刺鼻|呛鼻|刺痛|泛红|红肿|"
    "留疤|反弹|胀气|反胃|头晕|晕车|犯困|拉肚子|油腻|黏腻|干燥|假滑|起皮|紧绷|掉粉|卡粉|浮粉|闷痘|长痘|"
    "拖延|拖拉|拖沓|磨叽|磨蹭|拖泥带水|推诿|扯皮|推脱|推卸|踢皮球|敷衍|糊弄|含糊|马虎|偷懒|偷工减料|以次充好|缺斤[少短]两|短斤[少缺]两|"
    "忽悠|坑人|坑钱|宰客|宰人|骗人|欺骗|套路人?|隐瞒|打马虎眼|耍花[招样]|推销|强推|强卖|硬推|逼单|催单|催促|捆绑|强制|刁难|为难|"
    "骚扰|打扰|甩(?:过)?脸[子色]?|[急凶吼骂嫌烦催]过|摆脸色|摆架子|端架子|打官腔|耍滑|歧视|骂人|吼人|乱收费?|乱加价|乱扣|多收|多扣|加价|涨价|宰|"
    "绕路|绕远|插队|排队|排长队|堵车|拥堵|拥挤|耽误|出错|弄错|搞错|送错|发错|漏发|丢件|少件|缺件|掉链子|失误|出(?:过)?(?:岔子|差错|错)|[丢少错漏坏]过(?:件|东西|单)?|"
    "失望|后悔|踩雷|踩坑"
)
_FAULTS = (
    "[异怪臭霉汗烟腥骚膻胶酸馊潮]味儿?|(?:药水|消毒水|塑料|甲醛|油烟|机油|橡胶|油漆|汽油)味儿?|色差|破损|损坏|坏点|划痕|瑕疵|磨损|"
    "噪音|噪声|杂音|异响|延迟|延误|磕碰|松动|变质|坏果|烂果|坏的|烂的|碎的|[碰摔压磕撞挤弄]?[坏烂碎裂破塌脏](?:掉|过)?|(?:质量|任何|什么|啥|一点)问题|毛病|故障|缺陷|线头|"
    "洒漏|副作用|后遗症|不良反应|不(?:适|舒服|愉快|满|妥|耐烦)|死角|差错|误差|偏差|纰漏|疏漏|岔子|套路|猫腻|陷阱|圈套|架子|"
    "官腔|弹窗|广告|骚扰电话|(?:隐[形性]|额外|强制|捆绑|二次|附加|中间)的?(?:消费|收费|费用|销售)|强买强卖|中间商|"
    "发热的?(?:情况|现象|问题)"
)
# 一个没碎, 一件都没丢: what is counted, one by one.
_COUNTED = (
    r"一[个件颗瓶盒袋片只箱张根条]\w{0,3}?(?:都|也)?[没不](?:有)?(?:坏|烂|碎|破|裂|洒|漏|丢|少|缺|落|湿|差)"
)
# 没让我白跑, 不用排队: trouble somebody was spared.
_SPARED = (
    r"(?:不用|不需要|无需|不必|免)(?:再)?(?:排队|排长队|久等|求人|看人?脸色|来回跑|跑来跑去|跑腿|跑断腿)|"
    r"(?:不用|不需要|无需|不必)等(?:了|的)?(?:$|\n)|没有?等(?:多久|太久|很久)(?:$|\n)|不嫌(?:麻烦|烦|累|脏|弃)|"
    r"没有?(?:让|叫|害)(?:我|我们|人|大家)?(?:多|白|再|来回)?(?:跑(?:第[二三]趟)?|等太?久|久等|白等|操心|多花)|"
    r"没有?(?:多|再|另外|额外)?[收扣要](?:过)?(?:我|我们|任何|一分)?的?(?:手续费|违约金|服务费|一分钱|钱)(?:$|\n)"
)
_NOT = (
    r"(?:(?<!会)不(?:会|再|太|怎么|是很|算|至于|容易|那么|那样)?|(?<!有)没有?|无|未|从不|从未|毫无|"
    r"再也?没有?|再也不会?)"
)
_NONE = r"(?:(?<!有)没有?|(?<![有无])无|未|毫无|不存在|不带|看不出|看不到)"
_HEDGES = (
    r"(?:过|出现|发生|发现|感到|感觉到?|觉得|产生|存在|[看闻听收接碰遇]到过?|有|人|任何|什么|啥|明显的?|一点儿?|半点|一丝|丝毫|很|太|"
    r"怎么|特别|异常|大的?|严重的?|的|再){0,4}"
)
_REST = (
    rf"(?:的?(?:情况|现象|问题|感觉|之类的?|手|皮肤|严重|厉害))?(?:[和或与及跟、,\s]|以及|或者|也|都|还|{_NOT}|{_FAILING}|{_FAULTS}|发热|卡|烫|吵|坏|"
    r"的?(?:情况|现象|问题|感觉)|了|的|过|啊|哦|呢|等|等等|出现|发生)*"
)
_BARE = "[卡吵堵烫挤呛宰坑骗腥腻柴晃]"
_BEFORE = rf"(?:{_NOT}{_HEDGES}(?:{_FAILING}|{_BARE}(?!通|片|号|券|槽|扣))|{_NONE}{_HEDGES}(?:{_FAULTS}))"
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
    rf"{_SPARED}|(?:{_COUNTED}(?:了|的|过|掉)?$)|(?:{_BEFORE}{_REST}$)|(?:{_AFTER}{_BEHIND})|(?:(?:耗电量?|费电|掉电|噪音|噪声|杂音){_SMALL})"
)
# Somebody else's word, another thing, another time, a wish, a condition, a question: nothing is denied here.
_OTHERWISE = re.compile(
    r"(?<!来)(?<!的)说(?!实话|真)|讲|尽管|虽|保证|承诺|希望|但愿|只要|如果|要是|难道|不是|能不|可不|怎么可能|才|否则|除非|哪怕|还没|岂|[无没]有?不(?!适|舒服|愉快|满|妥|耐烦|良)|要不|得不|没有?一[天次个].{0,4}不|为什么|为何|为啥|凭啥|凭什么|"
    r"标[注明称]|宣传|号称|写着|写的|以为|本来|检测|检查|客服|售后|吗|(?<![什怎这那要])么$|嘛$|[?？]|就好|谁|哪|"
    r"别[的人家]|其[他它]|人家|隔壁|之前|以前|原来|原先|刚开始|开始|上次|第一次|旧|老[款版]|实体店|专柜|同事|朋友|"
    r"幸好|幸亏|好在|还好|起码|至少|只有|看上去|表面|有时|竟然|居然|却|"
    r"[是会有]不[是会]|有没有|是否|能否|(.)[不没]\1|不如|没有.{0,6}(?:那么|这么)"
)
# 物流没什么问题，就是不新鲜: what is denied before a turn is conceded.
_TURN = re.compile(r"(?:^|\n)(?:但|不过|就是|只是|可惜|可是|却|然而|唯一|美中不足|就)")
_TROUBLE = f"{_FAILING}|{_FAULTS}|{_BARE}"
_NEAR = ("[不没无未]", _TROUBLE, rf"[不没无未].{{0,12}}(?:{_TROUBLE})")
_OTHER = (_SPARED, _COUNTED, rf"{_AFTER}.{{0,10}}[没不少小低慢]")


def denials(clauses: Sequence[str]) -> Floats:
    """Logits of praise to add to each text, shape (texts,): by the share that denies trouble."""
    column = pl.Series(clauses, dtype=pl.String)
    added = np.zeros(len(clauses))
    for row in np.flatnonzero(_maybe(column)).tolist():
        said = [clause.strip() for clause in clauses[row].split("\n") if clause.strip()]
        letters = sum(map(len, said))
        share = sum(len(clause) for clause in said if denied(clause)) / letters
        added[row] = ALONE if share >= WHOLE else WEIGHT * share
    return added


def _maybe(column: pl.Series) -> NDArray[np.bool_]:
    """Which texts hold what may deny trouble, shape (texts,)."""
    found = np.ones(len(column), dtype=np.bool_)
    for pattern in _NEAR:  # the last says it all, and alone takes four times as long
        found[found] = column.filter(pl.Series(found)).str.contains(pattern).to_numpy()
    for pattern in _OTHER:
        found |= column.str.contains(pattern).to_numpy()
    return found


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
