"""Logging in by an account of the company: there, back, and who that is here."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from models import trail
from models.people import vouching
from models.people.rights import house
from portal import enterprise
from portal.cookies import drop, put, way_cookie
from portal.enterprise import NotVouched, Vouched, Way
from portal.pages.login import welcome, within
from portal.rendering import page
from settings import Settings, get_settings
from voc.errors import ConfigError

router = APIRouter()
MINUTES = 10
STRANGE = "登录请求已过期，或不是从这个浏览器发起的，请重新登录。"


@router.get("/login/oidc")
def to_oidc(next: str = "/") -> Response:
    """Send the browser to the OpenID provider."""
    settings, way = _configured("oidc_issuer"), _new_way()
    return _sent(enterprise.oidc_address(settings, way, _back(settings, "oidc")), way, next)


@router.get("/login/oidc/back")
def from_oidc(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
    """Take the answer of the OpenID provider."""
    settings = _configured("oidc_issuer")
    way, wanted = _remembered(request, state)
    if error or not code:
        raise NotVouched("企业账号没有同意这次登录，请重新登录。")
    vouched = enterprise.oidc_person(settings, way, code, _back(settings, "oidc"))
    return _welcomed(request, vouched, "oidc", wanted)


@router.get("/login/wecom")
def to_wecom(request: Request, next: str = "/") -> Response:
    """Send the browser to 企业微信."""
    settings, way = _configured("wecom_corp_id"), _new_way()
    inside = "wxwork" in request.headers.get("user-agent", "").lower()
    return _sent(enterprise.wecom_address(settings, way, _back(settings, "wecom"), inside), way, next)


@router.get("/login/wecom/back")
def from_wecom(request: Request, state: str = "", code: str = "") -> Response:
    """Take the answer of 企业微信."""
    settings = _configured("wecom_corp_id")
    _, wanted = _remembered(request, state)
    if not code:
        raise NotVouched("企业微信没有同意这次登录，请重新登录。")
    return _welcomed(request, enterprise.wecom_person(settings, code), "wecom", wanted)


def _configured(needed: str) -> Settings:
    settings = get_settings()
    if not getattr(settings, needed):
        raise NotVouched("没有开通这种登录方式。")
    if not settings.public_url:
        raise ConfigError(601, "企业账号登录需要设置 VOC_PUBLIC_URL（门户对外的地址）。")
    return settings


def _back(settings: Settings, way: str) -> str:
    # From the settings, never from the request: its Host is whatever the sender wrote.
    return f"{settings.public_url.rstrip('/')}/login/{way}/back"


def _new_way() -> Way:
    return Way(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(get_settings().portal_key(), salt="log-in by an account of the company")


def _sent(address: str, way: Way, wanted: str) -> Response:
    response = RedirectResponse(address, 303)
    put(response, way_cookie(), _signer().dumps({**asdict(way), "wanted": within(wanted)}))
    return response


def _remembered(request: Request, state: str) -> tuple[Way, str]:
    """Return what this browser was sent away with; raises NotVouched when the answer is to somebody else."""
    try:
        kept = _signer().loads(request.cookies.get(way_cookie(), ""), max_age=MINUTES * 60)
    except BadSignature:
        raise NotVouched(STRANGE) from None
    wanted = kept.pop("wanted")
    way = Way(**kept)
    if not secrets.compare_digest(way.state.encode(), state.encode()):
        raise NotVouched(STRANGE)
    return way, wanted


def _welcomed(request: Request, vouched: Vouched, method: str, wanted: str) -> Response:
    now = datetime.now(UTC)
    with house() as session:
        person = vouching.person_for(
            session, vouched.issuer, vouched.subject, vouched.name, now,
            by_name=get_settings().sso_link_by_login,
        )  # fmt: skip
        if person is None:
            trail.note(session, now, "system:portal", "login.unlinked", f"method:{method}")
    if person is None:
        return page(request, "unlinked.html", 403, vouched=vouched)
    response = welcome(request, person, method, wanted)
    drop(response, way_cookie())
    return response
