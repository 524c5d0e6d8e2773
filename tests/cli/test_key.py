import re

import pytest
import typer
from sqlalchemy import select
from typer.testing import CliRunner

from cli.key import attach
from models.engine import transaction
from models.schema.intake import Source
from models.schema.machines import ApiKey, WebhookSecret
from voc.errors import InputError
from voc.intake.rows import definition_from_dict

app = typer.Typer()
attach(app)


def voc(*arguments):
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_a_source_that_pushes_gets_an_address_and_a_secret_that_is_shown_once(home):
    said = voc("webhook", "add", "shop", "--title", "商城", "--map", "text=content,external_id=id")
    secret = re.search(r"whsec_\S+", said).group()
    assert "/api/hooks/shop" in said
    with transaction() as session:
        assert session.scalars(select(WebhookSecret.secret)).all() == [secret]
        mapping = definition_from_dict(session.scalars(select(Source.definition)).one()).mapping
    assert mapping == {"text": "content", "external_id": "id"}


def test_an_answer_of_wjqq_comes_to_an_address_that_holds_the_secret(home):
    said = voc("webhook", "add", "poll", "--kind", "wjqq")
    with transaction() as session:
        assert f"/api/hooks/poll/{session.scalars(select(WebhookSecret.secret)).one()}" in said


def test_a_secret_is_changed_without_losing_a_message_and_the_old_one_retired(home):
    voc("webhook", "add", "shop")
    voc("webhook", "secret", "shop")
    with transaction() as session:
        assert (
            len(session.scalars(select(WebhookSecret).where(WebhookSecret.retired_at.is_(None))).all()) == 2
        )
    assert "1 个旧密钥" in voc("webhook", "secret", "shop", "--retire")


def test_a_key_is_shown_once_listed_without_itself_and_taken_back(home):
    key = re.search(r"voc_\S+", voc("key", "add", "crm", "--scope", "cases:read")).group()
    assert key not in voc("key", "list", "--json")
    voc("key", "revoke", "crm")
    with transaction() as session:
        assert session.scalars(select(ApiKey.revoked_at)).one() is not None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("key", "add", "x", "--scope", "everything"), "没有「everything」这个权限"),
        (("key", "add", "x"), "权限"),
        (("key", "add", "x", "--scope", "feedback:write"), "--source"),
        (("key", "revoke", "nobody"), "没有名为"),
        (("webhook", "add", "shop", "--kind", "fax"), "不认识类型"),
        (("webhook", "secret", "nowhere"), "没有名为"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(home, arguments, said):
    with pytest.raises(InputError, match=said):
        CliRunner().invoke(app, arguments, catch_exceptions=False)
