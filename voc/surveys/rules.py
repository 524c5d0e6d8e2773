"""The rules a good questionnaire keeps, each with a message, an example that breaks it, and the same done well."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from voc.surveys.forms import Question, Survey

LONGEST_STEM = 20
MOST_QUESTIONS = 10
MOST_OPTIONS = 9
_CATCH_ALL = re.compile(r"其他|其它|都不|以上都|没有|不清楚|不知道|不适用|说不清|无")
_OTHER = re.compile(r"^(其他|其它)")
_LEADING = re.compile(
    r"众所周知|大家都|一致|难道|不觉得|是不是也|您一定|想必|显然|毫无疑问|优质|贴心|卓越|领先|一流|最好的|糟糕的|恶劣的"
)
_TWO = re.compile(r"(?:和|与|及|以及|并且|而且|同时|、)")
_JUDGED = re.compile(r"满意|方便|容易|清楚|及时|认可|喜欢|愿意|专业|有用")
_ABSOLUTE = re.compile(r"总是|从不|从来|每次都|所有的?|任何|永远|完全没有")
_VAGUE = re.compile(r"经常|偶尔|有时|最近|近期|平时")
_PERSONAL = re.compile(r"身份证|银行卡|卡号|姓名|住址|家庭地址|手机号|电话号码|出生日期|收入")
_NEGATIVE = re.compile(r"不[^，。？]{0,6}不|没有?[^，。？]{0,6}不|不[^，。？]{0,6}没|并非不|不是不")
_JARGON = re.compile(r"[A-Za-z]{2,}")
_RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:[-~～—–至到])\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Finding:
    """A rule that is broken, where, and how to mend it."""

    rule: str
    question: str
    sentence: str


@dataclass(frozen=True)
class Rule:
    """A rule: what it says when it is broken, an example of that, and the same done well."""

    code: str
    sentence: str
    bad: Sequence[Question]
    good: Sequence[Question]
    broken: Callable[[Question], bool] | None = None
    whole: Callable[[Sequence[Question]], bool] | None = field(default=None)


def _words(question: Question) -> str:
    return re.sub(r"[\s，。？！、；：,.?!;:]", "", question.stem)


def _double(question: Question) -> bool:
    asked = len(re.findall(r"[？?]", question.stem)) > 1 or question.stem.count("吗") > 1
    joined = bool(_TWO.search(question.stem)) and bool(_JUDGED.search(question.stem))
    return asked or joined


def _overlapping(question: Question) -> bool:
    plain = [re.sub(r"\s", "", option) for option in question.options]
    spans = sorted((float(m[1]), float(m[2])) for option in plain if (m := _RANGE.search(option)))
    crossing = any(later[0] <= earlier[1] for earlier, later in pairwise(spans))
    return crossing or len(set(plain)) < len(plain)


def _gaps(question: Question) -> bool:
    if question.kind not in ("choice", "choices") or question.closed:
        return False
    return not any(_CATCH_ALL.search(option) for option in question.options) and not _yes_or_no(question)


def _yes_or_no(question: Question) -> bool:
    first = {option[:1] for option in question.options}
    return len(question.options) == 2 and any(
        pair <= first for pair in ({"是", "否"}, {"有", "没"}, {"会", "不"})
    )


def _scale(question: Question) -> bool:
    wide = 2 <= question.high - question.low <= 10
    return question.kind == "scale" and (len(question.ends) != 2 or not all(question.ends) or not wide)


def _many_others(questions: Sequence[Question]) -> bool:
    chosen = [q for q in questions if q.kind in ("choice", "choices")]
    with_other = [q for q in chosen if any(_OTHER.match(option) for option in q.options)]
    return len(with_other) > 2 and len(with_other) > len(chosen) / 2


def _open(id_: str = "words", stem: str = "还有什么要告诉我们？") -> Question:
    return Question(id_, "open", stem)


def _choice(stem: str, *options: str, id_: str = "q") -> Question:
    return Question(id_, "choice", stem, options=options)


OPEN = _open()
RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule(
            "stem_long", f"题干超过 {LONGEST_STEM} 个字，请精简。",
            [_open("q", "请您回忆一下最近这一次联系我们客服人员的整个过程并写下感受")],
            [_open("q", "请说说这次联系客服的感受。")],
            lambda q: len(_words(q)) > LONGEST_STEM,
        ),
        Rule(
            "double", "一道题问了两件事，请拆成两道。",
            [_choice("您对速度和态度满意吗？", "满意", "不满意", "说不清")],
            [_choice("您对服务态度满意吗？", "满意", "不满意", "说不清")],
            _double,
        ),
        Rule(
            "leading", "题干带有引导性的词，请改成中性说法。",
            [_open("q", "您喜欢我们贴心的服务吗？")], [_open("q", "您怎么看我们的服务？")],
            lambda q: bool(_LEADING.search(q.stem)),
        ),
        Rule(
            "absolute", "题干用了绝对化的词，多数人无法如实回答。",
            [_open("q", "您总是用手机下单吗？")], [_open("q", "您上次用什么方式下单？")],
            lambda q: bool(_ABSOLUTE.search(q.stem)),
        ),
        Rule(
            "vague", "题干里的时间或频率含糊，请写明具体的期间。",
            [_open("q", "您经常联系客服吗？")], [_open("q", "过去 30 天您联系过几次客服？")],
            lambda q: bool(_VAGUE.search(q.stem)),
        ),
        Rule(
            "negation", "题干里有双重否定，请改成肯定的问法。",
            [_open("q", "您是不是没有不满意的地方？")], [_open("q", "您有哪些满意的地方？")],
            lambda q: bool(_NEGATIVE.search(q.stem)),
        ),
        Rule(
            "jargon", "题干里有缩写或外文，请用客户听得懂的话。",
            [_open("q", "您怎么评价我们的 SLA？")], [_open("q", "您怎么评价我们的答复速度？")],
            lambda q: bool(_JARGON.search(q.stem)),
        ),
        Rule(
            "personal", "问卷不应收集这类个人信息；如需回访，请用表单自带的联系方式一栏。",
            [_open("q", "请填写您的身份证号。")], [_open("q", "请填写您的建议。")],
            lambda q: bool(_PERSONAL.search(q.stem)),
        ),
        Rule(
            "overlap", "选项互相重叠或重复，同一个人会有两个答案。",
            [_choice("您的年龄是？", "18-25", "25-35", "35-60", "其他")],
            [_choice("您的年龄是？", "18-25", "26-35", "36-60", "其他")],
            _overlapping,
        ),
        Rule(
            "gaps", "选项没有覆盖所有情况，请补上「其他」或「都不是」，确实齐全的请写 closed = true。",
            [_choice("您从哪里得知我们？", "门店", "网络")],
            [_choice("您从哪里得知我们？", "门店", "网络", "其他")],
            _gaps,
        ),
        Rule(
            "others", "同一题里有不止一个「其他」。",
            [_choice("您从哪里得知我们？", "门店", "其他网站", "其他")],
            [_choice("您从哪里得知我们？", "门店", "网站", "其他")],
            lambda q: sum(bool(_OTHER.match(option)) for option in q.options) > 1,
        ),
        Rule(
            "options", f"选项应有 2 到 {MOST_OPTIONS} 个。",
            [_choice("您从哪里得知我们？", "其他")], [_choice("您从哪里得知我们？", "门店", "其他")],
            lambda q: q.kind in ("choice", "choices") and not 2 <= len(q.options) <= MOST_OPTIONS,
        ),
        Rule(
            "scale", "刻度题要写明两端的含义（ends），并有 3 到 11 个刻度。",
            [Question("q", "scale", "您对服务满意吗？")],
            [Question("q", "scale", "您对服务满意吗？", ends=("很不满意", "很满意"))],
            _scale,
        ),
        Rule(
            "many_others", "太多题目靠「其他」兜底，说明选项没有想清楚，请先做几次访谈。",
            [_choice(f"第{n}个原因是？", "价格", "质量", "其他", id_=f"q{n}") for n in range(3)],
            [_choice(f"第{n}个原因是？", "价格", "质量", "都不是", id_=f"q{n}") for n in range(3)],
            whole=_many_others,
        ),
        Rule(
            "no_open", "至少要有一道开放题，否则听不到没想到的事。",
            [_choice("您从哪里得知我们？", "门店", "其他")], [_choice("您从哪里得知我们？", "门店", "其他"), OPEN],
            whole=lambda questions: all(q.kind != "open" for q in questions),
        ),
        Rule(
            "too_many", f"题目超过 {MOST_QUESTIONS} 道，多数人答不完。",
            [_open(f"q{n}") for n in range(11)], [_open(f"q{n}") for n in range(10)],
            whole=lambda questions: len(questions) > MOST_QUESTIONS,
        ),
    )
}  # fmt: skip


def lint(survey: Survey) -> list[Finding]:
    """List every rule a questionnaire breaks, question by question, then of the whole."""
    found = [finding for question in survey.questions for finding in _of_one(question)]
    found += [
        Finding(rule.code, "", rule.sentence)
        for rule in RULES.values()
        if rule.whole and rule.whole(survey.questions)
    ]
    if not survey.consent:
        found.append(Finding("consent", "", "缺少告知文字（consent）：请写明回答用于什么、保存多久。"))
    return found


def _of_one(question: Question) -> Iterable[Finding]:
    for rule in RULES.values():
        if rule.broken and rule.broken(question):
            yield Finding(rule.code, question.id, rule.sentence)
