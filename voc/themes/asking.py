"""What customers ask for: the thing asked for, cut out of the clause that asks (希望…, 要是…就好了, 能不能…)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from voc.privacy.brands import BRANDS
from voc.text.clauses import clausal
from voc.text.uniform import segment

SHORTEST, LONGEST = 4, 28
MOST = 2  # things asked for in one text
_WHO = (
    r"(?:贵司|贵公司|贵方|商家|卖家|店家|厂家|官方|你们|您们|他们|开发者|开发商|开发人员|"
    r"工程师|程序员|平台|公司|客服|大家|产品经理|以后|今后|下次|"
    r"下个版本|下一版|后续|后期|早日|尽快|尽早|赶紧|赶快|快点|抓紧|能够|能|可以|可|会|继续|再|"
    r"也|都|就|多|在|将来|未来|新版本|版本|有朝一日|有一天|软件|app|应用|这个软件|我们)"
)
_ASKS = (
    # (pattern whose group `what` is asked for, how strongly)
    (
        rf"(?:真心|强烈|非常|特别|十分|迫切|急切|恳请|真的|还是|"
        rf"最)?(?<!一丝)(?<!抱着)(?<!没有)(?<![没有点的])(?:希望|期望|盼望|恳请|恳求|跪求)"
        rf"{_WHO}{{0,5}}(?P<what>[^\n]+)", 1.0),
    (
        r"(?:要是|如果|假如|若|若是|倘若)(?:能够|能|可以|有|再|会|"
        r"支持)?(?P<what>[^\n]{2,26}?)(?:就|会|那就|该|那)(?:更加|更|太|非常|很|最|再)?(?:好|完美|"
        r"棒|方便|爽|满意|ok|赞|五星|满分)", 1.0),
    (rf"(?:强烈|真心|非常|特别)?建议{_WHO}{{0,4}}(?P<what>[^\n]+)", 1.0),
    (
        rf"(?:什么时候|啥时候|何时|几时|多久){_WHO}{{0,3}}(?P<what>(?:支持|出|上线|更新|适配|加上|"
        rf"增加|开放|推出|恢复|有)[^\n]+)", 1.0),
    (rf"(?:能不能|可不可以|能否|可否|是否可以|是否能够?){_WHO}{{0,3}}(?P<what>[^\n]+)", 0.9),
    (
        r"(?:为什么|为啥|怎么|咋)(?:还|就|都|也)?(?:没有|不能|不支持|不出|不加|不做|不增加|不给|"
        r"取消了?|去掉了?)(?P<what>[^\n]+)", 0.8),
    (
        rf"(?:求|跪求|急求|请求|请|麻烦|拜托){_WHO}{{0,3}}(?P<what>(?:增加|加上|添加|加个|加一个|"
        rf"支持|适配|更新|推出|开发|恢复|优化|改进|完善|开放|出个|出一个|做个|提供|取消|"
        rf"去掉)[^\n]+)", 1.1),
    (
        rf"(?:应该|最好|需要|需|得|必须){_WHO}{{0,2}}(?P<what>(?:增加|加上|添加|加个|加一个|加入|"
        rf"支持|适配|有个|有一个|提供|推出|开放|改成|改为|配个|配一个|优化|改进|完善|改善|设置一个|"
        rf"设个)[^\n]+)", 1.0),
)  # fmt: skip
ASKS = tuple((re.compile(pattern), weight) for pattern, weight in _ASKS)
# Advice to other buyers, good wishes, and what settles one customer's own case are no needs.
_TO_OTHERS = re.compile(
    r"大家|小伙伴|亲们|朋友|家长|消费者|(?:想|准备|打算)(?:入手|买|购|订|住)|其他用户|看中的|急用|注意点|外出|拜读|这本书|各位|买家|顾客|"
    r"客户|网友|您|光临|亲们|"
    r"(?:不要|别|慎|谨慎|勿|千万).{0,4}(?:买|购|住|去|订|入|选|下载|来)|(?:选择?|换|买|考虑|"
    r"看看|用)(?:购买?)?(?:别|其他|其它)|实体店|"
    r"^(?:购买?|入手|买|住|订|去|选择|下单|先|看|卸载|下载|入|千万|不要|别|慎|谨慎|勿|直接|"
    r"换个?牌子|绕道|避开|没人|无人|被|反馈|也没|提了|放在)"
)
_WISH = re.compile(
    r"越来越|越[做办]越|坚持|百尺竿头|再上|一路|路上|小心|平安|天气|晴|更上一层|再接再厉|继续努力|继续保持|一如既往|做大做强|再创|繁荣|发展|"
    r"(?:这么|这样|那么|如此|这般)(?:地|的)?(?:好|棒|赞|优秀|给力|便宜|实惠|贴心|用心|省心|耐心|专业|快)|"
    r"不会?(?:坏|再?出)|别(?:坏|出|让)|不要(?:坏|出|再|让)|耐用|"
    r"用得?久|(?:质量|品质|效果|东西|味道|品质再|质量再)(?:能?好|过关|不错|可以|稳定|好一点)|"
    r"长久|好运|看到|看见|重视|引起|给力|加油|有用|帮到|帮助|失望|"
    r"心情|人生|自己|我的|让我|本人|我离开|[0零负]分|光临|您|做[的得]?更?好|做精|用心|上点心|"
    r"长点心|上心|保持住|对得起|相称|"
    r"^(?:改进|改善|改正|改改|完善|优化|解决|修复|提高|提升|加强|更新|更好|好用|好点|好一点|"
    r"早点|快点|努力|优惠|便宜|功能|问题|app|软件|bug|这个|质量|服务|体验|"
    r"更多|新|一|个|的|得|好好|适配|变化|点|有所|稍微|再|能|多|酒店|店家|卖家|京东|快递|下次|"
    r"在)*(?:一下|吧|哦|啊|呀|下|了|些|点|一点|！)*$",
    re.IGNORECASE,
)
_CASE = re.compile(
    r"退(?:款|货|钱|换|给|还|差|回)|赔|补偿|补发|重发|换货|换一|换新|给个?(?:说法|解释|答复|"
    r"交代|回复)|联系我|回复|回电|答复|尽快发|发货|派送|送到|收到|到货|"
    r"(?:上门|今天|明天|后天|师傅).{0,4}(?:安装|维修|送)|安装$|^取消订单|"
    r"(?:处理|解决|查实|核实|调查|查处|落实)(?:一下|下|好|这个|此|我|问题|吧|$)|给我|"
    r"我的(?:钱|订单|快递)|道歉|投诉|维权|撤销|删除我|改成?(?:自提|地址|约|期)"
)
# What somebody makes or changes; 建议 without it, and without an addressee, is advice to other buyers.
_MADE = re.compile(
    r"增加|增设|增大|添加|添置|加[上入个大强长厚宽装一点些快急]|多加|多放|少放|多配|"
    r"配[个备上一]|改[成为进善用回]|优化|取消|去掉|去除|提供|推出|"
    r"出[个款一]|做[成个一]|支持|适配|兼容|恢复|开发|开放|开通|设[置计个立]|调[整低高大小]|"
    r"降低|提[高升前供]|缩短|延长|换[成个用一大]|更新|升级|"
    r"修[改复]|完善|简化|统一|分[开类]|公开|标[明注出]|说[清明]|注明|通知|提醒|培训|管理|考核|"
    r"检查|把控|回收|允许|保留|减少|减[小轻]|控制"
)
_ADDRESSED = re.compile(
    r"贵|商家|卖家|店家|厂家|官方|你们|您们|开发|工程师|程序|平台|公司|客服|产品经理|版本|"
    r"后续|后期|酒店|老板|店里"
)
_HEAD = re.compile(
    r"^(?:你们|您们|他们|贵司|商家|卖家|可以|能够?|能|将|把|对|给|在|于|是|有|也|就|都|再|还|"
    r"要|得|一下|说|，|：|:|、|\"|“|”|\s)+"
)
_TAIL = re.compile(
    r"(?:就(?:更)?(?:好|完美|太好|方便)了?|吗|呢|吧|啊|呀|哦|哈|了|的话|谢谢|多谢|感谢|好吗|"
    r"好不好|行不行|行吗|么|嘛|呗|哇|\s|[!！?？~～.…、:：\"“”])+$"
)
_STRONG = re.compile(
    r"强烈|跪求|恳请|恳求|迫切|急需|急切|一定要|必须|务必|赶紧|尽快|抓紧|真心|!{2}|！{2}|多次|"
    r"一直|反复|再次|第[二三四五]次|好多次|都说了"
)


# Words that name nothing one could make: who is asked, asking and doing, how good it should be, and general things.
GENERAL = frozenset(
    """
    贵司 公司 商家 卖家 店家 厂家 厂商 官方 你们 我们 他们 大家 平台 客服 酒店 饭店 店铺 店里 老板 部门 售后
    人员 技术 技术人员 工作人员 工程师 程序员 专业 行业 企业 国产 品牌 用户 客户 顾客 消费者 消费 人家 吃货
    希望 可以 能够 能否 可否 应该 需要 必须 最好 建议 请求 麻烦 早日 尽快 赶紧 及时 以后 今后 下次 下个 后续 将来
    能 会 再 多 更 更加 更多 更好 还 也 就 都 要 让 把 给 对 有 一个 一些 一点 一下 一种 这个 那个 这些 那些
    这种 那种 这方面 方面 各方面 各个 所有 全部 各种 什么 怎么 比较 真正 真的 始终 一直 不断 一定 尽量 好好 稍微
    提高 提升 改善 改进 改正 改变 优化 完善 加强 升级 更新 解决 修复 处理 调整 做下 做好 做到 整改 整顿 重视 注意
    考虑 关注 努力 加油 坚持 保持 继续 跟上 达到 开发 推出 研发 提供 出现 问世 搞好 搞定 管理 监督 把关 严把 严惩
    学习 反省 反思 服务 服务态度 态度 质量 品质 水平 素质 体验 效果 性能 产品 商品 东西 系统 软件 应用 app bug
    功能 版本 问题 毛病 事情 情况 地方 方式 方法 标准 能力 力度 细节 诚意 诚信 良心 职业 精神 责任 责任心 感觉
    感受 心情 理由 说法 答复 突破 进步 创新 发展 惊喜 竞争力 性价比 信心 耐心 用心 点心 稳定 稳定点 方便 实用 好用
    正常 使用 正常使用 好点 好一点 好些 快点 快一点 美观 超前 先进 合理 完美 满意 舒服 专业点 人性化 持久 耐用
    严格 统一 规范 五星 星级 花点 钱 请些 请 不要 别 不会 没有 不是 不能 不只 也有 次 点 些 的 了
    """.split()  # noqa: SIM905
)
_SHORT = frozenset("灯门锁卡盖袋盒碗勺汤饭菜肉面粥米油盐糖醋辣葱蒜茶水酒药书笔包鞋")


@dataclass(frozen=True)
class Ask:
    """One thing asked for: the row, the words, where they stand, and how strongly it is asked (1 plain … 2)."""

    row: int
    what: str
    start: int
    end: int
    strength: float


def asked(texts: Sequence[str]) -> list[Ask]:
    """Cut what is asked for out of normalised texts, at most one thing a clause and two a text."""
    found = [ask for row, text in enumerate(clausal(texts)) for ask in _of(row, text)]
    named = [
        ask for ask, pieces in zip(found, segment([a.what for a in found]), strict=True) if _named(pieces)
    ]
    counts = Counter[int]()
    kept = []
    for ask in named:
        counts[ask.row] += 1
        kept += [ask] if counts[ask.row] <= MOST else []
    return kept


def _named(pieces: Sequence[str]) -> bool:
    """Tell whether something is named that could be made or changed, not only that things should be good."""
    return any(
        piece not in GENERAL and piece not in BRANDS and (len(piece) > 1 or piece in _SHORT)
        for piece in (piece.strip().lower() for piece in pieces)
        if any(character.isalnum() for character in piece)
    )


def _of(row: int, text: str) -> list[Ask]:
    asks: list[Ask] = []
    begin = 0
    for line in text.split("\n"):
        ask = _clause(row, line, begin)
        if ask is not None and all(ask.what != other.what for other in asks):
            asks.append(ask)
        begin += len(line) + 1
    return asks


def _clause(row: int, line: str, begin: int) -> Ask | None:
    for pattern, weight in ASKS:
        match = pattern.search(line)
        if match is None:
            continue
        what = match["what"]
        if _TO_OTHERS.search(what):
            return None
        plain = _TAIL.sub("", _HEAD.sub("", what))
        if what.startswith("的") or "[" in what:
            return None
        asking = line[match.start() : match.start("what")]
        if "建议" in asking and not _MADE.search(what) and not _ADDRESSED.search(asking):
            return None
        if _refused(plain, line, match.start()):
            return None
        start = begin + match.start("what") + what.find(plain)
        strength = min(2.0, weight + 0.5 * len(set(_STRONG.findall(line))))
        return Ask(row, plain, start, start + len(plain), strength)
    return None


def _refused(what: str, line: str, at: int) -> bool:
    before = line[max(0, at - 2) : at]
    if before.endswith(("不", "没", "没有", "无", "毫无")) or not SHORTEST <= len(what) <= LONGEST:
        return True
    if before.endswith(("师傅", "小哥", "客服")):  # what others advised or said
        return True
    return bool(_WISH.search(what) or _CASE.search(what)) or sum("\u4e00" <= c <= "\u9fff" for c in what) < 2
