from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import example, given
from hypothesis import strategies as st

from notifications.base import Message
from notifications.mail import MailChannel, compose, open_mail
from voc.errors import ConfigError, DeliveryError

HOST = "127.0.0.1"
MESSAGE = Message(
    id=42,
    recipient="li@customer.example",
    subject="您反馈的问题有了结果",
    text="您好！\n.以点开头的一行\n感谢您。",
    html="<p>您好！</p>",
    message_no="M7K3Q",
    repeat=False,
)


class Mailbox:
    """A receiving server whose answers can be chosen."""

    def __init__(
        self, on_mail: str = "", on_rcpt: str = "", on_data: str = "", hang: float = 0, hang_early: float = 0
    ) -> None:
        self.on_mail, self.on_rcpt, self.on_data = on_mail, on_rcpt, on_data
        self.hang, self.hang_early = hang, hang_early
        self.received: list[EmailMessage] = []

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = None if self.on_mail else address
        return self.on_mail or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.hang_early)
        envelope.rcpt_tos += [address]
        return self.on_rcpt or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.received.append(message_from_bytes(envelope.content, policy=default))
        await asyncio.sleep(self.hang)
        return self.on_data or "250 Queued as 7F3A"


class AnyPort(Controller):
    """A server on whatever port is free."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


Serve = Callable[..., MailChannel]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start SMTP servers in this process and return a channel to each."""
    running: list[Controller] = []

    def start(mailbox: Mailbox, **options: Any) -> MailChannel:
        controller = AnyPort(mailbox, hostname=HOST, port=0, **options)
        controller.start()
        running.append(controller)
        return MailChannel(HOST, "voc@company.example", port=controller.port, security="none", timeout=5)

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate for 127.0.0.1 that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2099, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


def refused(channel: MailChannel, message: Message = MESSAGE) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(message)
    return caught.value


def test_a_mail_arrives_whole_and_its_receipt_is_the_servers_own(serve: Serve) -> None:
    mailbox = Mailbox()
    receipt = serve(mailbox).send(MESSAGE)
    mail = mailbox.received[0]
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert receipt == "250 Queued as 7F3A"
    assert mail["Subject"] == MESSAGE.subject
    assert mail["From"] == "客户体验部 <voc@company.example>"
    assert mail["To"] == MESSAGE.recipient
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n").strip() == MESSAGE.text
    assert html.get_content().strip() == MESSAGE.html


def test_the_message_id_belongs_to_the_outbox_row_and_a_repeat_is_marked(serve: Serve) -> None:
    mailbox = Mailbox()
    channel = serve(mailbox)
    channel.send(MESSAGE)
    channel.send(replace(MESSAGE, repeat=True))
    first, second = mailbox.received
    assert first["Message-ID"] == second["Message-ID"] == "<M7K3Q.42@company.example>"
    assert second["Subject"] == "【重复】" + MESSAGE.subject


def test_two_rows_have_two_message_ids() -> None:
    first = compose(MESSAGE, "voc@company.example", "客户体验部")
    second = compose(replace(MESSAGE, id=43), "voc@company.example", "客户体验部")
    assert first["Message-ID"] != second["Message-ID"]


@pytest.mark.parametrize(
    ("mailbox", "outcome"),
    [
        (Mailbox(on_rcpt="450 Mailbox busy"), "retry"),
        (Mailbox(on_rcpt="421 Too many connections"), "retry"),
        (Mailbox(on_rcpt="550 No such user"), "dead"),
        (Mailbox(on_mail="451 Try later"), "retry"),
        (Mailbox(on_mail="550 Sender not allowed"), "stop"),
        (Mailbox(on_mail="530 Authentication required"), "stop"),
        (Mailbox(on_data="452 Storage full"), "retry"),
        (Mailbox(on_data="554 Looks like spam"), "dead"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.on_mail or value.on_rcpt or value.on_data,
)
def test_every_answer_of_the_server_has_its_consequence(serve: Serve, mailbox: Mailbox, outcome: str) -> None:
    error = refused(serve(mailbox))
    assert error.outcome == outcome
    assert MESSAGE.recipient not in str(error)


def test_a_server_silent_after_the_mail_left_leaves_the_outcome_unknown(serve: Serve) -> None:
    mailbox = Mailbox(hang=30)
    error = refused(replace(serve(mailbox), timeout=0.5))
    assert error.outcome == "unknown"
    assert len(mailbox.received) == 1


def test_a_server_silent_before_the_mail_left_is_simply_tried_again(serve: Serve) -> None:
    mailbox = Mailbox(hang_early=30)
    error = refused(replace(serve(mailbox), timeout=0.5))
    assert error.outcome == "retry"
    assert mailbox.received == []


def test_a_server_that_is_not_there_is_tried_again(serve: Serve) -> None:
    channel = serve(Mailbox())
    free = replace(channel, port=1)
    assert refused(free).outcome == "retry"


def authenticator(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data.password == b"right", handled=False)


def busy(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=False, handled=False, message="454 4.7.0 Temporary authentication failure")


def test_a_login_that_fails_for_the_moment_is_tried_again(serve: Serve) -> None:
    channel = serve(Mailbox(), authenticator=busy, auth_require_tls=False)
    assert refused(replace(channel, user="voc", password="right")).outcome == "retry"


def test_a_wrong_password_stops_the_channel_and_is_not_told(serve: Serve) -> None:
    mailbox = Mailbox()
    open_server = serve(mailbox, authenticator=authenticator, auth_require_tls=False)
    wrong = replace(open_server, user="voc", password="wrong-secret")
    error = refused(wrong)
    assert error.outcome == "stop"
    assert "wrong-secret" not in str(error) + repr(wrong)
    assert replace(wrong, password="right").send(MESSAGE).startswith("250")
    assert len(mailbox.received) == 1


def test_a_server_without_the_login_we_are_told_to_use_stops_the_channel(serve: Serve) -> None:
    assert refused(replace(serve(Mailbox()), user="voc", password="x")).outcome == "stop"


def test_mail_travels_over_starttls(serve: Serve, certificate: tuple[Path, ssl.SSLContext]) -> None:
    mailbox = Mailbox()
    plain = serve(mailbox, tls_context=certificate[1], require_starttls=True)
    assert refused(plain).outcome == "stop"
    assert replace(plain, security="starttls", ca_file=str(certificate[0])).send(MESSAGE).startswith("250")
    assert len(mailbox.received) == 1


def test_a_certificate_nobody_trusts_stops_the_channel(
    serve: Serve, certificate: tuple[Path, ssl.SSLContext]
) -> None:
    channel = serve(Mailbox(), tls_context=certificate[1])
    assert refused(replace(channel, security="starttls")).outcome == "stop"


def test_mail_travels_over_tls_from_the_first_byte(
    serve: Serve, certificate: tuple[Path, ssl.SSLContext]
) -> None:
    mailbox = Mailbox()
    channel = serve(mailbox, ssl_context=certificate[1])
    assert replace(channel, security="ssl", ca_file=str(certificate[0])).send(MESSAGE).startswith("250")
    assert refused(replace(channel, security="ssl")).outcome == "stop"
    assert len(mailbox.received) == 1


def test_a_certificate_file_that_is_not_there_stops_the_channel(serve: Serve, tmp_path: Path) -> None:
    channel = replace(serve(Mailbox()), security="starttls", ca_file=str(tmp_path / "none.pem"))
    assert refused(channel).outcome == "stop"


def test_a_broken_sender_stops_the_channel() -> None:
    with pytest.raises(DeliveryError) as caught:
        compose(MESSAGE, "nobody", "客户体验部")
    assert caught.value.outcome == "stop"


def test_a_server_without_starttls_is_not_spoken_to_in_the_clear(serve: Serve) -> None:
    mailbox = Mailbox()
    assert refused(replace(serve(mailbox), security="starttls")).outcome == "stop"
    assert mailbox.received == []


@pytest.mark.parametrize(
    "recipient",
    ["", "nobody", "a@b@c.example", "李@例子.example", "a@b.example\r\nRCPT TO:<x@y.example>", "a b@c.d"],
)
def test_a_broken_address_is_dead_before_anything_is_sent(recipient: str) -> None:
    message = replace(MESSAGE, recipient=recipient)
    with pytest.raises(DeliveryError) as caught:
        compose(message, "voc@company.example", "客户体验部")
    assert caught.value.outcome == "dead"


@given(st.text(max_size=60), st.sampled_from([None, "<b>好</b>"]))
def test_no_subject_can_add_a_header(subject: str, html: str | None) -> None:
    mail = compose(replace(MESSAGE, subject=subject, html=html), "voc@company.example", "客户体验部")
    names = {name.lower() for name in message_from_bytes(mail.as_bytes()).keys()}  # noqa: SIM118
    assert names <= {
        *("from", "to", "subject", "message-id", "auto-submitted"),
        *("mime-version", "content-type", "content-transfer-encoding"),
    }


def fate(recipient: str) -> str:
    try:
        return str(compose(replace(MESSAGE, recipient=recipient), "voc@company.example", "客户体验部")["To"])
    except DeliveryError as error:
        return error.outcome


@example("0@ 0")
@example(" a@b")
@given(st.text(max_size=30) | st.text('ab@.c\r\n<>,: \\"', max_size=20))
def test_a_recipient_is_taken_as_it_is_or_dead(recipient: str) -> None:
    assert fate(recipient) in (recipient, "dead")


def test_a_configuration_is_checked_when_the_channel_is_opened() -> None:
    with pytest.raises(ConfigError, match=r"VOC-520.*host、sender"):
        open_mail({})
    with pytest.raises(ConfigError, match="VOC-521"):
        open_mail({"host": "mail.example", "sender": "a@b.example", "security": "maybe"})


def test_a_configuration_knows_the_usual_ports() -> None:
    channel = open_mail({"host": "mail.example", "sender": "a@b.example", "security": "ssl"})
    assert (channel.port, channel.timeout, channel.on_unknown) == (465, 15.0, "resend")
