"""What is found in a house, and what of it is serious."""

import pytest

from models.engine import transaction
from models.schema.outbox import ChannelStop
from tasks.examine import AUDITS, CHECKS, run_check


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """No Prefect is at hand."""
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")


def found(house, checks):
    return [one for title, check in checks.items() for one in run_check(title, check, house.now)]


def test_a_house_in_which_nothing_is_served_has_nothing_serious(house, make):
    house.take_in([["R1", "约好的安装师傅没来", "2026-06-07 10:00", "1", "13900000001", "成都"]])
    assert [one.where for one in found(house, CHECKS) if one.serious] == []
    assert [one.where for one in found(house, CHECKS)] == ["Prefect"]


def test_a_sound_house_passes_every_audit(house):
    house.take_in([["R1", "约好的安装师傅没来", "2026-06-07 10:00", "1", "13900000001", "成都"]])
    assert found(house, AUDITS) == []


def test_a_state_that_is_not_what_its_log_says_is_found(house, make):
    house.take_in([["R1", "约好的安装师傅没来", "2026-06-07 10:00", "1", "13900000001", "成都"]])
    with transaction() as session:
        session.connection().exec_driver_sql("UPDATE batch SET rows_stored = 1, rows_read = 1")
        session.connection().exec_driver_sql("ALTER TABLE batch DROP CONSTRAINT ck_batch_rows_accounted")
        session.connection().exec_driver_sql("UPDATE batch SET rows_read = 2")
    assert [one.where for one in found(house, AUDITS)] == ["行数核对"]


def test_a_stopped_channel_is_serious_and_told_with_what_mends_it(house):
    with transaction() as session:
        session.add(ChannelStop(channel="mail", since=house.now, reason="用户名或密码不对"))
    (one,) = [one for one in found(house, CHECKS) if one.serious]
    assert one.where == "渠道"
    assert "voc channel resume" in one.fix


def test_a_check_that_cannot_be_run_is_a_finding(house):
    def broken(now):
        raise OSError("没有权限")

    (one,) = run_check("磁盘", broken, house.now)
    assert one.what == "检查没有完成：没有权限"
