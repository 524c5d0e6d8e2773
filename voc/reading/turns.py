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

# Praise told as a story, by what somebody did: 师傅专门掉头给我送回来, 一分钱没多要.
_DEEDS = (
    (3.0, r"(?:主动|特意|特地|专门|专程|亲自|连夜|硬是|冒雨|冒着[^，\n]{1,3}|顶着[^，\n]{1,4}|大热天|"
          r"大冷天|下着?[大暴]雨)[^，。！!?？\n不没]{0,10}"
          r"(?:帮|送|陪|背|扛|抬|搬|爬|教|讲解|接我|找到|找回|垫付|提醒|延迟|免了|收拾|打扫|安慰|道歉|"
          r"联系我|解释|介绍)"),
    (3.0, r"(?:一直|全程)陪|一直等[到着]我|跑前跑后|忙前忙后|有求必应|随叫随到|暖心|心里(?:一|很|真|"
          r"特别|暖)暖|值回票价"),
    (3.0, r"(?:帮|替|给)(?:我|我们|我[妈爸家]|老人|老妈|老爸|孩子|顾客|客人)[^，。！!?？\n不没]{0,8}"
          r"(?:拎|提着|提上|提到家|搬[上到]|扛|抬[上到]|找回|送回|收好|放好|弄好|搞定|修好|装好|打包|煮|"
          r"留了|擦|安[好装]好|解决了)"),
    (3.0, r"没多[要收]|分文[不没未][取收要]|一分钱[都也]?[没不]多?[要收]|一点[都也]?不嫌|怨言[都也]?没|"
          r"(?:没有?|无|毫无)(?:一句|半句|任何|半点)?怨言|"
          r"水[都也]没(?:顾[上得]|来得及)?喝|一?口水[都也]?没(?:顾[上得]|来得及)?喝|一[粒点]灰[都也]?没|"
          r"[没不](?:让|用|需要?)(?:我|我们|客户|老人|顾客)?[再多]?跑"),
)  # fmt: skip
_WEIGHED = (
    *_DEEDS,
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
    # soon done, where nobody only promised it
    (2.0, r"(?:^|[^说好诺称\d])(?:不到|只用了?|就花了?)?(?:[一两二三四五六七八九十几半]|"
          r"\d{1,2})[来多]?(?:分钟|个?小时|个?钟头?|刻钟)(?:之?内|左右|不到)?[就便]"
          r"[^，。\n不没]{0,4}(?:到[了手账货]|到$|送到|送达|搞定|办[好完妥成]|解决|修好|装好|批|冻结|"
          r"处理|退回|赔|来[了人])"),
    (2.0, r"(?:^|[^说好诺称示期])(?:第[二三]天|当天|隔天|次日|当场|"
          r"当晚)[就便]?[^，。\n不没]{0,3}(?:到了?[手账]|修[好了]|送[到达]|处理[好完]|解决了|退[回了]|"
          r"赔[了付]|办[好完]|装[好上])"),
    # what was there is gone: no word of it is bad
    (-3.0, r"(?:功能|设置|设定|选项|按钮|按键|数据|记录|值|设备|图标|界面|模式|开关|入口|显示|提示|连接|信号|列表|页面|"
           r"账号|密码|优惠券?|积分|余额|订单)[都也又全就突然莫名其妙]{0,4}(?:没了|不见了|消失了?|"
          r"没有了|找不到了?)"),
    # irony
    (-4.0, r"(?:感谢|谢谢|多谢|多亏).{0,8}(?:让|给|教)我?.{0,4}(?:体验|见识|领教|知道|明白|懂)[了到]?"
           r"(?:什么叫|什么是|啥叫|啥是)"),
    (-4.0, r"好[得到](?:让|叫|令|使).{1,3}(?:想|要)?(?:报警|吐|骂|打人)"),
)  # fmt: skip
# In a short text the rest of the story is its scene, however grim: 老小区没电梯.
_DONE = re.compile("|".join(pattern for _, pattern in _DEEDS))
_AGAINST = re.compile("但|就是|不过|可是|却|倒|结果|然而|只是|才|差评|失望|垃圾|凉|坏|破|错|漏|无语|[?？]")
TOLD, DEED = 40, 2.5  # characters of such a text, and the least it weighs
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
# So does who will come again: outside the test part 342 of 345 short texts that say so praise.
_RETURNS = (
    r"(?:以后|下次|下回|今后|往后)[我们都也]{0,2}还(?:会)?再?(?:找|来|去|选|买|订|点|住|光顾|回购|支持)"
    r"[^\n吗么呢?？]{0,6}(?:\n|$)|(?:真心|由衷|衷心)[的地]?(?:感谢|谢谢)"
)
LOYAL, AT_MOST = 3.0, 60  # logits, and characters of a text it speaks for

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

    A turn counts by the share of the text its clause takes, a sign such as [怒] or 以后还来 for all of it.
    """
    added = np.zeros(len(clauses))
    column = pl.Series(clauses, dtype=pl.String)
    for row in np.flatnonzero(column.str.contains(_ANY).to_numpy()).tolist():
        added[row] = _weigh(clauses[row])
    glad, sad = (column.str.count_matches(signs).to_numpy().astype(np.int64) for signs in (_GLAD, _SAD))
    loyal = (column.str.contains(_RETURNS) & (column.str.len_chars() <= AT_MOST)).to_numpy()
    moods: Floats = added + _MOOD * np.sign(glad - sad) + LOYAL * loyal
    return moods


def _weigh(text: str) -> float:
    said = [clause for clause in text.split("\n") if clause]
    letters = sum(map(len, said))
    weight = sum(len(clause) / letters * _strongest(clause) for clause in said)
    told = letters <= TOLD and _DONE.search(text) is not None and not _AGAINST.search(text)
    return max(weight, DEED) if told else weight


def _strongest(clause: str) -> float:
    weights = [weight for weight, pattern in _EACH if pattern.search(clause)]
    return max(weights, key=abs, default=0.0)
