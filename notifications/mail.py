"""The e-mail channel: SMTP with a fixed Message-ID per outbox row."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY

from notifications.base import Manner, Message
from voc.errors import ConfigError, DeliveryError

SECURITY = ("starttls", "ssl", "none")
BY_MAIL = Manner(reaches="email")
PORTS = {"starttls": 587, "ssl": 465, "none": 25}


@dataclass(frozen=True)
class MailChannel:
    """Hands messages to one SMTP server; the password never shows in its repr."""

    host: str
    sender: str
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    sender_name: str = "客户体验部"
    timeout: float = 15.0
    ca_file: str = ""
    name: str = "mail"
    # The fixed Message-ID lets the receiving side drop a second copy, so a repeat does no harm.
    on_unknown: str = "resend"
    manner: Manner = BY_MAIL

    def send(self, message: Message) -> str:
        """Deliver one mail and return the server's own answer to DATA."""
        mail = compose(message, self.sender, self.sender_name)
        with _open_session(self) as server:
            _envelope(server, self.sender, message.recipient)
            return _data(server, mail.as_bytes(policy=SMTP_POLICY))


def open_mail(config: Mapping[str, object]) -> MailChannel:
    """Open the mail channel of a configuration with host, sender, and optionally port, security, user, …"""
    missing = [name for name in ("host", "sender") if not config.get(name)]
    if missing:
        raise ConfigError(520, f"邮件渠道缺少 {'、'.join(missing)}，请在渠道配置中填写。")
    security = str(config.get("security") or "starttls")
    if security not in SECURITY:
        raise ConfigError(521, f"邮件渠道的 security 应为 {'、'.join(SECURITY)} 之一，现为「{security}」。")
    return MailChannel(
        host=str(config["host"]),
        sender=str(config["sender"]),
        port=int(str(config.get("port") or PORTS[security])),
        security=security,
        user=str(config.get("user") or ""),
        password=str(config.get("password") or ""),
        sender_name=str(config.get("sender_name") or "客户体验部"),
        timeout=float(str(config.get("timeout") or 15)),
        ca_file=str(config.get("ca_file") or ""),
        name=str(config.get("name") or "mail"),
    )


def compose(message: Message, sender: str, sender_name: str) -> EmailMessage:
    """Return the mail of an outbox row; the same row gives the same Message-ID for ever."""
    mail = EmailMessage()
    mail["From"] = _address(sender, sender_name, "发件人", "stop")
    mail["To"] = _address(message.recipient, "", "收件人", "dead")
    mail["Subject"] = ("【重复】" if message.repeat else "") + " ".join(message.subject.split())
    mail["Message-ID"] = f"<{message.message_no}.{message.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    # Not every server takes 8-bit bodies, and a mangled one would still count as delivered.
    mail.set_content(message.text, cte="base64")
    if message.html is not None:
        mail.add_alternative(message.html, subtype="html", cte="base64")
    return mail


def _address(address: str, name: str, whose: str, outcome: str) -> Address:
    if not address.isascii():
        raise DeliveryError(f"{whose}地址含有中文或全角字符，请更正。", outcome)
    if any(letter.isspace() for letter in address):
        # Read as an address the space would be dropped, and header and envelope would name two people.
        raise DeliveryError(f"{whose}地址中有空格，请更正。", outcome)
    try:
        return Address(name, addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise DeliveryError(f"{whose}地址格式不正确，请更正。", outcome) from error


@contextmanager
def _open_session(channel: MailChannel) -> Iterator[smtplib.SMTP]:
    server = _connect(channel)
    try:
        _secure(server, channel)
        yield server
    finally:
        _leave(server)


def _tls(channel: MailChannel) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=channel.ca_file or None)
    except OSError as error:
        raise DeliveryError("读不到或读不懂 ca_file 指定的证书文件，请核对路径。", "stop") from error


def _connect(channel: MailChannel) -> smtplib.SMTP:
    try:
        if channel.security == "ssl":
            context = _tls(channel)
            return smtplib.SMTP_SSL(channel.host, channel.port, timeout=channel.timeout, context=context)
        return smtplib.SMTP(channel.host, channel.port, timeout=channel.timeout)
    except ssl.SSLError as error:
        raise DeliveryError("邮件服务器的证书未通过校验，请检查主机名和端口。", "stop") from error
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryError("连接不上邮件服务器，稍后重试。", "retry") from error


def _secure(server: smtplib.SMTP, channel: MailChannel) -> None:
    try:
        if channel.security == "starttls":
            server.starttls(context=_tls(channel))
        if channel.user:
            server.login(channel.user, channel.password)
    except smtplib.SMTPAuthenticationError as error:
        raise _auth_failed(error) from error
    except (smtplib.SMTPNotSupportedError, ssl.SSLError) as error:
        raise DeliveryError("邮件服务器不支持所配置的加密或登录方式，请核对 security。", "stop") from error
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryError("与邮件服务器握手失败，稍后重试。", "retry") from error


def _auth_failed(error: smtplib.SMTPAuthenticationError) -> DeliveryError:
    if 400 <= error.smtp_code < 500:
        return DeliveryError(f"邮件服务器暂时无法校验账号（{error.smtp_code}），稍后重试。", "retry")
    return DeliveryError(f"邮件账号或密码不正确（{error.smtp_code}），请更正后启用渠道。", "stop")


def _envelope(server: smtplib.SMTP, sender: str, recipient: str) -> None:
    """Announce sender and recipient; nothing has left yet, so a lost connection is a plain retry."""
    try:
        server.ehlo_or_helo_if_needed()
        code, _ = server.mail(sender)
        if code >= 400:
            # A refused sender is refused for every recipient: the channel is wrong, not the message.
            raise _refused(code, "发件人", "stop")
        code, _ = server.rcpt(recipient)
        if code >= 400:
            raise _refused(code, "收件人", "dead")
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryError("与邮件服务器的连接中断，稍后重试。", "retry") from error


def _data(server: smtplib.SMTP, content: bytes) -> str:
    try:
        code, answer = server.data(content)
    except smtplib.SMTPDataError as error:
        raise _refused(error.smtp_code, "邮件内容", "dead") from error
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryError("邮件已发出，但未等到服务器答复，结果不明。", "unknown") from error
    if code != 250:
        raise _refused(code, "邮件内容", "dead")
    return f"{code} {answer.decode('utf-8', 'replace')}"[:200]


def _refused(code: int, what: str, when_permanent: str) -> DeliveryError:
    if code in (530, 534, 535, 538):
        return DeliveryError(f"邮件服务器要求登录或加密（{code}），请核对渠道配置。", "stop")
    if 400 <= code < 500:
        return DeliveryError(f"邮件服务器暂不接收{what}（{code}），稍后重试。", "retry")
    return DeliveryError(f"邮件服务器拒绝了{what}（{code}）。", when_permanent)


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()
