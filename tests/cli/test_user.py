from datetime import UTC, datetime

import pyotp
import pytest
import typer
from sqlalchemy import select
from typer.testing import CliRunner

from cli.user import attach
from models.engine import transaction
from models.people import accounts, factors
from models.people.accounts import known_hash
from models.people.passwords import matches
from models.people.sessions import Person
from models.schema.identity import Credential, User
from voc.errors import InputError

NOW = datetime.now(UTC)
user = typer.Typer()
attach(user)


def test_there_is_nobody_before_somebody_is_added(home):
    with transaction() as session:
        assert session.scalars(select(User)).all() == []
        assert session.scalars(select(Credential)).all() == []


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "password1234", "1234567890123456"[:11]])
def test_a_password_that_is_too_easy_is_refused(home, password):
    with transaction() as session:
        accounts.add_person(session, "admin", "", ["admin"], [], "person:test", NOW)
        with pytest.raises(InputError, match="密码"):
            accounts.set_password(session, "admin", password, "person:test", NOW)


@pytest.mark.parametrize(
    "password", ["LiLei-2026-1", "李雷李雷李雷李雷李雷2026", "lilei本公司2026a", "本公司本公司lilei2026"]
)
def test_a_password_made_of_who_and_where_somebody_is_is_refused(home, password):
    with transaction() as session:
        accounts.add_person(session, "lilei", "李雷", ["voc"], [], "person:test", NOW)
        with pytest.raises(InputError, match="登录名、姓名或公司名"):
            accounts.set_password(session, "lilei", password, "person:test", NOW)
        accounts.set_password(session, "lilei", "lilei 爱吃 tomatoes", "person:test", NOW)


@pytest.mark.parametrize(
    ("login", "roles", "departments", "said"),
    [
        ("a b", ["voc"], [], "登录名"),
        ("x", ["voc"], [], "登录名"),
        ("lilei", ["boss"], [], "没有「boss」这个角色"),
        ("lilei", ["voc"], ["nowhere"], "没有「nowhere」这个部门"),
    ],
)
def test_an_account_that_cannot_be_says_why(home, login, roles, departments, said):
    with transaction() as session, pytest.raises(InputError, match=said):
        accounts.add_person(session, login, "", roles, departments, "person:test", NOW)


def test_a_name_is_given_once_whatever_its_capitals(home):
    with transaction() as session:
        accounts.add_person(session, "LiLei", "", ["voc"], [], "person:test", NOW)
        with pytest.raises(InputError, match="已有人使用"):
            accounts.add_person(session, "lilei", "", ["voc"], [], "person:test", NOW)


def test_a_password_is_kept_as_an_argon2_hash_with_a_salt_of_its_own(home):
    with transaction() as session:
        for login in ("one", "two"):
            accounts.add_person(session, login, "", ["voc"], [], "person:test", NOW)
            accounts.set_password(session, login, "correct horse battery", "person:test", NOW)
        one, two = session.scalars(select(Credential.password_hash))
        assert one.startswith("$argon2id$")
        assert one != two
        assert matches("correct horse battery", known_hash(session, "one")[1])


def test_an_administrator_lets_somebody_in_who_lost_the_telephone(home):
    secret = pyotp.random_base32()
    with transaction() as session:
        number = accounts.add_person(session, "lilei", "", ["voc"], [], "person:test", NOW)
        lilei = Person(number, "lilei", "", frozenset(), frozenset())
        factors.set_up(session, lilei, secret, pyotp.TOTP(secret).at(NOW), NOW)
    said = [CliRunner().invoke(user, ["user", "unpair", "lilei"]).output for _ in range(2)]
    assert ("已解除" in said[0], "没有设置" in said[1]) == (True, True)


def test_where_nothing_can_be_hidden_no_password_is_asked_for(home):
    told = CliRunner().invoke(
        user, ["user", "add", "admin", "--role", "admin"], input="correct horse battery\n"
    )
    assert (told.exit_code, "--password-stdin" in str(told.exception or told.output)) == (1, True)


def test_the_command_makes_the_first_administrator_with_a_password_from_standard_input(home):
    done = CliRunner().invoke(
        user, ["user", "add", "admin", "--role", "admin", "--password-stdin"], input="correct horse battery\n"
    )
    assert done.exit_code == 0
    assert "correct horse" not in done.output
    with transaction() as session:
        assert session.scalars(select(User.roles)).one() == ["admin"]
