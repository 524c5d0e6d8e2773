"""The robots, the gateway and the webhook against fakes that answer as the platforms do, code by code."""

import hashlib
import hmac
import json
import time
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook
from werkzeug import Response

from notifications import dingtalk, feishu
from notifications.answers import mask_secrets
from notifications.base import Message
from notifications.registry import open_channel
from notifications.robots import cut_bytes, fitted
from voc.errors import ConfigError, DeliveryError

SECRETS = {
    "dingtalk": "SECabc123",
    "feishu": "fssecret",
    "sms": "smssecret",
    "webhook": "whsec_" + "c2VjcmV0" * 4,
}
PATHS = {
    "wecom": "/cgi-bin/webhook/send?key=KEYKEYKEY",
    "dingtalk": "/robot/send?access_token=TOKENTOKEN",
    "feishu": "/open-apis/bot/v2/hook/HOOKHOOK",
    "sms": "/send",
    "webhook": "/in",
}
GATEWAY = {"key": "id", "retry": "42", "stop": "13, BALANCE", "dead": "7"}
SUCCESS = {
    "wecom": {"errcode": 0, "errmsg": "ok"},
    "dingtalk": {"errcode": 0, "errmsg": "ok"},
    "feishu": {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"},
    "sms": {"code": 0, "message": "OK"},
    "webhook": {},
}
# Platform, status, body (text is sent as it is), what the outbox does next.
ANSWERS = [
    ("wecom", 200, {"errcode": 45009, "errmsg": "api freq out of limit"}, "retry"),
    ("wecom", 200, {"errcode": -1, "errmsg": "system busy"}, "retry"),
    ("wecom", 429, "", "retry"),
    ("wecom", 502, "<html>bad gateway</html>", "retry"),
    ("wecom", 200, {"errcode": 93000, "errmsg": "invalid webhook url"}, "stop"),
    ("wecom", 200, {"errcode": 40058, "errmsg": "markdown.content exceed max length"}, "dead"),
    ("wecom", 200, {"errcode": 40008, "errmsg": "invalid message type"}, "unknown"),
    ("dingtalk", 200, {"errcode": 130101, "errmsg": "send too fast"}, "retry"),
    ("dingtalk", 200, {"errcode": 410100, "errmsg": "too fast"}, "retry"),
    ("dingtalk", 200, {"errcode": -1, "errmsg": "system busy"}, "retry"),
    ("dingtalk", 200, {"status": 1111, "wait": 5, "punish": "deny"}, "retry"),
    ("dingtalk", 200, {"errcode": 300005, "errmsg": "token is not exist"}, "stop"),
    ("dingtalk", 200, {"errcode": 400101, "errmsg": "access_token not exist"}, "stop"),
    ("dingtalk", 200, {"errcode": 400102, "errmsg": "robot stopped"}, "stop"),
    ("dingtalk", 200, {"errcode": 400013, "errmsg": "group dismissed"}, "stop"),
    ("dingtalk", 200, {"errcode": 310000, "errmsg": "sign not match"}, "stop"),
    ("dingtalk", 200, {"errcode": 310000, "errmsg": "invalid timestamp"}, "stop"),
    ("dingtalk", 200, {"errcode": 310000, "errmsg": "keywords not in content"}, "stop"),
    ("dingtalk", 200, {"errcode": 40035, "errmsg": "invalid parameter"}, "dead"),
    ("dingtalk", 200, {"errcode": 43004, "errmsg": "invalid content-type"}, "dead"),
    ("dingtalk", 200, {"errcode": 400105, "errmsg": "unsupported msgtype"}, "dead"),
    ("dingtalk", 200, {"errcode": 88, "errmsg": "?"}, "unknown"),
    ("dingtalk", 500, "", "unknown"),
    ("feishu", 200, {"code": 11232, "msg": "frequency limited psm"}, "retry"),
    ("feishu", 400, {"code": 9999, "msg": "Frequency Limited"}, "retry"),
    ("feishu", 429, "", "retry"),
    ("feishu", 503, "", "retry"),
    ("feishu", 200, {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}, "stop"),
    ("feishu", 200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}, "stop"),
    ("feishu", 200, {"code": 19022, "msg": "Ip Not Allowed"}, "stop"),
    ("feishu", 400, {"code": 9499, "msg": "Bad Request", "data": {}}, "dead"),
    ("feishu", 200, {"code": 19002, "msg": "params error, msg_type need"}, "dead"),
    ("feishu", 200, {"code": 19024, "msg": "Key Words Not Found"}, "dead"),
    ("feishu", 200, {"code": 1, "msg": "?"}, "unknown"),
    ("feishu", 200, {"StatusCode": 0, "StatusMessage": "success"}, "unknown"),
    ("sms", 200, {"code": "42"}, "retry"),
    ("sms", 200, {"code": 13}, "stop"),
    ("sms", 200, {"code": "BALANCE"}, "stop"),
    ("sms", 200, {"code": 7}, "dead"),
    ("sms", 200, {"code": 1}, "unknown"),
    ("sms", 503, "", "retry"),
    ("webhook", 400, "", "dead"),
    ("webhook", 401, "", "stop"),
    ("webhook", 410, "", "stop"),
    ("webhook", 429, "", "retry"),
    ("webhook", 500, "", "retry"),
    ("webhook", 302, "", "unknown"),
]
# Answers with status 200 that say nothing about success: a portal of the hotel, false for 0, a number in quotes …
NOT_A_SUCCESS = [
    "", "ok", "<html>login</html>", "[]", "0", "null", "{}", '{"errcode":false,"code":false}',
    '{"errcode":"0x0","code":"0x0"}', '{"errcode":0.0,"code":0.0}', '{"errcode":null,"code":null}', "{" * 5000,
    '{"errcode":0,"code":0}' + " " * 70_000,
]  # fmt: skip


@pytest.fixture
def channel(httpserver, inside):
    """Return a function that opens a channel whose platform is this machine."""

    def open_(kind):
        url = httpserver.url_for(PATHS[kind])
        return open_channel(kind, {"url": url, "secret": SECRETS.get(kind, ""), **GATEWAY})

    return open_


def to(kind, letter, **values):
    return letter(**values, **({"recipient": "13800000000"} if kind == "sms" else {}))


def serve(httpserver, kind, status, body):
    said = body if isinstance(body, str) else json.dumps(body)
    httpserver.expect_request(urlsplit(PATHS[kind]).path, method="POST").respond_with_data(said, status)


@pytest.mark.parametrize("kind", PATHS)
def test_the_success_code_in_the_body_is_a_delivery_and_the_answer_its_receipt(
    kind, channel, httpserver, letter
):
    serve(httpserver, kind, 200, SUCCESS[kind])
    assert channel(kind).send(to(kind, letter)).startswith("HTTP 200")


@pytest.mark.parametrize(("kind", "status", "body", "outcome"), ANSWERS, ids=str)
def test_every_documented_answer_is_classified(kind, status, body, outcome, channel, httpserver, letter):
    serve(httpserver, kind, status, body)
    with pytest.raises(DeliveryError) as refused:
        channel(kind).send(to(kind, letter))
    assert refused.value.outcome == outcome
    assert refused.value.answer.startswith(f"HTTP {status}")
    assert refused.value.strange == (outcome == "unknown")


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu", "sms"])
@pytest.mark.parametrize("body", NOT_A_SUCCESS, ids=lambda body: repr(body[:20]))
def test_a_status_of_200_without_the_success_code_is_never_a_delivery(
    kind, body, channel, httpserver, letter
):
    serve(httpserver, kind, 200, body)
    with pytest.raises(DeliveryError) as refused:
        channel(kind).send(to(kind, letter))
    assert refused.value.outcome == "unknown"


@pytest.mark.parametrize(
    ("message", "hint"),
    [("sign not match", "secret"), ("invalid timestamp", "时钟"), ("keywords not in content", "关键词"),
     ("ip 1.2.3.4 not in whitelist", "白名单"), ("else", "安全设置")],
)  # fmt: skip
def test_the_reason_behind_310000_is_read_from_the_message(message, hint, channel, httpserver, letter):
    serve(httpserver, "dingtalk", 200, {"errcode": 310000, "errmsg": message})
    with pytest.raises(DeliveryError, match=hint):
        channel("dingtalk").send(letter())


@pytest.mark.parametrize(
    ("kind", "status", "body", "headers", "wait"),
    [
        ("dingtalk", 200, {"status": 1111, "wait": 5}, {}, 5),
        ("dingtalk", 200, {"errcode": 130101}, {}, 600),
        ("wecom", 200, {"errcode": 45009}, {"Retry-After": "7"}, 7),
        ("webhook", 429, {}, {"Retry-After": "30"}, 30),
        ("webhook", 429, {}, {"Retry-After": "soon"}, None),
    ],
)
def test_how_long_the_platform_wants_to_be_left_alone_is_kept(
    kind, status, body, headers, wait, channel, httpserver, letter
):
    answer = Response(json.dumps(body), status, headers)
    httpserver.expect_request(urlsplit(PATHS[kind]).path).respond_with_response(answer)
    with pytest.raises(DeliveryError) as refused:
        channel(kind).send(letter())
    assert refused.value.retry_after == wait


def test_the_signatures_are_those_of_the_platforms():
    assert dingtalk.sign("SECabc123", 1577262236757) == "sP2tUmwYDrLqnFjDuYnBJi0Od0TLi424Z2c6qlTmCao="
    assert feishu.sign("fssecret", 1599360473) == "PBKosoeMlUDezXCy1ytNYsW2pYRrIPVI2EUv0D97wxs="


def test_dingtalk_is_sent_a_signature_encoded_once_and_made_this_minute(channel, httpserver, letter):
    serve(httpserver, "dingtalk", 200, SUCCESS["dingtalk"])
    channel("dingtalk").send(letter())
    asked = httpserver.log[0][0].query_string.decode()
    fields = {name: values[0] for name, values in parse_qs(asked).items()}
    assert abs(int(fields["timestamp"]) - time.time() * 1000) < 60_000
    assert fields["sign"] == dingtalk.sign("SECabc123", int(fields["timestamp"]))
    assert f"sign={quote_plus(fields['sign'])}" in asked


def test_feishu_is_sent_time_and_signature_as_text_in_the_body(channel, httpserver, letter):
    serve(httpserver, "feishu", 200, SUCCESS["feishu"])
    channel("feishu").send(letter())
    body = httpserver.log[0][0].json
    assert body["sign"] == feishu.sign("fssecret", int(body["timestamp"]))
    assert body["msg_type"] == "text"
    assert "M000007" in body["content"]["text"]


def test_the_gateway_can_check_that_it_is_us_and_sees_one_line(channel, httpserver, letter):
    serve(httpserver, "sms", 200, SUCCESS["sms"])
    channel("sms").send(letter("第一行\n第二行", recipient="13800000000"))
    request = httpserver.log[0][0]
    signed = request.headers["x-timestamp"].encode() + b"\n" + request.data
    assert request.headers["x-signature"] == hmac.new(b"smssecret", signed, hashlib.sha256).hexdigest()
    assert request.headers["idempotency-key"] == "M000007"
    assert request.json["text"] == "第一行 第二行（消息号 M000007）"


def test_a_customer_without_a_phone_gets_no_text_message(channel, letter):
    with pytest.raises(DeliveryError, match="没有可用的手机号") as refused:
        channel("sms").send(letter(recipient="customer:7"))
    assert refused.value.outcome == "dead"


def test_a_webhook_can_be_verified_and_its_repeat_is_the_same_bytes_under_the_same_id(
    channel, httpserver, letter
):
    serve(httpserver, "webhook", 204, "")
    channel("webhook").send(letter())
    channel("webhook").send(letter(repeat=True))
    first, second = (request for request, _ in httpserver.log)
    event = Webhook(SECRETS["webhook"]).verify(first.data, dict(first.headers))
    assert event["type"] == "voc.case_assigned"
    assert (first.data, first.headers["webhook-id"]) == (second.data, second.headers["webhook-id"])


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu", "sms"])
def test_a_repeat_is_marked_even_when_the_text_is_far_too_long(kind, channel, httpserver, letter):
    serve(httpserver, kind, 200, SUCCESS[kind])
    channel(kind).send(to(kind, letter, text='很长的话"\\\n' * 9000, repeat=True))
    sent = httpserver.log[0][0].data
    assert "重复发送，如已收到请忽略" in sent.decode()
    assert len(sent) <= {"wecom": 4096 + 1700, "sms": 3000}.get(kind, 20_000)


def test_wecom_text_stays_within_its_bytes(channel, httpserver, letter):
    serve(httpserver, "wecom", 200, SUCCESS["wecom"])
    channel("wecom").send(letter("报警" * 5000))
    content = httpserver.log[0][0].json["markdown"]["content"]
    assert 4000 < len(content.encode()) <= 4096
    assert "�" not in content


@given(st.text(max_size=200), st.integers(0, 300))
def test_a_cut_text_fits_and_is_a_beginning_of_the_whole(text, limit):
    cut = cut_bytes(text, limit)
    assert len(cut.encode()) <= limit or cut == text
    assert text.startswith(cut.removesuffix("…").rstrip()) or cut == text


@given(st.text(max_size=80), st.text(max_size=3000), st.booleans())
def test_a_message_always_fits_and_always_shows_its_number(subject, text, repeat):
    message = Message(1, "x", subject, text, None, "M000001", repeat)
    written = fitted(message, 2048)
    assert len(written.encode()) <= 2048
    assert "M000001" in written


def test_nobody_who_looks_at_a_channel_sees_its_address_or_secret(channel):
    shown = "".join(repr(channel(kind)) for kind in PATHS)
    assert not any(secret in shown for secret in ["KEYKEY", "TOKENTOKEN", "HOOKHOOK", *SECRETS.values()])


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_an_answer_that_repeats_the_address_is_shown_without_its_secret(kind, channel, httpserver, letter):
    serve(httpserver, kind, 200, {"code": 99, "errcode": 99, "msg": httpserver.url_for(PATHS[kind])})
    with pytest.raises(DeliveryError) as refused:
        channel(kind).send(letter())
    assert "99" in refused.value.answer
    assert not any(key in refused.value.answer + str(refused.value) for key in ("KEYK", "TOKENT", "HOOKH"))


def test_secrets_of_addresses_are_masked_in_any_text():
    assert mask_secrets("https://x.cn/?key=abc&a=1") == "https://x.cn/?key=***&a=1"
    assert mask_secrets('{"access_token": "abc"}') == '{"access_token": "***"}'


def test_a_redirect_is_not_followed(channel, httpserver, letter):
    elsewhere = Response("", 307, {"Location": httpserver.url_for("/elsewhere")})
    httpserver.expect_request("/cgi-bin/webhook/send").respond_with_response(elsewhere)
    with pytest.raises(DeliveryError) as refused:
        channel("wecom").send(letter())
    assert refused.value.outcome == "unknown"
    assert len(httpserver.log) == 1


def test_no_proxy_of_the_environment_is_used(channel, httpserver, letter, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    serve(httpserver, "wecom", 200, SUCCESS["wecom"])
    assert channel("wecom").send(letter())


def test_a_platform_that_cannot_be_reached_has_certainly_not_got_the_message(inside, letter):
    nobody = open_channel("wecom", {"url": "http://localhost:9/?key=KEYKEYKEY"})
    with pytest.raises(DeliveryError) as refused:
        nobody.send(letter())
    assert refused.value.outcome == "retry"


def test_a_host_that_is_not_public_stops_the_channel_without_telling_the_address(letter, monkeypatch, inside):
    monkeypatch.setattr(
        "egress.socket.getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("169.254.169.254", 443))]
    )
    inward = open_channel("wecom", {"url": "https://looks-fine.example.com/?key=KEYKEYKEY"})
    with pytest.raises(DeliveryError, match="内部或保留地址") as refused:
        inward.send(letter())
    assert refused.value.outcome == "stop"
    assert "KEYKEYKEY" not in str(refused.value)


@pytest.mark.parametrize("url", ["nonsense", "ftp://example.com", "https://"])
def test_an_address_that_is_none_is_a_numbered_error_that_does_not_repeat_it(url):
    with pytest.raises(ConfigError, match="VOC-535") as wrong:
        open_channel("wecom", {"url": url + "?key=KEYKEYKEY"})
    assert "KEYKEYKEY" not in str(wrong.value)


@pytest.mark.parametrize(
    ("kind", "config", "number"),
    [
        ("wecom", {"url": "https://x.cn/?key=1", "format": "card"}, 536),
        ("wecom", {"url": "https://x.cn/?key=1", "format": "markdown", "mention": "@all"}, 536),
        ("sms", {"url": "https://x.cn", "key": "a", "secret": "b", "on_unknown": "guess"}, 537),
        ("webhook", {"url": "https://x.cn", "secret": "not base64!"}, 538),
        ("other", {}, 500),
    ],
)
def test_a_wrong_setting_of_a_channel_is_a_numbered_error(kind, config, number):
    with pytest.raises(ConfigError, match=f"VOC-{number}"):
        open_channel(kind, config)


def test_two_channels_of_one_kind_have_names_of_their_own():
    one = open_channel("群一", {"kind": "wecom", "url": "https://x.cn/?key=1"})
    two = open_channel("群二", {"kind": "wecom", "url": "https://x.cn/?key=2"})
    again = open_channel("群三", {"kind": "wecom", "url": "https://x.cn/?key=2"})
    assert (one.name, two.name) == ("群一", "群二")
    assert one.manner.robot != two.manner.robot == again.manner.robot
