"""Turns of phrase that mean the opposite of their words: 没有想象中那么差 is praise, 好得让人想报警 is none.

N-grams read 差 and 报警; few texts of the training data turn so, and the short ones among them are read wrongly.
Other turns (不如想象, 超出预期, 用一次就坏) were tried and left out: the model reads them rightly by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from voc.kernels.hashing import Floats

_WEIGHED = (
    # nothing to find fault with
    (3.0, r"(?:没有?|无|找不出|挑不出|说不出)(?:什么|任何|啥|一点|半点|别的|其他|其它|明显|哪里)*的?"
          r"(?:毛病|缺点|不满|可挑剔|瑕疵|槽点|差评)"),
    # better than hoped or feared
    (4.0, r"比(?:我|我们|大家)?(?:想象|预期|期望|预想|期待|想像|以为|预计)(?:中|之中)?的?(?:还要?|要|更|都)?"
          r"(?:好|快|漂亮|棒|便宜|早|满意|精致)"),
    (4.0, r"比(?:以前|之前|从前|过去).{0,10}(?:强|好|快|方便|省事)(?:太多|多了|很多|不少)"),
    (3.0, r"一点(?:儿|都|也)+不(?:痛|疼|累|麻烦|嫌烦|贵|吵|卡|难|挤|慢)"),
    (4.0, r"没有?(?:想象|想像|传说|说的|别人说|网上说|评论说|评价说|他们说|大家说)[中的里]*[那这]?么?的?"
          r"(?:差|慢|贵|吵|难|糟|不堪|可怕|坏|不好)"),
    (4.0, r"(?:没有?|不会?|从不)(?:让|令|使)?(?:我|人|大家)?(?:失望|后悔)"),
    (4.0, r"(?:不会|没有?|不怕|不用怕|从未)踩(?:坑|雷|到雷|到坑)"),
    (4.0, r"一(?:点|丁点|丝)(?:儿)?(?:问题|毛病|瑕疵|缺点)(?:都|也)?(?:没有?|挑不出|找不到)"),
    (3.0, r"(?:^|\n)(?:不得不说|最后|结果|然后)?(?:是)?真(?:的)?香(?:啊|了|警告)?(?:\n|$)"),
    (3.0, r"(?:^|\n)(?:我|我们|大家)?(?:并不|不)(?:觉得|感觉|会觉得|算|会)(?:是|很|太|特别|有多)*"
          r"(?:贵|慢|吵|差|麻烦|卡|累)(?:\n|$)"),
    # what was there is gone: no word of it is bad
    (-3.0, r"(?:功能|设置|设定|选项|按钮|按键|数据|记录|值|设备|图标|界面|模式|开关|入口|显示|提示|连接|信号|列表|页面|"
           r"账号|密码|优惠券?|积分|余额|订单)[都也又全就突然莫名其妙]{0,4}(?:没了|不见了|消失了?|没有了|找不到了?)"),
    # irony
    (-4.0, r"(?:感谢|谢谢|多谢|多亏).{0,8}(?:让|给|教)我?.{0,4}(?:体验|见识|领教|知道|明白|懂)[了到]?"
           r"(?:什么叫|什么是|啥叫|啥是)"),
    (-4.0, r"好[得到](?:让|叫|令|使).{1,3}(?:想|要)?(?:报警|吐|骂|打人)"),
)  # fmt: skip
_ANY = "|".join(f"(?:{pattern})" for _, pattern in _WEIGHED)
_EACH = tuple((weight, re.compile(pattern)) for weight, pattern in _WEIGHED)


# Signs of chat programs and microblogs speak for the whole text; 微笑, 再见 and 捂脸 are meant either way.
_SIGNS = "[\\[【](?:{})[\\]】]"
_GLAD = _SIGNS.format(
    "哈哈|嘻嘻|爱你|鼓掌|太开心|赞|强|玫瑰|鲜花|愉快|呲牙|亲亲|心|爱心|比心|给力|威武|耶|ok|OK|胜利|大笑|憨笑|"
    "花心|馋嘴|得意|撒花|加油|点赞|庆祝|拥抱|good"
)
_SAD = _SIGNS.format(
    "怒|泪|抓狂|衰|鄙视|发怒|流泪|大哭|快哭了|伤心|弱|吐|怒骂|生病|失望|悲伤|委屈|晕|黑线|心碎|难过|菜刀|便便|"
    "敲打|白眼|哼|左哼哼|右哼哼|咒骂|炸弹|崩溃|裂开|翻白眼"
)
_MOOD = 2.5

# Neither praise nor blame. Of the 63 training and calibration rows that say nothing else, 还可以 and its kin are good
# in two of three, 一般 in one of thirty; only with three stars and more is the latter lukewarm, too.
_FRAME = (
    "(?:总体|整体|总的来说|总得来说|感觉|我?觉得|个人感觉|个人觉得|质量|味道|口感|口味|效果|东西|产品|服务|用着|用起来|吃着|反正|嗯|就|也|都|还|"
    "算是?|比较|挺|的|了|是|没|什么|特别|好说)*"
)
_END = "(?:吧|啦|了|哦|的|啊|呢|嘛|而已|用|水平|能用)*"
_MILD = "还行|还可以|还算可以|凑合|凑合着|马马虎虎|中规中矩|将就|过得去|不好不坏|无功无过|不过不失|中等|差不多|尚可"
_FLAT = rf"{_MILD}|一般般?|普普通通|普通|勉强|[就那这]样|没什么特别|没感觉|还好|可以"


def _only(words: str) -> re.Pattern[str]:
    return re.compile(rf"{_FRAME}(?:{words}){_END}(?:\n{_FRAME}(?:{words})?{_END})*\n?")


_LUKEWARM, _RATED_LUKEWARM = _only(_MILD), _only(_FLAT)
_BRIEF = 16


def lukewarm(clauses: Sequence[str], content: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each text says nothing but 还行; where `content`, three stars or more were given, 一般 too."""
    found = [
        len(text) <= _BRIEF and (_RATED_LUKEWARM if rated else _LUKEWARM).fullmatch(text) is not None
        for text, rated in zip(clauses, content.tolist(), strict=True)
    ]
    return np.array(found, dtype=np.bool_)


def turned(clauses: Sequence[str]) -> Floats:
    """Logits to add to the sentiment of each text of `voc.text.clauses.clausal`, shape (texts,).

    A turn counts by the share of the text its clause takes, a sign such as [怒] for all of it.
    """
    added = np.zeros(len(clauses))
    column = pl.Series(clauses, dtype=pl.String)
    for row in np.flatnonzero(column.str.contains(_ANY).to_numpy()).tolist():
        added[row] = _weigh(clauses[row])
    glad, sad = (column.str.count_matches(signs).to_numpy().astype(np.int64) for signs in (_GLAD, _SAD))
    moods: Floats = added + _MOOD * np.sign(glad - sad)
    return moods


def _weigh(text: str) -> float:
    said = [clause for clause in text.split("\n") if clause]
    letters = sum(map(len, said))
    return sum(len(clause) / letters * _strongest(clause) for clause in said)


def _strongest(clause: str) -> float:
    weights = [weight for weight, pattern in _EACH if pattern.search(clause)]
    return max(weights, key=abs, default=0.0)
