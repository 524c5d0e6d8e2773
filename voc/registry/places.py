"""Where, what and which: names of places, administrative units and codes in a text, found by their form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import polars as pl

from voc.cities import CITIES
from voc.text.uniform import segment

# Words a name may end with. What stands before them is the name, as far as it is not an everyday word. Works and
# facilities (搅拌站, 炼油厂, 采石场) are left out: they are what is complained of more often than where.
_SUFFIX = re.compile(
    r"小区|社区|家园|花园|公寓|公馆|山庄|新村|新城|广场|商场|大厦|购物中心|酒店|宾馆|饭店|KTV|"
    r"大道|公路|高速|胡同|立交桥|大桥|地铁站|火车站|高铁站|汽车站|机场|码头|水库|公园|景区|小学|中学|大学|"
    r"学院|学校|幼儿园|驾校|医院|卫生院|公司|集团|银行|支行|分店|旗舰店|专卖店|体验店|门店|营业厅|营业部|网点|"
    r"服务站|配送站|中转站|仓库|仓|庄园|园区|产业园|楼盘|华庭|"
    r"苑|城|府|郡|湾|庭|路|街|巷|桥|校|村|屯|寨|湖|河|江|山|岛|园|寺|栋|幢|组|号线|^店",
    re.IGNORECASE,
)
_COARSE = re.compile(
    r"([\u4e00-\u9fff]{2,3}?)(?<![小社城地市园山景校片校厂辖灾郊库])(省|市|区|县|镇|乡|街道|州|自治州)"
)
# A city before a site of the company tells which of them is meant, as a code does: 武汉仓 is not 成都仓, and
# 武汉光谷站 is not 成都天府站.
_SITE = re.compile(
    rf"({'|'.join(sorted(CITIES, key=len, reverse=True))})"
    r"(?=的?(?:仓|网点|门店|分店|营业厅|营业部|服务站|服务中心|中转站|分拨中心|分公司|站点|工厂|体验店)"
    r"|[^\W\d_的到在去从了和与有进出]{2,5}[店站])"
)
# The number of a building tells which lift is meant; of who only lives there it says nothing about the matter.
_PART = re.compile(
    r"(?<![\dA-Za-z.])(\d{1,3}|[A-Za-z]|[一二三四五六七八九十]{1,3})(?:号?楼|栋|幢|座|单元)"
    r"(?=(?:\d{1,2}单元)?的?(?:电梯|楼梯|楼道|门禁|单元门|大堂|屋顶|外墙|水管|地下室|车库|停水|停电|没水|没电|漏水))"
)
_CODE = re.compile(
    r"(?<![A-Za-z0-9.])(?:[A-Za-z]{1,6}[\-_]?\d[A-Za-z0-9\-_]*|\d+\.\d+\.\d+(?:\.\d+)*|(?<=版本)\d+(?:\.\d+)*|v\d+(?:\.\d+)*"
    r"|\d+(?:\.\d+)+(?=版|系统)|\d{2,4}(?=路|号线|线路?公交|次列车|次航班))(?![A-Za-z0-9市区县])",
    re.IGNORECASE,
)
# Without a match of these there is no name, no unit, no code, no city before a site.
_HINTS = (
    f"(?i){_SUFFIX.pattern.replace('^', '')}",
    "[省市区县镇乡街州]",
    r"\d|[楼栋幢座]|单元",
    "|".join(sorted(CITIES)),
)
_HAN = re.compile(r"[\u4e00-\u9fff]+")
# Everyday words before which a name does not reach.
_PLAIN = frozenset(
    """
    的 在 对 和 与 及 了 是 有 从 到 把 被 向 往 去 于 为 给 让 将 由 等 这 那 该 此 每 某 各 一 个 些 我 你
    他 们 我们 你们 反映 请求 希望 咨询 投诉 举报 关于 建议 解决 问题 要求 强烈 反对 请 求 望 呼吁 质疑 恳请
    修建 建设 建 新建 拆除 附近 旁边 旁 周边 对面 门口 楼下 楼上 里面 外面 内 外 上 下 前 后 本 我家 我市
    业主 居民 村民 学生 家长 市民 群众 客户 公交 公交车 非法 违法 违规 违章 再次 坚决 住 位于 来自 通往 经过
    至 跟 同 也 都 就 还 又 没 没有 不 能 要 会 可以 已经 多 很 太 最 一个 一家 一条 这个 那个 某个 所有 整个
    全 全部 其他 别的 哪个 哪家 什么 怎么 为什么 因为 所以 但是 而且 如果 今天 昨天 明天 今年 去年 目前 现在
    以后 之后 之前 时候 期间 买 卖 用 开 办 办理 进 出 进入 离 距离 当地 本地 政府 领导 部门 线下 线上 实体
    官方 发货 快递 物流 售后 外地 就近 授权 堆 自营 这家 那家 他家 洗车 维修 外卖 夜宵 奶茶 早餐 一样 同一个
    """.split()  # noqa: SIM905
)
# 武汉仓发的货 is cut into 武汉, 仓发, and 西湖店住了 into 西湖, 店住.
_STORED = {"仓发": ("仓", "发"), "仓发出": ("仓", "发出"), "店住": ("店", "住"), "店洗": ("店", "洗")}
_WITHIN = frozenset({"组", "栋", "幢"})  # part of a place; the words before name the place
_LONGEST = 6
_NAME = 3


class Span(NamedTuple):
    """A stretch of a text."""

    start: int
    end: int


@dataclass(frozen=True)
class Named:
    """What a text names at its head: places (whole, and without the word they end with), units (kind, name), codes."""

    places: tuple[Span, ...]
    proper: tuple[Span, ...]
    units: tuple[tuple[Span, str, str], ...]
    codes: tuple[str, ...]


def named(texts: Sequence[str], head: int) -> list[Named]:
    """Find what each text names in its first `head` characters; the texts are already made uniform."""
    heads = [text[:head] for text in texts]
    # Most texts name nothing: where nothing can be, nothing is looked for. Python's own engine would take longer
    # to see that than all else here.
    looked = pl.Series(heads, dtype=pl.String).str
    hints = zip(*(looked.contains(pattern).to_list() for pattern in _HINTS), strict=True)
    return [
        _named(text, segment([text])[0] if ended else [], unit, digit, city)
        for text, (ended, unit, digit, city) in zip(heads, hints, strict=True)
    ]


def _named(text: str, words: list[str], unit: bool, digit: bool, city: bool) -> Named:
    coarse = _COARSE.finditer(text) if unit else ()
    units = tuple((Span(*found.span()), found.group(2), found.group(1)[-2:]) for found in coarse)
    ends = {span.end for span, _, _ in units}
    found = _places(words, ends) if words else []
    codes = tuple(code.group().lower() for code in _CODE.finditer(text)) if digit else ()
    codes += tuple(f"{found.group(1).lower()}栋" for found in _PART.finditer(text)) if digit else ()
    codes += tuple(found.group(1) for found in _SITE.finditer(text)) if city else ()
    return Named(tuple(whole for whole, _ in found), tuple(proper for _, proper in found), units, codes)


def _places(cut: list[str], unit_ends: set[int]) -> list[tuple[Span, Span]]:
    words = [part for word in cut for part in _STORED.get(word, (word,))]
    starts: list[int] = []
    place = 0
    for word in words:
        starts.append(place)
        place += len(word)
    found = []
    for at, word in enumerate(words):
        end = starts[at] + len(word)
        suffix = _ending(word)
        if not suffix or end in unit_ends:
            continue
        start = starts[at] if suffix in _WITHIN else _beginning(words, starts, at, unit_ends)
        if end - start - len(suffix) >= 2:
            # What stands right before the suffix is the name; further ahead may be a verb.
            found.append((Span(start, end), Span(max(start, end - len(suffix) - _NAME), end - len(suffix))))
    return found


@lru_cache(maxsize=1 << 16)  # the same words come again and again
def _ending(word: str) -> str:
    for found in _SUFFIX.finditer(word):
        if found.end() == len(word):
            return found.group()
    return ""


def _beginning(words: list[str], starts: list[int], at: int, unit_ends: set[int]) -> int:
    """Where the name that ends with word `at` begins: words before it join as long as they may be part of it."""
    start = starts[at]
    end = start + len(words[at])
    while at > 0 and start not in unit_ends:
        before = words[at - 1]
        if before in _PLAIN or not _HAN.fullmatch(before) or end - starts[at - 1] > _LONGEST:
            break
        at -= 1
        start = starts[at]
    return start
