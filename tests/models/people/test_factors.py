"""Codes that prove who it is: each once, each in its half minute, and nothing readable in the database."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from models.engine import transaction
from models.people import accounts, factors
from models.people.sessions import Person
from models.schema.identity import AuditEvent, SecondFactor
from models.trail import broken
from settings import get_settings
from voc.errors import ConfigError, InputError

NOW = datetime(2026, 11, 23, 9, 0, 10, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(after=0.0):
    return pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=after))


@pytest.fixture
def lilei(home):
    with transaction() as session:
        number = accounts.add_person(session, "lilei", "李雷", ["voc"], [], "person:test", NOW)
    return Person(number, "lilei", "李雷", frozenset({"voc"}), frozenset())


@pytest.fixture
def spares(lilei):
    with transaction() as session:
        return factors.set_up(session, lilei, SECRET, code(), NOW)


def passes(person, given, after=60.0):
    with transaction() as session:
        return factors.passes(session, person, given, NOW + timedelta(seconds=after))


def test_nothing_is_set_up_by_a_wrong_code(lilei):
    with transaction() as session, pytest.raises(InputError, match="验证码不正确"):
        factors.set_up(session, lilei, SECRET, "000000", NOW)
    with transaction() as session:
        assert factors.standing(session, lilei.id) == (None, 0)


def test_a_code_is_good_once(lilei, spares):
    assert passes(lilei, code(60))
    assert not passes(lilei, code(60))


def test_the_code_that_set_it_up_is_used(lilei, spares):
    assert not passes(lilei, code(), after=5)


@pytest.mark.parametrize("askew", [-30, 0, 30])
def test_a_clock_may_be_half_a_minute_wrong(lilei, spares, askew):
    assert passes(lilei, code(120 + askew), after=120)


@pytest.mark.parametrize("askew", [-90, -61, 61, 90])
def test_a_clock_that_is_a_minute_wrong_is_not_believed(lilei, spares, askew):
    assert not passes(lilei, code(200 + askew), after=200)


def test_a_code_may_be_typed_with_a_gap(lilei, spares):
    digits = code(60)
    assert passes(lilei, f" {digits[:3]} {digits[3:]} ")


def test_an_older_code_is_not_taken_after_a_newer_one(lilei, spares):
    assert passes(lilei, code(90), after=60)
    assert not passes(lilei, code(60), after=60)


def test_each_spare_code_works_once_however_it_is_written(lilei, spares):
    assert len(set(spares)) == factors.SPARES
    assert passes(lilei, spares[0].upper().replace("-", " "))
    assert not passes(lilei, spares[0])
    assert passes(lilei, spares[1])
    with transaction() as session:
        assert factors.standing(session, lilei.id) == (NOW, factors.SPARES - 2)


def test_the_database_alone_opens_nothing(lilei, spares):
    with transaction() as session:
        held = session.get(SecondFactor, lilei.id)
        kept = held.sealed_secret + b"".join(held.spares)
    assert not [one for one in (SECRET, *spares) if one.encode() in kept]


def test_a_lost_key_is_said_with_the_way_out(lilei, spares):
    (get_settings().folder("secrets") / "portal.key").write_bytes(b"another" * 5)
    with pytest.raises(ConfigError, match="voc user unpair"):
        passes(lilei, code(60))


def test_setting_it_up_anew_ends_the_app_and_the_codes_of_before(lilei, spares):
    other = pyotp.random_base32()
    with transaction() as session:
        factors.set_up(session, lilei, other, pyotp.TOTP(other).at(NOW), NOW)
    assert not passes(lilei, code(60))
    assert not passes(lilei, spares[0])


def test_taken_back_it_is_gone_and_the_log_says_so(lilei, spares):
    with transaction() as session:
        assert factors.take_back(session, "lilei", "person:admin", NOW)
        assert not factors.take_back(session, "lilei", "person:admin", NOW)
    assert not passes(lilei, code(60))
    with transaction() as session:
        said = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
        assert (broken(session), said[-2:]) == ([], ["factor.set", "factor.off"])


@given(st.text(max_size=40))
def test_no_text_passes_for_a_code_that_it_is_not(typed):
    right = {code(after) for after in (-30, 0, 30)}
    fits = "".join(typed.split()) in right
    assert (factors._step(SECRET, typed, NOW) is not None) == fits
