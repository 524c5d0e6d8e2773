"""Who somebody is, as another house vouches for: an OpenID provider, or 企业微信. No cookies, no pages.

OpenID Connect Core 1.0 (code flow with PKCE, RFC 7636); 企业微信 as documented at developer.work.weixin.qq.com
(path 98177 获取用户登录身份, Web 登录 and 网页授权登录).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from egress import ask, open_client
from settings import Settings
from voc.errors import ConfigError, VocError

# Keys of the provider only: a signature made with our own secret, or none at all, proves nothing.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
CLOCKS_DIFFER = 120  # seconds
WECOM_SCAN = "https://login.work.weixin.qq.com/wwlogin/sso/login"
WECOM_INSIDE = "https://open.weixin.qq.com/connect/oauth2/authorize"


class NotVouched(VocError):
    """The other house did not vouch for anybody, or not in a way that can be believed."""


@dataclass(frozen=True)
class Vouched:
    """Somebody who is known elsewhere: by whom, as whom for ever, and by what name at present."""

    issuer: str
    subject: str
    name: str


@dataclass(frozen=True)
class Way:
    """What a browser carries from here to the other house and back, so that the answer is known for its own."""

    state: str
    nonce: str
    verifier: str


def oidc_address(settings: Settings, way: Way, back: str) -> str:
    """Return where the browser is sent to log in."""
    query = {
        "response_type": "code",
        "client_id": settings.oidc_client_id,
        "redirect_uri": back,
        "scope": "openid profile",
        "state": way.state,
        "nonce": way.nonce,
        "code_challenge": create_s256_code_challenge(way.verifier),
        "code_challenge_method": "S256",
    }
    address = str(_provider(settings)["authorization_endpoint"])
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def oidc_person(settings: Settings, way: Way, code: str, back: str) -> Vouched:
    """Exchange a code for an identity token and read who it is; raises NotVouched when it does not hold."""
    provider = _provider(settings)
    secret = settings.oidc_client_secret
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "client_id": settings.oidc_client_id,
        "code_verifier": way.verifier,
    }
    login = (settings.oidc_client_id, secret.get_secret_value()) if secret else None
    answer = _asked("POST", str(provider["token_endpoint"]), data=form, auth=login)
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise NotVouched("企业账号没有返回身份凭证，请重新登录。")
    keys = _asked("GET", str(provider["jwks_uri"]))
    claims = _believed(settings, token, keys, way.nonce, str(answer.get("access_token") or ""))
    return Vouched(claims["iss"], claims["sub"], str(claims.get("preferred_username") or ""))


def _believed(settings: Settings, token: str, keys: Any, nonce: str, access_token: str) -> dict[str, Any]:
    try:
        read = jwt.decode(token, KeySet.import_key_set(keys), registry=JWSRegistry(algorithms=ALGORITHMS))
        claims = CodeIDToken(
            read.claims,
            read.header,
            {
                "iss": {"essential": True, "value": settings.oidc_issuer},
                "aud": {"essential": True, "value": settings.oidc_client_id},
                "sub": {"essential": True},
            },
            {"nonce": nonce, "client_id": settings.oidc_client_id, "access_token": access_token},
        )
        claims.validate(leeway=CLOCKS_DIFFER)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotVouched(f"企业账号的身份凭证无效（{type(error).__name__}），请重新登录。") from None
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise NotVouched("企业账号的身份凭证没有写明是谁，请重新登录。")
    return dict(claims)


def _provider(settings: Settings) -> dict[str, Any]:
    """Ask the provider where its parts are; raises ConfigError when it is not the one it should be."""
    issuer = settings.oidc_issuer
    found = _asked("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != issuer or not all(isinstance(found.get(one), str) for one in needed):
        raise ConfigError(602, "OIDC 服务的自述与 VOC_OIDC_ISSUER 不一致，请核对地址（含末尾的斜线）。")
    return found


def wecom_address(settings: Settings, way: Way, back: str, inside: bool) -> str:
    """Return where the browser is sent: inside the app it is known at once, elsewhere a code is scanned."""
    if inside:
        query = {
            "appid": settings.wecom_corp_id, "redirect_uri": back, "response_type": "code",
            "scope": "snsapi_base", "state": way.state, "agentid": settings.wecom_agent_id,
        }  # fmt: skip
        return f"{WECOM_INSIDE}?{urlencode(query)}#wechat_redirect"
    query = {
        "login_type": "CorpApp", "appid": settings.wecom_corp_id, "agentid": settings.wecom_agent_id,
        "redirect_uri": back, "state": way.state,
    }  # fmt: skip
    return f"{WECOM_SCAN}?{urlencode(query)}"


def wecom_person(settings: Settings, code: str) -> Vouched:
    """Ask 企业微信 whose code it is; raises NotVouched unless it is a member of the company."""
    site = settings.wecom_site.rstrip("/")
    secret = settings.wecom_secret.get_secret_value() if settings.wecom_secret else ""
    token = _agreed(
        _asked(
            "GET", f"{site}/cgi-bin/gettoken", params={"corpid": settings.wecom_corp_id, "corpsecret": secret}
        )
    )
    known = _agreed(
        _asked(
            "GET",
            f"{site}/cgi-bin/auth/getuserinfo",
            params={"access_token": str(token.get("access_token") or ""), "code": code},
        )
    )
    # Older applications are answered with a capital letter; who is no member has an openid instead.
    member = known.get("userid") or known.get("UserId")
    if not isinstance(member, str) or not member:
        raise NotVouched("您不是本企业的企业微信成员，不能登录。")
    return Vouched(f"wecom:{settings.wecom_corp_id}", member, member)


def _agreed(answer: dict[str, Any]) -> dict[str, Any]:
    """Believe an answer of 企业微信 by the code in its body, never by the status."""
    code = answer.get("errcode")
    if code == 0:
        return answer
    if code in (40001, 40013, 40014, 42001, 50001, 60020):
        raise ConfigError(
            603, f"企业微信拒绝了登录（错误码 {code}），请核对企业 ID、应用密钥、可信域名和可信 IP。"
        )
    raise NotVouched(f"企业微信没有确认您的身份（错误码 {code}），请重新登录。")


def _asked(method: str, address: str, **options: Any) -> dict[str, Any]:
    with open_client() as client:
        login = options.pop("auth", None)
        request = client.build_request(method, address, **options)
        if login:
            request = next(httpx.BasicAuth(*login).auth_flow(request))
        try:
            answer = ask(client, request)
        except httpx.HTTPError:
            raise NotVouched("企业账号服务没有回应，请稍后再试。") from None
    found = answer.json()
    if answer.status != httpx.codes.OK or not isinstance(found, dict):
        raise NotVouched("企业账号服务拒绝了这次登录，请重新登录。")
    return found
