"""How grave a feedback is, by words and by what it mentions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voc.mentions import Mention

SEVERE, DANGER = 1, 2
_DANGEROUS_ISSUES = frozenset({"product.safety", "site.outage"})
_INJURY = re.compile(
    r"中毒|住院|送医|急诊|受伤|伤人|烧伤|烫伤|触电|死亡|出人命|生命危险|人身安全|爆炸|起火|着火"
)
_SEVERE = re.compile(
    r"12315|12345|消协|消费者协会|工商局|市场监督|银保监|监管部门|律师|起诉|法院|诉讼|维权|曝光|媒体|记者|315|报警|"
    r"欺诈|诈骗|欺骗消费者|黑店|骗子|忍无可忍|气死|愤怒|火大|极其恶劣|太恶劣|性质恶劣|强烈(?:要求|投诉|不满)|再也不(?:会|买|来|用)"
)
_DENIED = re.compile(r"(?:不|没|没有|不会|未|怕|担心|防止|避免|以免)(?:有|会|再|发生|出现)?$")


def severities(clauses: Sequence[str], mentions: Sequence[list[Mention]]) -> list[int]:
    """Grade texts: 2 where safety or an outage is at stake, 1 for severe words, else 0."""
    return [_grade(text, found) for text, found in zip(clauses, mentions, strict=True)]


def _grade(text: str, mentions: list[Mention]) -> int:
    if any(mention.polarity < 0 and mention.issue in _DANGEROUS_ISSUES for mention in mentions):
        return DANGER
    injury = _INJURY.search(text)
    if injury and not _DENIED.search(text[: injury.start()]):
        return DANGER
    return SEVERE if _SEVERE.search(text) else 0
