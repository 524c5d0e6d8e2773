"""The whole loop as Prefect runs it: names, artifacts, repeats and failures people can read."""

import asyncio
import csv
import gc
import re

import pytest

from models.engine import transaction
from models.intake.collecting import register_source
from models.views import showing

# Prefect's client keeps sockets of its event and log threads open past the loop they were made in.
pytestmark = [
    pytest.mark.prefect,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
    ),
]
COLUMNS = ("编号", "内容", "时间", "评分", "电话")
MAP = dict(zip(("external_id", "text", "occurred_at", "rating", "phone"), COLUMNS, strict=True))


@pytest.fixture(autouse=True)
def swept():
    """Let sockets that Prefect forgot be found here, where they are known, and not in the next test."""
    yield
    gc.collect()


@pytest.fixture
def inbox(home, tmp_path):
    """Two sources with a folder each; the second holds one file that cannot be read."""
    for name in ("web", "mall"):
        (tmp_path / name).mkdir()
        definition = {"name": name, "title": name, "kind": "csv", "channel": "web", "map": MAP}
        with transaction() as session:
            register_source(session, name, {**definition, "path": str(tmp_path / name / "*.csv")})
    rows = [
        [f"R{n}", "约好的安装师傅没来", f"2026-06-0{n % 7 + 1} 10:{n}", "1", f"139000000{n}"]
        for n in range(10, 40)
    ]
    with (tmp_path / "web" / "a.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([COLUMNS, *rows])
    (tmp_path / "mall" / "broken.csv").write_text("编号,正文\n1,很好\n", "utf-8")
    return tmp_path


def turn(**what):
    """Run one round; return its state, the states of its stages, and what the server knows of the run."""
    from prefect import get_client

    from flows.cycle import cycle
    from tasks.parameters import Cycle

    async def once():
        state = await cycle(Cycle(**what), return_state=True)
        stages = await state.aresult(raise_on_failure=False)
        async with get_client() as client:
            return state, stages, await client.read_flow_run(state.state_details.flow_run_id)

    return asyncio.run(once())


def artifacts():
    """List the keys of the artifacts the server holds, with their descriptions; stored results have no key."""
    from prefect import get_client

    async def read():
        async with get_client() as client:
            return {one.key: one.description for one in await client.read_artifacts() if one.key}

    return asyncio.run(read())


def test_a_round_completes_names_itself_in_chinese_and_leaves_artifacts_with_stable_keys(inbox, prefect_api):
    state, stages, run = turn(now="2026-06-08T01:00:00Z", sources=["web"])
    assert [stage.type.value for stage in stages] == ["COMPLETED"] * 8
    assert state.is_completed()
    assert run.name == "闭环·web·2026-06-08 09:00"
    found = artifacts()
    assert {
        "accounting",
        "quarantine",
        "problems",
        "verifications",
        "notices",
        "report",
        "problem-pages",
    } <= set(found)
    assert all(re.search(r"[\u4e00-\u9fff]", description) for description in found.values())
    with transaction() as session:
        first = showing.accounting(session)
        assert (first["read"], first["stored"]) == (30, 30)
        assert [problem["issue"] for problem in showing.problems(session)] == ["installation.late"]
        told = showing.notice_counts(session)
    # What was merged into a digest is told by it, and does not go out by itself.
    assert {row["state"] for row in told} == {"sent", "suppressed"}

    _, stages, _ = turn(now="2026-06-08T02:00:00Z", sources=["web"], again=True, report=False)
    assert [stage.type.value for stage in stages] == ["COMPLETED"] * 7
    with transaction() as session:
        assert showing.accounting(session) == {**first, "read": 60, "duplicate": 30}
        assert showing.notice_counts(session) == told


def test_a_broken_file_fails_the_round_in_chinese_and_the_good_one_is_processed(inbox, prefect_api, capfd):
    state, stages, _ = turn(now="2026-06-08T01:00:00Z", report=False)
    assert state.is_failed()
    assert [stage.is_completed() for stage in stages] == [False, *[True] * 6]
    assert stages[0].message.startswith("broken.csv：缺少列：内容、时间、评分、电话")
    with transaction() as session:
        assert showing.accounting(session)["stored"] == 30
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "wrong", [{"limit": 0}, {"limit": 200_001}, {"limit": "many"}, {"now": "soon"}, {"surprise": 1}]
)
def test_parameters_beyond_their_limits_are_refused(wrong):
    from prefect.exceptions import ParameterTypeError

    from flows.tell import tell

    with pytest.raises(ParameterTypeError):
        tell.validate_parameters({"what": wrong})
