"""Passwords: argon2id hashes, at most two computed at once."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from voc.errors import InputError

SHORTEST, LONGEST = 12, 128
# What has to be left of a password without the words everybody would try for this person in this house.
LEFT = 8
# Each takes 64 MiB and a CPU: without a limit a crowd at the log-in page would be an outage.
_at_once = BoundedSemaphore(2)
_hasher = PasswordHash((Argon2Hasher(),))
_nobody: list[str] = []


def hash_of(password: str, about: Collection[str] = ()) -> str:
    """Hash a password with a salt of its own; raises InputError when it is too short, too easy, or all `about`."""
    _strong(password)
    _not_about(password, about)
    with _at_once:
        return _hasher.hash(password)


def matches(password: str, known: str | None) -> bool:
    """Tell whether a password is the one of a hash; no hash takes the same time and is never matched."""
    with _at_once:
        if not _nobody:
            _nobody.append(_hasher.hash(secrets.token_urlsafe()))
        return _hasher.verify(password, known or _nobody[0]) and known is not None


def _strong(password: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(f"密码须为 {SHORTEST} 到 {LONGEST} 个字符，建议用几个不相关的词连成一句。")
    if len(set(password)) < 5 or password.lower() in _common():
        raise InputError("密码太简单，请换一个。")


def _not_about(password: str, words: Collection[str]) -> None:
    left = password.lower()
    for word in sorted((word.strip().lower() for word in words), key=len, reverse=True):
        left = left.replace(word, "") if len(word) > 1 else left
    if len(left) < LEFT:
        raise InputError("密码不能主要由登录名、姓名或公司名组成，请换一个。")


def _common() -> frozenset[str]:
    """Passwords of this length that everybody tries first."""
    words = ("password", "qwertyuiop", "administrator", "1234567890", "abcdefghij", "woaini1314520")
    return frozenset(
        word + tail for word in words for tail in ("", "1", "12", "123", "1234", "12345", "!", "123456")
    )
