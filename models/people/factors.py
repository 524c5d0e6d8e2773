"""The second factor: a code of an app on the telephone, or a one-time code from paper, beside the password."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.orm import Session

from models.people import throttle
from models.people.accounts import person_named
from models.people.sessions import Person
from models.schema.identity import SecondFactor
from models.trail import note
from settings import get_settings
from voc.errors import ConfigError, InputError

SPARES = 8
# Clocks of telephones go wrong by seconds, and people type for some: one half minute either way (RFC 6238, 5.2).
_ASKEW = (0, -1, 1)


def new_secret() -> str:
    """Draw a secret for an app; nothing is kept before a code proves that the app has it."""
    return pyotp.random_base32()


def address(person: Person, secret: str) -> str:
    """Write what an authenticator app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=person.login, issuer_name=get_settings().company)


def is_set(session: Session, user_id: int) -> bool:
    """Tell whether a person proves with a second factor."""
    return session.get(SecondFactor, user_id) is not None


def set_up(session: Session, person: Person, secret: str, code: str, now: datetime) -> list[str]:
    """Take an app whose code is right in place of any before, and return one-time codes that are shown once."""
    step = _step(secret, code, now)
    if step is None:
        raise InputError("验证码不正确。请确认手机时间准确，再输入应用里最新的六位数字。")
    spares = [_spare() for _ in range(SPARES)]
    held = session.get(SecondFactor, person.id, with_for_update=True)
    if held is not None:
        session.delete(held)
        session.flush()
    session.add(
        SecondFactor(
            user_id=person.id, sealed_secret=_seal().encrypt(secret.encode()), last_step=step,
            spares=[_hashed(one) for one in spares], since=now,
        )
    )  # fmt: skip
    throttle.forgive(session, "factor", person.login)
    note(session, now, person.who, "factor.set", f"user:{person.id}")
    return spares


def passes(session: Session, person: Person, code: str, now: datetime) -> bool:
    """Tell whether a code proves who it is, and use it up: neither kind works twice."""
    held = session.get(SecondFactor, person.id, with_for_update=True)
    if held is None:
        return False
    if _hashed(code) in held.spares:
        held.spares = [one for one in held.spares if one != _hashed(code)]
        note(session, now, person.who, "factor.spare", f"user:{person.id}", left=len(held.spares))
        return True
    step = _step(_unsealed(held), code, now)
    if step is None or step <= held.last_step:
        return False
    held.last_step = step
    throttle.forgive(session, "factor", person.login)
    return True


def patience(session: Session, person: Person, now: datetime) -> float:
    """Take one of a few tries; return 0 when there was one, otherwise the seconds until there is."""
    return throttle.take(session, "factor", person.login, now, burst=5, per_minute=1 / 3)


def standing(session: Session, user_id: int) -> tuple[datetime | None, int]:
    """Return since when a person has a second factor, if at all, and how many one-time codes are left."""
    held = session.get(SecondFactor, user_id)
    return (held.since, len(held.spares)) if held else (None, 0)


def take_back(session: Session, login: str, by: str, now: datetime) -> bool:
    """Let a person log in by the password alone again, as when the telephone is lost; False when there was none."""
    user = person_named(session, login)
    held = session.get(SecondFactor, user.id)
    if held is None:
        return False
    session.delete(held)
    note(session, now, by, "factor.off", f"user:{user.id}")
    return True


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The half minute a code belongs to, or None."""
    app, given = pyotp.TOTP(secret), "".join(code.split())
    here = app.timecode(now)
    fitting = [
        here + by
        for by in _ASKEW
        if hmac.compare_digest(app.generate_otp(here + by).encode(), given.encode())
    ]
    return fitting[0] if fitting else None


def _spare() -> str:
    drawn = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(drawn[at : at + 4] for at in range(0, 16, 4))


def _hashed(spare: str) -> bytes:
    """The form in which a one-time code is kept: eighty random bits need no salt."""
    plain = "".join(sign for sign in spare.lower() if sign.isalnum())
    return hashlib.sha256(plain.encode()).digest()


def _seal() -> Fernet:
    # A key of its own, from the one in the folder of secrets: a copy of the database alone opens no account.
    key = hashlib.sha256(b"second factor" + get_settings().portal_key()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _unsealed(held: SecondFactor) -> str:
    try:
        return _seal().decrypt(held.sealed_secret).decode()
    except InvalidToken:
        raise ConfigError(
            604,
            "两步验证的密钥打不开：secrets/portal.key 不是当时的那一个。用 voc user unpair 解除后重新设置。",
        ) from None
