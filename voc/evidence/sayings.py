"""Evidence cut into sentences, each with who said it; what is said to everybody is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from voc.evidence.records import split
from voc.text.spoken import CUSTOMER_WORDS, STAFF_WORDS

LONGEST = 6_000  # characters of one record that are read
CUSTOMER, OTHER, STAFF = "customer", "other", "staff"

_SPEAKER = re.compile(
    rf"(?:(?<=^)|(?<=[\n。！？!?；;\s\]】)）]))(?:(?P<customer>{CUSTOMER_WORDS})|(?P<staff>{STAFF_WORDS}))[^：:，。\n]{{0,8}}[：:]",
    re.MULTILINE,
)
# What is said to everybody says nothing about this customer.
_ROUTINE = re.compile(
    r"(?:很|非常)高兴(?:能)?为您服务|有什么(?:可以|能|需要)(?:帮|为)|还有(?:其他|别的)?(?:问题|需要)|感谢您(?:的|对)|感谢(?:您)?(?:来电|咨询|反馈|支持)|"
    r"请(?:您)?(?:稍等|稍候|耐心等待|放心|谅解|对.{0,6}评价)|祝您|给您(?:带来|造成)|不好意思|抱歉|对不起|深表|敬请|马上(?:为|帮)您|(?:为|帮)您(?:查|核实|登记|反馈|催)|"
    r"如(?:有|遇|果|您)|若(?:有|遇|您)|温馨提示|请(?:当面|注意|务必|确认|检查|核对)|为(?:了)?(?:避免|防止)|工号"
)
# A form that was filled in with no: 是否破损：否.
_UNTICKED = re.compile(r"(?:是否|有无|有没有|是不是)[^，。；;\n：:]{0,12}[：:]\s*(?:否|无|没有|未|不)")
# An inquiry that found nothing speaks against the complaint, whatever issue it names.
_DENIAL = re.compile(
    r"经(?:核实|核查|查|检测|调查|确认|了解)[^。；;\n]{0,16}(?:正常|未(?!到账|收到|解决|处理)|没有(?!到账|收到|解决|处理)|无(?!法)|不存在|不属实|并非)|"
    r"并未|并没有?|不属实|不存在|(?:没有|未曾|未)(?:出现|发生|发现)?(?:迟到|延误|破损|漏水|故障|异常|问题|收费|加价)"
)
# Said of the complaint as a whole; whatever else stands there, it is disputed.
UNFOUNDED = re.compile(r"不属实|与事实不符|查无此事|并无此事|情况不实")
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")


@dataclass(frozen=True)
class Said:
    """A sentence of the evidence of one row: it stands at cell[start:start + len(text)]."""

    row: int
    speaker: str
    source: str
    start: int
    text: str

    @property
    def denies(self) -> bool:
        """Whether it tells of an inquiry that found nothing."""
        return _DENIAL.search(self.text) is not None


def sayings(row: int, cell: str) -> Iterator[Said]:
    """Cut the records of a cell into sentences, each with who said it; routine is left out."""
    for record in split(cell):
        text = record.text[:LONGEST]
        for speaker, start, end in _turns(text):
            for found in _SENTENCE.finditer(text, start, end):
                if not _idle(found.group(), speaker):
                    yield Said(row, speaker, record.source, record.start + found.start(), found.group())


def _turns(text: str) -> Iterator[tuple[str, int, int]]:
    marks = list(_SPEAKER.finditer(text))
    starts = [(OTHER, 0, marks[0].start() if marks else len(text))]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    turns = [
        (CUSTOMER if mark["customer"] else STAFF, mark.end(), end)
        for mark, end in zip(marks, ends, strict=bool(marks))
    ]
    yield from (turn for turn in [*starts, *turns] if turn[1] < turn[2])


def _idle(sentence: str, speaker: str) -> bool:
    if _UNTICKED.search(sentence):
        return True
    return speaker != CUSTOMER and bool(_ROUTINE.search(sentence) or sentence.rstrip()[-1:] in "?？吗")
