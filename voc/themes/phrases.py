"""Words and short phrases of texts: what themes and needs are told by."""

from __future__ import annotations

import re
from collections.abc import Sequence

import rjieba

from voc.privacy.brands import BRANDS
from voc.text.uniform import segment

LONGEST = 8  # characters of a phrase
_MASK = re.compile(r"\[[^\[\]]{1,12}\]")
_WORD = re.compile(r"[\u4e00-\u9fff]{2,}|[a-z][a-z0-9.+-]+", re.IGNORECASE)
_PIECE = re.compile(r"[\u4e00-\u9fff]+|[a-z][a-z0-9.+-]*|\d+(?:\.\d+)*", re.IGNORECASE)
# How, when and how often something is said to be: no matter of any text.
MANNER = frozenset(
    """
    明明 偏偏 干脆 简直 反而 仍然 依然 依旧 始终 终于 难道 究竟 果然 显然
    何况 尤其 甚至 否则 不然 于是 虽然 即使 哪怕 只要 无论 不管 除非 既然
    由于 关于 对于 只是 只好 刚好 正好 突然 忽然 经常 常常 往往 偶尔 永远
    从来 几乎 差不多 大概 大约 左右 上午 下午 晚上 早上 中午 凌晨
    """.split()  # noqa: SIM905
)
# Words that carry no matter of their own; everything else is judged by its counts.
EMPTY = MANNER | frozenset(
    """
    一个 这个 那个 什么 怎么 就是 还是 但是 可是 不过 而且 然后 所以
    因为 如果 已经 现在 今天 昨天 时候 自己 我们 你们 他们 没有 不是
    不能 可以 真的 非常 特别 有点 一下 一直 一次 一点 不要 不会 知道
    觉得 感觉 希望 还有 以后 之后 以前 之前 为什么 这样 那么 这么
    怎样 东西 那些 这些 最后 刚刚 刚才 只能 只有 不行 垃圾 差评 一星
    好评 五星 大家 竟然 居然 根本 完全 实在 建议 能不能 可不可以 能否
    而已 问题 客服 评价 评论 商家 卖家 店家 用户 客户 每次 几次
    好几次 多次 起来 出来 下来 进去 回来 一样 确实 不好 不错 很好
    太差 很差 差劲 无语 失望 喜欢 满意 不满 不满意 时间 情况 事情
    地方 别人 人家 朋友 老婆 老公 孩子 今年 去年 明年 不了 到底 还要
    还得 非要 直接 结果 说是 都是 也是 还不 也不 都不 就不 不如 比较
    其他 其它 其实 本来 原来 有人 有的 开始 继续 谢谢 请问 你好 您好
    麻烦 尽快 赶紧 马上 立刻 需要 应该 必须 一定 可能 好像 似乎
    越来越 各种 所有 全部 任何 反正 总之 总是 老是 多少 这里 那里
    设置 无法 星期 不好意思 受不了 显示 使用 功能 支持 软件 产品 手机
    更新 升级 版本 新版 连接 电话 联系 强迫症 两天 三天 几天 分钟
    小时 一天 半天 一个月 个月 号安装 天天 有时 有时候 不再 改成
    来电 来电人 来电者 主叫 机主 顾客 本人
    """.split()  # noqa: SIM905
)
# When, how long, how much: a date many name is no symptom.
_AMOUNT = re.compile(r"\d(?:年|个?月|[日天点分周岁元块]|号(?![线楼院店门])|小时)")
# Characters no phrase begins or ends with: it would be cut in the middle.
_LOOSE = frozenset("是的了就都也还我你他她它又在把被给让很太后前下个一这那要说才再为和与及呢吗吧啊呀着过不没")
_NAMES = frozenset({"nr", "nrt", "nrfg", "nz", "ns"})


def terms(texts: Sequence[str]) -> list[set[str]]:
    """Return for each masked text its words and its phrases of two or three words, in lower case."""
    return [_terms(pieces) for pieces in segment([_MASK.sub(" ", text.lower()) for text in texts])]


def _terms(pieces: Sequence[str]) -> set[str]:
    found = {piece for piece in pieces if _WORD.fullmatch(piece) and piece not in EMPTY}
    whole = [bool(_PIECE.fullmatch(piece)) for piece in pieces]
    for at in range(len(pieces) - 1):
        phrase = pieces[at]
        for end in range(at + 1, min(at + 3, len(pieces))):
            phrase += pieces[end]
            if not whole[at] or not whole[end] or len(phrase) > LONGEST:
                break
            if _stands(pieces[at], pieces[end], phrase):
                found.add(phrase)
    return found


def _stands(first: str, last: str, phrase: str) -> bool:
    """Whether a phrase can stand alone: it is not cut off at an end, and says more than its empty words."""
    loose = first[0] in _LOOSE or last[-1] in _LOOSE or not EMPTY.isdisjoint((first, last, phrase))
    loose = loose or first.isdecimal() or last.isdecimal()  # a date, an amount
    return not loose and len(phrase) > 2 and not phrase.isascii() and not _AMOUNT.search(phrase)


def named(word: str) -> bool:
    """Whether a word is nothing but the name of a brand, a person or a place."""
    if word in BRANDS:
        return True
    return all(tag in _NAMES for _, tag in rjieba.tag(word)) if not word.isascii() else False


def shortened(words: Sequence[str], counts: dict[str, int], nearly: float = 0.75) -> list[str]:
    """Keep of words within one another the longer where it nearly always stands, otherwise the shorter."""
    kept = []
    for word in words:
        longer = [
            one for one in words if word != one and word in one and counts[one] >= nearly * counts[word]
        ]
        shorter = [
            one for one in words if one != word and one in word and counts[word] < nearly * counts[one]
        ]
        if not longer and not shorter:
            kept.append(word)
    return kept
