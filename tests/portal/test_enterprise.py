"""Logging in by accounts elsewhere, against providers that answer exactly as they document."""

import base64
import hashlib
import json
import time
import warnings
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import select
from werkzeug import Request, Response

from models.engine import transaction
from models.people.vouching import link
from models.schema.identity import AuditEvent, UserLink
from settings import get_settings

SITE = "https://voc.example.com"
KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # too short for joserfc, which is the point
    SHORT = OctKey.import_key("s3cret")
OTHER = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})


@pytest.fixture
def provider(home, httpserver, monkeypatch):
    """An OpenID provider: discovery, keys and a token endpoint that checks the code, the secret and PKCE."""
    issuer = httpserver.url_for("")
    made = Provider(issuer)
    httpserver.expect_request("/.well-known/openid-configuration").respond_with_json(
        {
            "issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys", "id_token_signing_alg_values_supported": ["RS256"],
        }
    )  # fmt: skip
    httpserver.expect_request("/keys").respond_with_json({"keys": [KEY.as_dict(private=False)]})
    httpserver.expect_request("/token", method="POST").respond_with_handler(made.token)
    configured(monkeypatch, oidc_issuer=issuer, oidc_client_id="voc", oidc_client_secret="s3cret")
    return made


def configured(monkeypatch, **values):
    values = {"public_url": SITE, "egress_hosts": '["localhost", "127.0.0.1"]', **values}
    for name, value in values.items():
        monkeypatch.setenv(f"VOC_{name.upper()}", value)
    get_settings.cache_clear()


class Provider:
    """What the provider knows of the log-in under way, and what it shall answer."""

    def __init__(self, issuer):
        self.issuer, self.asked, self.key, self.header, self.claims = issuer, {}, KEY, {"alg": "RS256"}, {}

    def token(self, request: Request) -> Response:
        form, login = request.form, request.authorization
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode()
        fits = (
            form["code"] == "the-code" and (login.username, login.password) == ("voc", "s3cret")
            and challenge.rstrip("=") == self.asked["code_challenge"]
            and form["redirect_uri"] == self.asked["redirect_uri"]
        )  # fmt: skip
        answer = {"access_token": "at", "token_type": "Bearer", "id_token": self.identity()}
        return Response(json.dumps(answer if fits else {"error": "invalid_grant"}), 200 if fits else 400)

    def identity(self):
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": "voc", "sub": "u-1", "exp": now + 300, "iat": now,
            "nonce": self.asked["nonce"], "preferred_username": "LiLei",
        } | self.claims  # fmt: skip
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"kid": "k1", **self.header}, kept, self.key, algorithms=[self.header["alg"]])


def begin(stranger, provider):
    """Go to the provider, as a browser does, and return the state it was given."""
    answer = stranger.get("/login/oidc?next=/account")
    provider.asked = {
        name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()
    }
    return provider.asked["state"]


def come_back(stranger, provider, **changes):
    query = {"state": begin(stranger, provider), "code": "the-code"} | changes
    return stranger.get("/login/oidc/back", params=query)


@pytest.fixture
def lilei(known, provider):
    known("lilei", ["voc"])
    with transaction() as session:
        link(session, "lilei", provider.issuer, "u-1", "person:test", datetime.now(UTC))


def test_an_account_that_is_linked_logs_in_and_goes_where_it_wanted(stranger, provider, lilei):
    answer = come_back(stranger, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert "lilei" in stranger.get("/account").text


def test_the_way_there_carries_state_nonce_and_a_challenge_and_comes_back_to_our_own_address(
    stranger, provider
):
    begin(stranger, provider)
    assert provider.asked["code_challenge_method"] == "S256"
    assert provider.asked["redirect_uri"] == f"{SITE}/login/oidc/back"
    assert len({provider.asked[name] for name in ("state", "nonce", "code_challenge")}) == 3


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"}, {"nonce": None}, {"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1},
        {"exp": None}, {"sub": None}, {"sub": ""}, {"iat": None}, {"aud": ["voc", "x"], "azp": "x"},
        {"aud": ["voc", "x"], "azp": None},
    ],
    ids=str,
)  # fmt: skip
def test_an_identity_that_does_not_hold_is_refused(stranger, provider, lilei, claims):
    provider.claims = claims
    assert come_back(stranger, provider).status_code == 403
    assert stranger.get("/account").status_code == 303


def test_a_signature_of_another_key_is_refused(stranger, provider, lilei):
    provider.key = OTHER
    assert come_back(stranger, provider).status_code == 403


@pytest.mark.parametrize(("alg", "key"), [("HS256", SHORT)])
def test_a_signature_by_our_own_secret_proves_nothing(stranger, provider, lilei, alg, key):
    provider.key, provider.header = key, {"alg": alg}
    assert come_back(stranger, provider).status_code == 403


@pytest.mark.parametrize(
    "change",
    [{"state": "forged"}, {"state": ""}, {"code": "another"}, {"code": ""}, {"error": "access_denied"}],
    ids=str,
)
def test_an_answer_that_was_not_asked_for_is_refused(stranger, provider, lilei, change):
    assert come_back(stranger, provider, **change).status_code == 403


def test_an_answer_to_another_browser_is_refused(app, stranger, provider, lilei):
    state = begin(stranger, provider)
    stranger.client.cookies.clear()
    answer = stranger.get("/login/oidc/back", params={"state": state, "code": "the-code"})
    assert answer.status_code == 403


def test_an_account_nobody_linked_is_told_what_to_give_to_the_administrator(stranger, provider, known):
    known("lilei", ["voc"])
    answer = come_back(stranger, provider)
    assert answer.status_code == 403
    assert "u-1" in answer.text
    assert stranger.get("/account").status_code == 303


def test_the_first_log_in_links_by_name_where_that_is_wanted_and_later_the_identity_counts(
    stranger, provider, known, monkeypatch
):
    known("lilei", ["voc"])
    configured(monkeypatch, sso_link_by_login="true")
    assert come_back(stranger, provider).status_code == 303
    provider.claims = {"preferred_username": "hanmeimei"}
    assert come_back(stranger, provider).status_code == 303
    with transaction() as session:
        assert session.scalars(select(UserLink.subject)).all() == ["u-1"]
        assert "user.link" in session.scalars(select(AuditEvent.action)).all()


def test_nobody_takes_an_account_over_by_calling_himself_by_its_name(stranger, provider, lilei, monkeypatch):
    configured(monkeypatch, sso_link_by_login="true")
    provider.claims = {"sub": "u-2"}
    assert come_back(stranger, provider).status_code == 403


def test_an_administrator_is_never_linked_by_name(stranger, provider, known, monkeypatch):
    known("lilei", ["admin"])
    configured(monkeypatch, sso_link_by_login="true")
    assert come_back(stranger, provider).status_code == 403


def test_a_provider_that_calls_itself_otherwise_is_a_wrong_setting(stranger, provider, monkeypatch):
    configured(monkeypatch, oidc_issuer=provider.issuer + "/")
    assert "VOC-602" in stranger.get("/login/oidc").text


def test_a_way_that_is_not_configured_is_not_offered(stranger):
    assert "企业微信登录" not in stranger.get("/login").text
    assert stranger.get("/login/wecom").status_code == 403


@pytest.fixture
def wecom(home, httpserver, monkeypatch):
    """企业微信: a token for the right secret, a member for the right code, everything else by its code."""
    answers = {"good": {"errcode": 0, "errmsg": "ok", "userid": "LiLei"}}

    def token(request: Request) -> Response:
        right = (request.args["corpid"], request.args["corpsecret"]) == ("ww1", "app-secret")
        good = {"errcode": 0, "errmsg": "ok", "access_token": "T", "expires_in": 7200}
        return Response(json.dumps(good if right else {"errcode": 40001, "errmsg": "invalid credential"}))

    def member(request: Request) -> Response:
        assert request.args["access_token"] == "T"
        return Response(
            json.dumps(answers.get(request.args["code"], {"errcode": 40029, "errmsg": "invalid code"}))
        )

    httpserver.expect_request("/cgi-bin/gettoken").respond_with_handler(token)
    httpserver.expect_request("/cgi-bin/auth/getuserinfo").respond_with_handler(member)
    configured(monkeypatch, wecom_corp_id="ww1", wecom_agent_id="1000002", wecom_secret="app-secret",
               wecom_site=httpserver.url_for("").rstrip("/"))  # fmt: skip
    return answers


@pytest.fixture
def member(known, wecom):
    known("lilei", ["handler"])
    with transaction() as session:
        link(session, "lilei", "wecom:ww1", "LiLei", "person:test", datetime.now(UTC))


def scan(stranger, code="good", **headers):
    sent = stranger.get("/login/wecom", headers=headers)
    state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
    return stranger.get("/login/wecom/back", params={"state": state, "code": code})


def test_a_member_of_the_company_logs_in_by_scanning(stranger, member):
    assert scan(stranger).status_code == 303
    assert "lilei" in stranger.get("/account").text


def test_a_scan_leads_to_the_web_log_in_and_the_app_knows_its_owner(stranger, member):
    scanned = stranger.get("/login/wecom").headers["location"]
    inside = stranger.get("/login/wecom", headers={"user-agent": "Mozilla wxwork/4.1"}).headers["location"]
    assert scanned.startswith(
        "https://login.work.weixin.qq.com/wwlogin/sso/login?login_type=CorpApp&appid=ww1"
    )
    assert inside.startswith("https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1")
    assert inside.endswith("#wechat_redirect")


@pytest.mark.parametrize(
    "answer",
    [
        {"errcode": 40029, "errmsg": "invalid code"},
        {"errcode": 0, "errmsg": "ok", "openid": "outsider"},
        {"errcode": -1, "errmsg": "system busy"},
        {"errmsg": "no code at all", "userid": "LiLei"},
    ],
    ids=str,
)
def test_nobody_but_a_member_logs_in(stranger, member, wecom, answer):
    wecom["odd"] = answer
    assert scan(stranger, "odd").status_code == 403
    assert stranger.get("/account").status_code == 303


def test_a_wrong_secret_of_the_application_is_a_wrong_setting(stranger, member, monkeypatch):
    configured(monkeypatch, wecom_secret="wrong")
    answer = scan(stranger)
    assert "VOC-603" in answer.text
    assert "wrong" not in answer.text
