from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.base import Channel, Message, mask_recipient, stamped
from notifications.log import LogChannel, open_log
from notifications.registry import CHANNELS, open_channel
from voc.errors import ConfigError, DeliveryError

MESSAGE = Message(7, "13800000001", "已收到您的反馈", "您好！", None, "M7K3Q", False)


def test_a_message_becomes_one_line_with_a_masked_recipient(tmp_path: Path) -> None:
    path = tmp_path / "out" / "messages.jsonl"
    receipt = LogChannel(path).send(MESSAGE)
    assert receipt == "messages.jsonl:0"
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "id": 7,
        "message_no": "M7K3Q",
        "recipient": "13*****0001",
        "subject": "已收到您的反馈",
        "text": "您好！\n（消息号 M7K3Q）",
        "repeat": False,
    }


def test_a_repeat_says_that_it_is_one() -> None:
    assert stamped(replace(MESSAGE, repeat=True)) == "您好！\n（消息号 M7K3Q，重复发送，如已收到请忽略）"


def test_messages_sent_at_the_same_time_keep_their_own_lines(tmp_path: Path) -> None:
    channel = LogChannel(tmp_path / "messages.jsonl")
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda n: channel.send(replace(MESSAGE, id=n)), range(200)))
    lines = channel.path.read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["id"] for line in lines) == list(range(200))
    assert len(set(receipts)) == 200


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    channel = LogChannel(tmp_path / "messages.jsonl")
    channel.send(MESSAGE)
    assert channel.path.stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_written_stops_the_channel(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError) as caught:
        LogChannel(tmp_path).send(MESSAGE)
    assert caught.value.outcome == "stop"


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mobile_number_is_never_shown_whole(number: str) -> None:
    assert mask_recipient(number) == f"{number[:2]}*****{number[-4:]}"


@pytest.mark.parametrize(
    ("recipient", "masked"),
    [("zhang@example.com", "z***@example.com"), ("ou_1234", "*******"), ("", "")],
)
def test_other_recipients_are_masked_too(recipient: str, masked: str) -> None:
    assert mask_recipient(recipient) == masked


# --- the registry

CONFIGS: dict[str, dict[str, object]] = {
    "log": {"path": "messages.jsonl"},
    "mail": {"host": "mail.example", "sender": "voc@company.example"},
    "wecom": {"url": "https://example.com/?key=1"},
    "dingtalk": {"url": "https://example.com/?access_token=1"},
    "feishu": {"url": "https://example.com/hook/1"},
    "sms": {"url": "https://example.com/", "key": "id", "secret": "secret"},
    "webhook": {"url": "https://example.com/", "secret": "whsec_c2VjcmV0c2VjcmV0c2VjcmV0"},
}


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_opens_under_its_own_name_and_says_what_it_does_when_unsure(name: str) -> None:
    channel = open_channel(name, CONFIGS[name])
    assert isinstance(channel, Channel)
    assert channel.name == name
    assert channel.on_unknown in ("resend", "check", "hold")


def test_an_unknown_channel_is_a_numbered_error_with_the_names_there_are() -> None:
    with pytest.raises(ConfigError, match=r"VOC-500.*log、mail"):
        open_channel("pigeon", {})


def test_a_log_channel_without_a_path_is_a_numbered_error() -> None:
    with pytest.raises(ConfigError, match="VOC-510"):
        open_log({})
