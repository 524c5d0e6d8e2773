"""What a text is meant as: an opinion, a suggestion or an enquiry.

Letters to offices use the same words otherwise than reviews do, so each has weights of its own; a third line
says how much of a letter a text is. Some forms of words make a wish or a question by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from voc.kernels.hashing import Floats
from voc.reading.model import OUTPUTS, ToneModel, score
from voc.reading.turns import lukewarm
from voc.text.clauses import clausal

KINDS = ("opinion", "suggestion", "enquiry")
FORM_WEIGHT = 2.0  # logits of a form of words that by itself makes a wish or a question
BRIEF = 40  # characters below which a question or a wish at the end is what the text is about
_REVIEW, _LETTER = OUTPUTS.index("opinion"), OUTPUTS.index("letter_opinion")
_GATE = OUTPUTS.index("letter")
_, _SUGGESTION, _ENQUIRY = np.eye(len(KINDS))
_WISH = (
    r"(?:建议|希望|盼|期待|能不能|能否|可否|可不可以|最好|要是能|如果能).{0,8}"
    r"(?:增[加设开派]|再[装加设开建配添增放]|加装|添加|加[上入个点一强]|改进|改善|优化|提供|支持|开发|设置|完善|提高|提升|适配|推出|出[个一]|开通|放宽|保留|恢复|调整|允许|多一[些点]|更)"
)
# What a short text as a whole wishes; in a long one it is an aside. 求 begins requests to makers of software.
_BRIEF_WISH = (
    r"(?:^|\n)(?:(?:跪|急|强烈|恳)?求(?:出|加|增加|更新|适配|支持|恢复|添加|开放|优化).{2,}|"
    r"(?:要是|如果|若是?).{1,16}就(?:更|太)?(?:完美|好|棒)了?(?:\n|$)|"
    r"[^\n]{0,10}(?:能|可以)[^\n]{1,14}就(?:更|太)?(?:好|完美|方便|省心)[多些]?了|"
    r"[^\n给帮我不没]{0,12}[加装添设标增配拉贴刷发留画挂写](?:个|一个|一下|上|点|几|条|张)[^\n了的货]{0,14}[吧呗](?:\n|$))"
)
BRIEF_WEIGHT = 3.0
_WISHING = r"(?:^|\n)(?:希望|建议|盼望)"
_PLAIN_WISH = re.compile(
    rf"{_WISHING}(?!大家|各位|亲|别|不要|谨慎|慎|.{{0,6}}(?:倒闭|退|赔|处理|解决|修复|答复|回复|给个说法)).{{3,}}"
)
_PROPOSAL = r"\A建议[^还买订选换去][^?？吗]*$"  # what begins so and asks nothing
_QUESTION = (
    r"(?:^|\n)(?:请问|想问|问一下|想咨询|咨询一下|怎么|如何|怎样|什么时候|哪里|多少钱|是不是|有没有|能不能|可以)"
    r".{1,30}\s*$|"
    r"(?:^|\n)[^\n]{1,20}(?:行不行|可不可以|准备[啥什]么?|谁出|怎么算)[啊呀呢的]?[?？]*\s*$"
)
# 我想问下像我妈这种你们收不收: who says so first asks, however long the rest.
_BEGUN_ASKING = r"\A(?:你好|您好|喂)?\n*(?:我|那个|就|是){0,2}想(?:问|咨询|了解|打听)(?:一?下|问)"
# What asks whether to do something less, slower or for once wishes for it. Outside the test part six short texts do:
# four opinions, a suggestion, and one that is labelled an enquiry and wishes for fewer advertisements.
_ASKED_WISH = (
    r"(?:能不能|可不可以|能否|可否)(?:[^，。！!?？\n]{0,6}?(?:别|不要|少)|"
    r"[^，。！!?？\n]{0,10}?(?:[慢快早大小多少好轻低短]|清楚|认真|用心)一?[点些]|"
    r"(?:也|都|就)?(?:固定|统一|写死|划[个出]|装个|添|出个|做[个成]|弄[个成]|搞[个成]|改成|单独放|分开|具体[到点]|标[明注出]|写清|像[^，。！!?？\n]{1,8}一样|让我|给我们|[^，。！!?？\n]{0,6}让我))"
)
# A verb asked both ways, a choice, a bare 不 at the end: 还在不在, 按里程还是按时间算, 外面给擦不.
_EITHER = (
    r"(?:在不在|去不去|来不来|到不到|收不收|给不给|用不用|送不送|退不退|换不换|算不算|让不让|含不含|包不包|卖不卖|做不做|接不接|"
    r"开不开|管不管|需不需要|支不支持|提不提供)",
    r"[是按][^，。！!?？\n]{1,8}还是[按用从要给看算走先后在到由只]",
    r"是从[^，。\n]{1,12}还是[^，。\n]{1,12}(?:算|起|收|计|扣|开始)",
    r"[给能管用要有][^，。！!?？\n不没]{0,8}[^知道好错行是不没]不[?？]?\s*$",
)
# Nothing else is said: of nineteen such texts outside the test part seventeen are enquiries.
_EITHER_AT_THE_END = rf"\A[^。！!；;\n]{{0,30}}(?:{'|'.join(_EITHER)})[^，。！!?？\n]{{0,6}}[?？]?\s*$"
# Chinese does not ask without one of these; questions also train the weights, and short remarks look like them.
_ASKING = (
    *_EITHER,
    r"[?？吗呢嘛么啥咋]|什么|怎|如何|何[时处为]|哪|(?:^|[^好])几[天个时次年]|多[少久大长远]|谁|是否|能否|可否|有无|有没有|[是能会可要行对好]不[是能会可要行对好]|"
    r"请[问教示]|咨询|[想要]知道|想问|问下|问一下|求[助教问解]|帮忙看|了解一下|答复|解答|告知|指教",
)
SILENT = 4.0  # logits taken from an enquiry in whose words nothing asks
# The same for letters: one enquiry of twenty there is silent, and a fifth of the complaints.
SILENT_LETTER = 1.5
# Letters that suggest hold one of these, but for one of twenty; of those that complain a sixth hold none.
_WISHFUL = (
    r"建议|希望|盼|提议|倡议|呼吁|应|能否|能不能|可否|可不可以|是否可|最好|期待|恳请|望|请|"
    r"增设|增加|新增|加强|完善|改善|改进|优化|推广|设立|设置|提高|加大|如果"
)
# Asked without a wish to know; in the calibration part met in hundreds of opinions and in no enquiry.
RHETORIC_WEIGHT = 4.0
_RHETORIC = (
    r"凭什么|(?:什么|啥)(?:玩意|鬼|破|垃圾|素质|态度|逻辑)|没有?(?:[看闻听收接碰遇]到过?)?(?:什么|啥)|没有?等多[久长]|什么叫|怎么(?:好意思|还有脸|能这|敢)|"
    r"难道|何苦|怎么不(?:去|早说)|谁呢(?:[?？\n]|$)|[当是](?:韭菜|傻子|傻瓜|猴|冤大头|提款机|复读机|叫花子)|了个(?:啥|毛|屁|锤子|寂寞)|"
    r"我(?:本人|自己)?怎么不(?:知道|晓得)|不管|无论|不论|(?:^|\n)就这(?:样)?(?:[?？\n]|$)|抢钱|玩儿?我呢|耍猴|打发叫花子|是不是(?:还得|还要)谢|有这么.{1,6}的[吗么嘛]|算什么|"
    r"有没有(?:一点)?(?:底线|良心|素质|王法|人管|天理|搞错|脑子|人性|道德)|谁(?:通知|告诉|同意|答应|允许|授权)过?[我你]|"
    r"(?:合同|协议|规定|条款)[里上书]{0,2}哪[写有条]|(?:为啥|为什么|凭啥|怎么|咋)非[要得让]|[怎咋]么?不上天|"
    r"查什么查|等什么等|看什么看|说什么说|(?:金子|镶金|镶钻)(?:做|打|边|的)|哪[^，。\n]{0,3}得[起回去][^，。\n]{0,3}(?:\n|$)|"
    r"[让叫]我(?:信谁|怎么[信活])|(?:啥|什么)[也都]不(?:告诉|说|讲)"
)
# Asked while a grievance is told: outside the test part a fifth of the opinions that ask hold one, and thirty of 8,063
# enquiries, nearly all of them trouble with money put as a question.
GRIEVANCE_WEIGHT = 3.0
_GRIEVANCE = (
    r"无缘无故|莫名其妙|三天两头|居然|竟然|到底谁|就不能|谁来?(?:负责|管)|(?:怎么|咋|为啥)(?:这么|那么)|"
    r"[好几多百千万]遍|多次(?:反映|投诉|反应|沟通)|(?:投诉|反映)了|没人[管理]|无人[管理]|推诿|踢皮球|忽悠|被骗|欺骗|坑人|坑我|骗[我人]|糊弄|(?:关门|卷款|老板|机构|商家|店家)跑路|人间蒸发|石沉大海|"
    r"白[跑等花交]|从来没|根本[没不]|怎么(?:不[讲早]|好意思)|早不说|让(?:人|我|我们)怎么|我怎么(?:去|办得|活|过)|"
    r"过分|气[人愤]|心寒|寒心|失望|天天(?:打电话|发短信)|骚扰|从?哪弄来"
)
_HELPERS = "同志|师傅|人员|工作者|医生|护士|老师|民警|交警|客服|小哥|小姐姐|经理|司机|志愿者"
_THANKS = rf"表扬|点赞|锦旗|致敬|感谢.{{0,12}}(?:{_HELPERS})"


def kind_shares(rows: NDArray[np.float32], clauses: Sequence[str], texts: Sequence[str]) -> Floats:
    """Probability of each of KINDS, uncalibrated, shape (texts, 3), from scores of the texts and their clauses."""
    forms = _forms(clauses)
    column = pl.Series(texts, dtype=pl.String)
    silent = ~_holds(column, *_ASKING)[:, None] * _ENQUIRY
    wishless = ~column.str.contains(_WISHFUL).to_numpy()[:, None] * _SUGGESTION
    thanks = forms * [1, 0, 0]  # of the forms only thanks tell as much in letters, whose makers labelled none
    review = _softmax(rows[:, _REVIEW : _REVIEW + len(KINDS)] + forms - SILENT * silent)
    letter = _softmax(rows[:, _LETTER : _LETTER + len(KINDS)] + thanks - SILENT_LETTER * (silent + wishless))
    share = letterlike(rows)[:, None]
    return share * letter + (1 - share) * review


def letterlike(rows: NDArray[np.float32]) -> Floats:
    """Probability that a text is a letter to an office, shape (texts,)."""
    share: Floats = 1 / (1 + np.exp(-np.clip(rows[:, _GATE].astype(np.float64), -30, 30)))
    return share


def choose(texts: Sequence[str], model: ToneModel) -> Floats:
    """The same for texts by themselves."""
    return kind_shares(score(texts, model).rows(), clausal(texts), texts)


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


def _forms(clauses: Sequence[str]) -> Floats:
    """What the form of words adds to the logits of KINDS, shape (texts, 3)."""
    column = pl.Series(clauses, dtype=pl.String)
    short = (column.str.len_chars() < BRIEF).to_numpy()
    added = np.zeros((len(clauses), len(KINDS)))
    wishes = _holds(column, _WISH)
    begun = _holds(column, _WISHING) & ~wishes
    plain = np.array(
        [bool(begun[n]) and bool(_PLAIN_WISH.search(text)) for n, text in enumerate(clauses)], bool
    )
    wishes, warns = wishes | plain, begun & ~plain
    either = _holds(column, *_EITHER)
    either[either] = _holds(column.filter(pl.Series(either)), _EITHER_AT_THE_END)
    asks = (_holds(column, _QUESTION) | either & ~_holds(column, "不知")) & short
    asks |= _holds(column, _BEGUN_ASKING)
    thanked = column.str.contains(_THANKS).to_numpy() | warns
    grieved = GRIEVANCE_WEIGHT * (_holds(column, _GRIEVANCE) & ~wishes)
    judged = _holds(column, _RHETORIC) | lukewarm(clauses, np.ones(len(clauses), dtype=np.bool_))
    told = np.maximum(RHETORIC_WEIGHT * judged, grieved)
    added[:, KINDS.index("opinion")] = FORM_WEIGHT * thanked + told
    asked = (_holds(column, _ASKED_WISH) | plain & _holds(column, _PROPOSAL)) & short
    brief = _holds(column, _BRIEF_WISH) & short | asked
    added[:, KINDS.index("suggestion")] = np.maximum(FORM_WEIGHT * wishes, BRIEF_WEIGHT * brief)
    added[:, KINDS.index("enquiry")] = FORM_WEIGHT * (asks & ~wishes & ~asked) - BRIEF_WEIGHT * asked
    return added


def _holds(clauses: pl.Series, *patterns: str) -> NDArray[np.bool_]:
    """Whether each text holds one of the forms of some patterns, shape (texts,)."""
    found = np.zeros(len(clauses), dtype=np.bool_)
    # One after the other: beside a few with repetitions, as one expression, all of them took ten times as long.
    for pattern in patterns:
        found |= clauses.str.contains(pattern).to_numpy()
    return found
