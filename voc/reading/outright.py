"""Areas a text names by their plain words, where the model names none: 业务员离职了没人接手 is about service.

The model has read reviews of goods, hotels and meals. Of services it often says nothing, or takes what it does not
know for the quality of goods; who or what is spoken of then tells the area better, though not surely.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from voc.kernels.hashing import Floats
from voc.reading.areas import AreaOpinion
from voc.reading.mentions import Mention
from voc.text.clauses import clause_of

GOODS = "product"
HALF, SURELY = 0.5, 0.6  # goods below the one are not told beside an area told above the other
BRIEF = 60  # characters; in a longer text a plain word is an aside
DOUBTED = 0.65  # share of goods, named by the model alone, that a plain word of another area outweighs
PLAIN = 0.5  # what such a word is worth: of those added in three sets of texts nobody tuned on two of three were right
MOST = 2
_WORDS = {
    "logistics": "快递|包裹|快件|物流|骑手|快递员|派送|驿站|快递柜|行李|托运|配送|配送员|外卖员|跑腿|航班|"
    "列车",
    "payment": "退款|学费|会员费|保费|定金|押金|余额|手续费|违约金|账单|发票|工资卡|课程费|报名费|运费险|"
    "年费",
    "price": "资费|套餐|月租|话费|流量费|票价|机票|车费|打车费|课时费|培训费|物业费|停车费|检查费|挂号费|"
    "药费|电费|水费|燃气费|取暖费|门票|房价|餐费|利息|利率|年卡|月卡|充电费",
    "app": "小程序|手机银行|网银|公众号|网站|app|软件|平台|后台|人脸识别|验证码|登录|客户端|网页|二维码|"
    "扫码|直播课|网课",
    "handling": "手续|流程|审批|审核|理赔|开户|销户|贷款|放款|过户|报销|退保|续保|投保|挂号|预约|改签|"
    "退票|值机|注册|报名|转学|入学|缴费|办卡|补卡|挂失|转网|报装|开通|年检|证件|签证|护照|身份证|社保|"
    "公积金|医保|备案|盖章|公证|证明|材料|申请|出院|入院|体检|办理",
    "aftersales": "维修|报修|售后|抢修|返修|保修|检修|退货|换货|退换|退课",
    "packaging": "包装|盒子|袋子|箱子|餐盒|瓶盖",
    "service": "客服|服务员|店员|营业员|导购|收银员|前台|柜员|经理|业务员|理赔员|查勘|护士|医生|大夫|主任|"
    "导诊|护工|药师|老师|教练|班主任|助教|顾问|销售|管家|保安|门卫|保洁|物业|司机|乘务员|空姐|列车员|"
    "列车长|站务员|安检员|检票员|地勤|导游|讲解员|美容师|理发师|发型师|技师|按摩师|私教|工作人员|窗口人员|"
    "办事员|收费员|接线员|话务员|坐席|经办人|民警|交警|志愿者|月嫂|阿姨|小姐姐|小哥哥|店长|主管|负责人|"
    "师傅|抄表员|网格员|接待|专员|辅导员|催收|推销",
    "site": "网点|营业厅|大厅|等候区|门诊|病房|急诊|诊室|药房|食堂|候车室|候机厅|航站楼|车站|站台|车厢|"
    "机舱|座椅|座位|教室|校区|宿舍|操场|健身房|更衣室|淋浴间|泳池|影厅|商场|停车场|车库|小区|楼道|电梯|"
    "大堂|走廊|卫生间|厕所|洗手间|房间|包间|门店|店面|院子|绿化|路灯|门禁|公园|景区|游乐场|图书馆|柜台|"
    "窗口|取号机|自助机|充电桩|空位|床位|陪护床|母婴室|马路|人行道|井盖|下水道",
}  # fmt: skip
_AREA = {word: area for area, words in reversed(_WORDS.items()) for word in words.split("|")}
_ANY = re.compile("|".join(sorted(_AREA, key=len, reverse=True)))


def without_doubtful_goods(
    found: Sequence[list[AreaOpinion]], mentions: Sequence[list[Mention]], judged: Sequence[bool]
) -> list[list[AreaOpinion]]:
    """The same opinions, but goods the model took for such by less than half where it is sure of another area,
    or where nothing is judged: a question to a bank is about no goods until a word says so."""
    told = list(found)
    for row, opinions in enumerate(found):
        if any(_doubted(one) for one in opinions) and _unnamed(mentions[row]):
            surest = max([one.confidence for one in opinions if one.area != GOODS], default=0.0)
            if surest >= SURELY or not judged[row]:
                told[row] = [one for one in opinions if not _doubted(one)]
    return told


def _unnamed(mentions: Sequence[Mention]) -> bool:
    """Whether neither a cue nor the issue model names goods."""
    return all(mention.area != GOODS for mention in mentions)


def _doubted(opinion: AreaOpinion) -> bool:
    return opinion.area == GOODS and opinion.confidence < HALF


def named_outright(
    clauses: Sequence[str],
    found: Sequence[list[AreaOpinion]],
    mentions: Sequence[list[Mention]],
    felt: Floats,
    judged: Sequence[bool],
    areas: Mapping[str, str],
) -> list[list[AreaOpinion]]:
    """The same opinions, but for judged texts of which no area, or doubtful goods alone, was told; felt from -1 to 1.

    `clauses` is what `voc.text.clauses.clausal` made, areas the taxonomy's.
    """
    rows = [
        row
        for row, told in enumerate(found)
        if judged[row] and len(clauses[row]) <= BRIEF and _open(told, mentions[row])
    ]
    column = pl.Series([clauses[row] for row in rows], dtype=pl.String)
    held = [rows[k] for k in column.str.contains_any(list(_AREA)).arg_true()]
    named = {row: _named(clauses[row], float(felt[row]), areas) for row in held}
    return [named.get(row) or told for row, told in enumerate(found)]


def _open(told: Sequence[AreaOpinion], mentions: Sequence[Mention]) -> bool:
    """Whether the model has said nothing of a text, or doubtfully called it goods, and no cue has."""
    return _unnamed(mentions) and all(one.area == GOODS and one.confidence < DOUBTED for one in told)


def _named(text: str, felt: float, areas: Mapping[str, str]) -> list[AreaOpinion]:
    first: dict[str, re.Match[str]] = {}
    for one in _ANY.finditer(text):
        if (area := _AREA[one.group()]) in areas:
            first.setdefault(area, one)
    spans = ((area, clause_of(text, one.start(), one.end())) for area, one in list(first.items())[:MOST])
    return [AreaOpinion(area, felt, start, end, PLAIN) for area, (start, end) in spans]
