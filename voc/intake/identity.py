"""Who spoke: one pseudonym per person over all channels, and what the customer is worth to the company."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence

_TIERS = {
    "普通": 0, "银卡": 1, "白银": 1, "金卡": 2, "黄金": 2, "钻石": 3, "铂金": 3, "黑金": 3,
    "vip": 3, "svip": 3, "silver": 1, "gold": 2, "platinum": 3, "diamond": 3,
}  # fmt: skip
_NOT_DIGITS = re.compile(r"\D")


def pseudonyms(
    phones: Sequence[str | None], emails: Sequence[str | None], customers: Sequence[str | None], key: bytes
) -> list[str | None]:
    """Return a keyed hash of each row's strongest identifier: phone, then e-mail, then customer number."""
    rows = zip(phones, emails, customers, strict=True)
    return [_keyed(_identifier(*row), key) for row in rows]


def _identifier(phone: str | None, email: str | None, customer: str | None) -> str | None:
    # The last eleven digits: the same mobile is written with and without its country code.
    digits = _NOT_DIGITS.sub("", phone or "")[-11:]
    if len(digits) >= 7:
        return f"phone:{digits}"
    if email and "@" in email:
        return f"email:{email.strip().lower()}"
    return f"customer:{customer.strip()}" if customer and customer.strip() else None


def _keyed(identifier: str | None, key: bytes) -> str | None:
    if identifier is None:
        return None
    return hmac.digest(key, identifier.encode("utf-8", "replace"), "sha256").hex()[:32]


def tiers(values: Sequence[str | None]) -> list[int]:
    """Read customer tiers (普通 … 钻石, or 0–3) as 0–3; unknown ones count as 0."""
    known = {value: _tier(value) for value in set(values)}
    return [known[value] for value in values]


def _tier(value: str | None) -> int:
    word = (value or "").strip().lower()
    if word in {"0", "1", "2", "3"}:
        return int(word)
    return next((tier for name, tier in _TIERS.items() if word.startswith(name)), 0)
