"""Every error the product raises on purpose.

VocError                      the sentence for people is Chinese and says what, where and how to mend it
├── InputError                something a user gave us cannot be read
│   ├── EncodingUnsure        the file's encoding cannot be told; the file waits
│   ├── SchemaBroken          columns are missing or renamed; the batch is not taken
│   └── FileUnsafe            the file is refused before it is opened (zip bomb, too large)
├── StepRefused               a life cannot take this step from where it is
├── ContractBroken            a verification contract was changed after it was locked
├── SourceBusy                another run is reading this source
├── ConfigError               a setting is missing or wrong (numbered, with a hint)
└── DeliveryError             a message could not be handed over; carries what to do next
"""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from typing import Final

_SYSTEM: Final[Mapping[int, str]] = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "这里只能读，不能写",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EISDIR: "这是一个文件夹",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.ENAMETOOLONG: "名字太长",
    errno.EMFILE: "同时打开的文件太多",
}


def reason(error: OSError) -> str:
    """Say in Chinese why the system refused; what is seldom stays in its own words."""
    return _SYSTEM.get(error.errno or 0) or error.strerror or type(error).__name__


def misspelt(error: ValueError) -> str:
    """Say in Chinese where a TOML text goes wrong."""
    said = str(error)
    found = re.search(r"\(at line (\d+), column (\d+)\)", said)
    where = (
        f"第 {found[1]} 行第 {found[2]} 个字符处有错"
        if found
        else "结尾不完整"
        if "end of doc" in said
        else said
    )
    return f"{where}；请检查引号、括号和等号。"


class VocError(Exception):
    """Base of all errors with a sentence that can be shown to people."""


class InputError(VocError):
    """Something a user gave us cannot be read; says what, where and how to mend it."""


class EncodingUnsure(InputError):
    """The encoding of a file cannot be told with confidence."""


class SchemaBroken(InputError):
    """The columns of a batch are not those its source definition promises."""


class FileUnsafe(InputError):
    """A file is refused before it is opened."""


class StepRefused(VocError):
    """A life cannot take a step from its present state."""

    def __init__(self, life: str, subject: object, state: str | None, step: str, because: str) -> None:
        refused = f"{life} {subject}：当前状态「{state}」不能执行「{step}」，{because}"
        super().__init__(refused if state else f"{life} {subject}：{because}")
        self.life, self.subject, self.state, self.step, self.because = life, subject, state, step, because


class ContractBroken(VocError):
    """A verification contract no longer matches the hash it was locked with."""


class SourceBusy(VocError):
    """Another run is collecting this source."""


class ConfigError(VocError):
    """A setting is missing or wrong; `number` identifies it in docs/operations.md."""

    def __init__(self, number: int, sentence: str) -> None:
        super().__init__(f"[VOC-{number:03d}] {sentence}")
        self.number = number


class DeliveryError(VocError):
    """A message was not delivered.

    `outcome` is what the outbox does next: retry (after `retry_after` seconds when given), dead (the content
    or recipient is wrong), stop (the channel's configuration is wrong) or unknown (it may have arrived).
    `answer` is what the other side said, word for word; `strange`: nobody has written down what it means.
    """

    def __init__(
        self,
        sentence: str,
        outcome: str,
        retry_after: float | None = None,
        *,
        answer: str = "",
        strange: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.outcome, self.retry_after = outcome, retry_after
        self.answer, self.strange = answer, strange
