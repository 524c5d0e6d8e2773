"""Names of series: what is counted, and which series holds which.

`all`, `area:logistics`, `issue:logistics.late`, and any of them in one slice: `issue:logistics.late|region:上海`;
`words:滤芯` for what customers say, whatever its label; `event:网关添加不了` for what several tell of in other words.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from voc.intake.rows import CHANNELS
from voc.reading.taxonomy import Taxonomy

ALL = "all"
WORDS, EVENT = "words:", "event:"
PRECISE = 2
SLICES: Mapping[str, str] = MappingProxyType(
    {"product": "产品", "region": "地区", "channel": "渠道", "source": "来源"}
)


def parts(name: str) -> tuple[str, str, str]:
    """Split a name into what is counted, the kind of slice and its value; both empty without a slice."""
    what, _, within = name.partition("|")
    kind, _, value = within.partition(":")
    return what, kind, value


def is_slice(name: str) -> bool:
    """Tell whether only a part of the feedback is counted."""
    return "|" in name


def is_words(name: str) -> bool:
    """Tell whether feedback is counted for what it says, word for word or as one event, and not for its labels."""
    return name.startswith((WORDS, EVENT))


def covers(whole: str, part: str) -> bool:
    """Tell whether everything counted in one series is counted in the other too; no series covers itself."""
    if whole == part:
        return False
    (what, kind, value), (its, its_kind, its_value) = parts(whole), parts(part)
    return _same_or_wider(what, its) and (not kind or (kind, value) == (its_kind, its_value))


def _same_or_wider(what: str, its: str) -> bool:
    if what in (ALL, its):
        return True
    return what.startswith("area:") and its.startswith(f"issue:{what.removeprefix('area:')}.")


def issue_of(name: str) -> str | None:
    """Return the issue or area that a series counts, for routing; none for all of them."""
    what = parts(name)[0]
    return None if is_words(name) else what.partition(":")[2] or None


def label_of(name: str, taxonomy: Taxonomy) -> str:
    """Name a series in Chinese."""
    what, kind, value = parts(name)
    code = what.partition(":")[2]
    if what == ALL:
        title = "全部负面反馈"
    elif what.startswith(EVENT):
        title = f"多名客户反映的“{code}”"
    elif is_words(name):
        title = f"提到“{code}”的负面反馈"
    elif what.startswith("issue:"):
        title = taxonomy.issue(code).name if code in taxonomy else code
    else:
        title = f"{taxonomy.areas.get(code, code)}类负面反馈"
    shown = CHANNELS.get(value, value) if kind == "channel" else value
    return f"{title}（{SLICES.get(kind, kind)}：{shown}）" if kind else title


def precision(name: str) -> int:
    """Tell how precisely a series says what is wrong: 0 for all feedback, 1 for an area, 2 for an issue or words."""
    what = parts(name)[0]
    return PRECISE if what.startswith(("issue:", WORDS, EVENT)) else 1 if what.startswith("area:") else 0
