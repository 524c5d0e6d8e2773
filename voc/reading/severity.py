"""How grave a feedback is, by words: danger to people or money, services that are down, threats to go further.

A word of danger is not yet a danger: it may be figurative (气炸了), denied (不漏电), feared (怕起火), part of a
thing's name (漏电保护) or of a story that is reviewed. Reading real reviews set the rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from voc.reading.mentions import Mention
from voc.text.needles import hastened

SEVERE, DANGER = 1, 2
_SAFETY, _OUT = "product.safety", "site.outage"
_SURE = 0.8

_THING = (
    "电池|充电器|充电宝|插座|插头|插排|电线|线路|电器|玻璃|面板|内胆|锅|瓶|轮胎|灯泡|变压器|适配器|外机|灶"
)
_GAS = "煤气|燃气|天然气|液化气|瓦斯"
_EATEN = (
    "吃完|吃了|吃过|吃后|吃坏|喝完|喝了|喝过|食用|用完|用了|使用|涂了|抹了|敷了|穿了|住了|导致|"
    "害得|害我|造成|引起|引发|直接|结果|全家"
)
# Everything that hurts people or can: electricity, fire, gas, injury, poison, food, skin, falls, stolen money.
_HAZARD = re.compile(
    hastened(
        rf"漏电|跑电|触电|电击|被电(?:到|了|得|的|伤|麻|击)|(?<![致来打通充供])电(?:到|着)了?(?:我|人|"
        rf"手|孩子|老人|老婆|家人)|"
        rf"起火|(?<![随挨沿靠守围看接走等])着火(?![车锅龙柴炬])|失火|自燃|冒(?:烟|黑烟|浓烟|白烟|青烟|"
        rf"火花|火星|火)|(?:打|出|喷|冒|产生|有)(?:了|出)?(?:电)?火花|"
        rf"(?<!到)爆炸(?!了一样)|(?:{_THING})(?:都|就|会|突然|自己|直接|也|又|里面|"
        rf".{{0,2}}){{0,3}}(?:炸|爆)(?:了|裂|开|碎|掉)|"
        rf"(?:{_THING})(?:都|就|会|突然|自己|直接|也|又|里面)*(?:烧焦|烧熔|熔化|烧起来|鼓包)|(?:机|插|"
        rf"线|板|电|塑料|胶)(?:[^。，\n]{{0,8}})(?:烧焦的?气?味|焦糊味|糊味)|烧(?:了)?起来了|"
        rf"漏(?:{_GAS}|毒气)|(?:{_GAS})(?:.{{0,3}})(?:泄漏|泄露|漏)|(?:闻到|"
        rf"一股)(?:.{{0,4}})(?:{_GAS})|一氧化碳|"
        rf"烫伤|烧伤|灼伤|烫(?:出|起)(?:了)?(?:.{{0,3}})泡|(?:割|划|刺|扎|夹|刮)(?:伤|破|到|了)(?:了|"
        rf"我|的)?(?:.{{0,3}})(?:手|脚|皮肤|脸(?!盆)|嘴|孩子|宝宝)|"
        rf"(?:手|脚|指|头|脸|腿)(?:都|也|就)?被(?:.{{0,4}})(?:割|划|刺|扎|夹|刮|砸|压|烫)(?:伤|破|断)|"
        rf"砸(?:伤|到人|到头|到脚|到孩子|到我(?!的)|死)|(?:压|撞)(?:死|伤|到|倒)了?(?:人|孩子|老人|"
        rf"行人|我(?!的))|(?:人|孩子|老人|宝宝|我|奶奶|爷爷|妈)(?:.{{0,4}})摔(?:伤|断|骨折)|骨折|"
        rf"(?:人员|有人|孩子|老人|多人|客人|旅客|员工)受伤|受(?:了)?(?:重|轻)伤|(?:会|能|差点|险些|"
        rf"容易)(?:.{{0,2}})伤(?:到|了)?人(?!心)|伤到人(?!心)|弄伤了?(?:人|手|孩子|我)|致残|"
        rf"(?:食物|{_GAS}|酒精|农药|集体|全家|煤烟)中毒|中毒(?:住院|送医|了住)|"
        rf"(?:{_EATEN})(?:[^。]{{0,8}})(?:中毒|住院|送医|急诊|进医院|去了?医院|上吐下泻|呕吐|腹泻|"
        rf"拉肚子|拉稀|肠胃炎|洗胃|过敏|红肿|起疹|烂脸|毁容)|"
        rf"上吐下泻|食物中毒|(?:严重|皮肤|全身|脸上?|头皮|身上|宝宝|孩子|满脸|脸都|脸部|面部)(?:都|也|"
        rf"就|还|会|竟然|居然|开始|大面积|有点|出现|严重|一片|.{{0,2}}){{0,3}}(?:过敏|红肿|起疹子?|"
        rf"起了?红疹|(?:是|有|起)?红疹|灼痛|溃烂)|过敏了|"
        rf"(?:吃出|吃到|里面?有|发现)(?:了)?(?:.{{0,4}})(?:玻璃渣|碎玻璃|玻璃碴|刀片|铁丝|钢丝|铁钉|"
        rf"钉子|针头|老鼠药)|"
        rf"电梯(?:.{{0,4}})(?:坠|下坠|困|失控)|(?:困|关)在(?:.{{0,2}})电梯|"
        rf"电梯[^。！？]{{0,12}}(?:困|关|卡)在(?:了)?(?:里|半空|两层)|刹车(?:.{{0,4}})(?:失灵|失控)|"
        rf"坠落(?!感)|(?:房|墙|楼|棚|架|桥)(?:.{{0,4}})(?:坍塌|倒塌)|"
        rf"窒息|休克|昏迷|身亡|丧命|出(?:了)?人命|死了人|差点(?:没命|送命|丢了?命|死(?:了|人))|(?:有|"
        rf"危及|威胁)(?:.{{0,3}})生命(?:危险|安全)?|人身安全|"
        rf"(?:严重|重大|很大|极大|巨大|极为严重)的?(?:.{{0,4}})安全隐患|甲醛(?:严重)?超标|有毒(?:气体|"
        rf"物质)|"
        rf"盗刷|(?:账号|账户|帐号|帐户|银行卡|资金|余额)(?:.{{0,3}})被(?:人)?(?:盗|转走|刷走)"
    )
)
_ALL = (
    "(?:全部|所有的?|全体|全国|全省|全市|全区|全县|全城|全公司|整个|整栋|全楼|全网|全村|全小区|"
    "大家|大批|大量|很多|我们(?:公司|单位|小区|整))"
)
_DOWN = (
    "(?:(?:无法|不能|没法)(?:正常)?(?:登|使用|付|下单|上网|访问|打开|办|连|营业|缴|支付|联系|"
    "通话|收|用|结算|充值|刷|进入)|登(?:录)?不(?:上|了|进)|打不开|用不了|上不(?:去|了)|连不上|"
    "付不了|下不了单|断网|断电|断水|"
    "没网|没水|没电|没信号|瘫痪|宕机|中断|掉线|离线|崩)"
)
# Services that are down for many, or down altogether; one phone without a signal is not.
_OUTAGE = re.compile(
    hastened(
        rf"{_ALL}的?(?:客户|用户|人|员工|门店|同事|业主|商户|会员|居民|小区|楼|公司|"
        rf"单位)[^，。；\n]{{0,6}}{_DOWN}|"
        rf"(?:全国|全省|全市|全区|全县|全城|全公司|全楼|全村|全小区)[^，。；\n]{{0,4}}{_DOWN}|"
        rf"大面积(?:的)?(?:故障|瘫痪|停电|停水|断网|中断|掉线|无法)|大规模(?:的)?(?:故障|瘫痪|停电|"
        rf"断网|中断|掉线)|"
        rf"(?:系统|服务器|平台|网站|官网|后台|网络|基站|网银|柜台)(?:又|都|全|已经|一直|完全|彻底|整个|"
        rf"全部|今天|直接|突然)*(?:瘫痪|宕机|全挂)|"
        rf"(?:服务器|官网|支付系统|订单系统|收银系统|网银)(?:又|都|全|已经|一直|完全|彻底|整个|"
        rf"突然)*(?:崩了|挂了|崩溃了?)|(?:服务|业务|供水|供电|供气|供暖)(?:全面|突然|一直|已经|"
        rf"又)*中断|"
        r"大范围(?:停水|停电|停气|断网|断电)"
    )
)
# Of a supply that is off it must be said that it is off for many or for long, unless the issue was found here.
_SUPPLY = re.compile(r"(?<![一不未防每遇若怕])停(?:水|电|气|暖)(?!宝)")
_WIDE = re.compile(
    r"小区|全区|全村|整[栋个片楼村镇条]|片区|我们(?:这|那|村|楼)|家家|整天|天天|经常|频繁|老是|"
    r"又停|一直|连续|到现在|没人管|恢复|抢修|"
    r"(?:[0-9一二两三四五六七八九十几多]|半)(?:个|多)?(?:天|小时|次|晚|日|星期|周)|停水停电|"
    r"停电停水"
)
_POWER_AWAY = re.compile(
    r"(?:如果|万一|要是|假如|每次|遇到|遇|只要|突然|一旦|除非|即使|临时|防止|记忆|意外|手动|拔|"
    r"自动|需要|必须|先|断网|重启|怕)(?:.{0,3})$"
)
_AFTER_POWER = re.compile(
    r"^.{0,3}(?:后|以后|之后|时|的时候|再|重启|重新|情况|通知|就得|就要|才能|记忆|保护|不)"
)

_SEVERE = re.compile(
    hastened(
        r"12315|12345|消协|消费者协会|工商局|市场监督|市监局|银保监|金融监管|监管部门|信访|律师|起诉|"
        r"法院|诉讼|维权|曝光|媒体|记者|"
        r"(?<![0-9])315(?![0-9])|报警|欺诈|诈骗|欺骗消费者|黑店|骗子|忍无可忍|气死|愤怒|火大|极其恶劣|"
        r"太恶劣|性质恶劣|"
        r"强烈(?:要求|投诉|不满)|再也不(?:会|买|来|用)|隐患|不安全"
    )
)
# 不防漏电 is a complaint, 防漏电 a feature: what stands before, in the same clause, turns the meaning.
_DENIED = re.compile(
    r"(?:(?<!是)(?<!能)不|没|没有|不会|未|无|不再|不用|怕|担心|害怕|防|防止|避免|以免|预防|杜绝|"
    r"减少|降低|谨防|注意|小心|担忧|治|缓解|"
    r"(?:如果|万一|要是|假如).{0,3}|会不会|是否|有没有|以为|怀疑是|不知道会|据说|听说|网上说|新闻|"
    r"看到别人|别人说|容易|可能|"
    r"简直|好像|仿佛|就像|像是|像|似的|宛如|犹如|跟|如同|感觉自己|绝对|恨不得)"
    r"(?:有|会|再|要|发生|出现|是|被|引起|引发|造成|导致|的|任何|什么|过|小孩|孩子|儿童|宝宝|老人|"
    r"了|自己|手机|电脑|它|快|一样)*$"
)
_DENIED_INSIDE = re.compile(
    r"(?:没有?|不会?|未|无)(?:出现|什么|怎么|再|任何|过|发生|感到|有|觉得)*(?:中毒|住院|过敏|红肿|"
    r"起疹|拉肚子|呕吐|腹泻)"
)
_STILL_REAL = re.compile(r"(?:差点|险些|差一点|不是.{0,6}就是)(?:.{0,3})$")
_FIGURATIVE_BEFORE = re.compile(
    r"(?:气得?(?:我|人|都|要|快|的|到)*|气[得的]?.{0,3}|急[得的]?.{0,2}|肺|心态|心里|脑子|脑袋|"
    r"头发?|头都|嗓子|喉咙|嘴巴?|渴得?|辣[得的]?.{0,3}|眼睛|鼻子|"
    r"七窍|朋友圈|评论|全网|网络|信息|知识|人口|宇宙大?|人气|销量|颜值|味道|口感|好吃|好看|口味|"
    r"性价比|美到|帅到|[烂差卡丑慢累][得到]|令人|太|真|很|直|听[了着]|看[了着]|[饿急渴累困]|热情|"
    r"爱情|友谊|思想|"
    r"擦|碰|擦出|碰出|碰撞出|碰撞|迸发|手机|电脑|软件|系统|病毒|木马|app|后院|性能|内存|存储|流量|卡到|卡得|钱包|无聊到|看得|看的|让人|笑得|憋到|快要|等得?(?:我|人)?|擦)(?:都|要|快|就|会|直接|也|得|的|出|像|了)*$",
    re.IGNORECASE,
)
_FIGURATIVE_AFTER = re.compile(
    r"^(?:般|一样|似的|头(?!部)|性的?|式|保护|开关|保险|断路|器|险|防护|报警|检测|测试|鸡|酱|"
    r"点(?!了)|朋友圈|好吃|好喝|好看|好用|美味|便宜|过瘾|"
    r"费|险|期间|病人|部|手续|报销|证明|押金|大楼|治疗|补偿|医保|肌|体质|膏|肤质|皮肤|性皮|人群|"
    r"源|原)"
)
_STORY = re.compile(
    r"小说|作者|情节|主人公|主角|故事|这本书|本书|此书|书中|书里|读完|读者|读后|看完这|影片|电影|"
    r"剧情|章节|新闻里|历史|文章|漫画"
)
# Literals of which a text must hold one before the rules above are worth trying.
_DANGERS = (
    "漏电 跑电 触电 电击 被电 电到 电着 起火 着火 失火 自燃 冒火 冒烟 黑烟 浓烟 白烟 青烟 火花 火星 炸 爆了 "
    "爆裂 爆开 爆碎 爆掉 烧焦 糊味 烧熔 熔化 烧起来 烧了起来 鼓包 煤气 燃气 天然气 液化气 瓦斯 毒气 一氧化碳 "
    "烫伤 烧伤 灼伤 烫出 烫起 割伤 割破 割到 割了 划伤 划破 划到 划了 刺伤 刺破 刺到 刺了 扎伤 扎破 扎到 扎了 "
    "夹伤 夹破 夹到 夹了 夹断 刮伤 刮破 刮到 刮了 压断 砸 压伤 撞 压到 压死 压倒 摔伤 摔断 摔骨折 骨折 受伤 "
    "重伤 轻伤 伤人 伤到 伤了人 弄伤 致残 中毒 住院 送医 急诊 医院 呕吐 泻 拉肚子 拉稀 肠胃炎 洗胃 过敏 红肿 "
    "疹 烂脸 溃烂 毁容 灼痛 玻璃 刀片 铁丝 钢丝 铁钉 钉子 针头 老鼠药 电梯 刹车 坠落 坍塌 倒塌 窒息 休克 昏迷 "
    "身亡 丧命 人命 死了人 没命 送命 丢命 丢了命 死了 死人 生命 人身安全 安全隐患 甲醛 有毒 盗 转走 刷走"
)
_FAILURES = "停水 停暖 停电 停气 瘫痪 宕机 全挂 挂了 崩 中断 大面积 大规模 大范围"
_EVERYBODY = "全 所有 整个 整栋 大家 大批 大量 很多 我们公司 我们单位 我们小区 我们整"
_STOPPED = (
    "无法 不能 没法 登不 登录不 打不开 用不了 上不 连不上 付不了 下不了 断网 断电 断水 没网 没水 没电 "
    "没信号 掉线 离线"
)
_THREATS = (
    "12315 12345 消协 消费者协会 工商局 市场监督 市监局 银保监 金融监管 监管部门 信访 律师 起诉 法院 诉讼 维权 "
    "曝光 媒体 记者 315 报警 欺诈 诈骗 欺骗 黑店 骗子 忍无可忍 气死 愤怒 火大 恶劣 强烈 再也不 隐患 不安全"
)


def severities(clauses: Sequence[str], mentions: Sequence[list[Mention]]) -> list[int]:
    """Grade texts: 2 where safety or an outage is at stake, 1 for severe words, else 0."""
    texts = pl.Series(clauses, dtype=pl.String)
    halted = _holds(texts, _EVERYBODY) & _holds(texts, _STOPPED)
    grades = [_by_issue(found) for found in mentions]
    for row in _rows(_holds(texts, _THREATS)):
        grades[row] = SEVERE if _SEVERE.search(clauses[row]) else grades[row]
    for row in _rows(_holds(texts, _DANGERS)):
        grades[row] = DANGER if _endangers(clauses[row]) else grades[row]
    for row in _rows(halted | _holds(texts, _FAILURES)):
        grades[row] = DANGER if _is_down(clauses[row], mentions[row]) else grades[row]
    return grades


def _holds(texts: pl.Series, literals: str) -> pl.Series:
    return texts.str.contains_any(literals.split())


def _rows(chosen: pl.Series) -> list[int]:
    rows: list[int] = chosen.arg_true().to_list()
    return rows


def _by_issue(mentions: list[Mention]) -> int:
    # The issue alone may be a warm telephone: it weighs, but only words make an emergency.
    return SEVERE if _negative(mentions, _SAFETY) else 0


def _endangers(text: str) -> bool:
    if _STORY.search(text):
        return False
    return any(_is_real(text, found.start(), found.end()) for found in _HAZARD.finditer(text))


def _is_real(text: str, start: int, end: int) -> bool:
    before = text[max(text.rfind("\n", 0, start) + 1, start - 14) : start]
    if _STILL_REAL.search(before):
        return True
    figurative = _FIGURATIVE_BEFORE.search(before) or _FIGURATIVE_AFTER.search(text[end : end + 8])
    return not (figurative or _DENIED.search(before) or _DENIED_INSIDE.search(text, start, end))


def _is_down(text: str, mentions: list[Mention]) -> bool:
    wide = _OUTAGE.search(text)
    if wide and not _DENIED.search(text[max(0, wide.start() - 10) : wide.start()]):
        return True
    off = [found.start() for found in _SUPPLY.finditer(text) if _is_off(text, found.start())]
    return bool(off) and (_WIDE.search(text) is not None or _negative(mentions, _OUT))


def _is_off(text: str, start: int) -> bool:
    before = text[max(text.rfind("\n", 0, start) + 1, start - 10) : start]
    away = _POWER_AWAY.search(before) or _DENIED.search(before)
    return not (away or _AFTER_POWER.search(text[start + 2 : start + 8]))


def _negative(mentions: list[Mention], issue: str) -> bool:
    return any(m.polarity < 0 and m.issue == issue and m.confidence >= _SURE for m in mentions)
