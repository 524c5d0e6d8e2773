"""What is deployed, read from the files, without a server."""

import re
from uuid import uuid4

import pytest
import yaml

from cli.deploy import AUTOMATIONS, _action, of_source, written
from models.events import NAMES, OF_ITS_OWN
from tasks.parameters import Clock, Collect, Examine, Remedy

ENTRIES = yaml.safe_load(AUTOMATIONS.read_text("utf-8"))["automations"]
DEPLOYED = {one["name"]: one for one in (*written()["deployments"], *written()["reactive"])}
FORMS = {"整改": Remedy, "计时": Clock, "采集": Collect, "体检": Examine}
ACTIONS = [action for entry in ENTRIES for action in entry["actions"]]


def filled(value):
    """Put a number where a template stands."""
    if isinstance(value, dict):
        return {name: filled(one) for name, one in value.items()}
    if isinstance(value, list):
        return [str(filled(one)) for one in value]
    return 7 if isinstance(value, str) and value.startswith("{{") else value


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda one: one["name"])
def test_every_automation_is_one_that_prefect_understands_and_says_in_chinese_what_it_does(entry):
    from prefect.events.schemas.automations import AutomationCore

    ids = {f"{name}/{name}": str(uuid4()) for name in DEPLOYED}
    core = AutomationCore.model_validate(
        {**entry, "actions": [_action(one, ids) for one in entry["actions"]]}
    )
    assert re.search(r"[\u4e00-\u9fff]", core.name + core.description)
    assert core.enabled


@pytest.mark.parametrize("event", sorted(NAMES))
def test_every_event_of_the_house_starts_something(event):
    assert any(event in entry["trigger"]["expect"] for entry in ENTRIES)


@pytest.mark.parametrize(
    "action", [one for one in ACTIONS if "parameters" in one], ids=lambda one: one["deployment"]
)
def test_what_an_automation_hands_over_is_accepted_by_the_form(action):
    form = FORMS[action["deployment"].split("/")[0]]
    form.model_validate(filled(action["parameters"]["what"]))


def test_no_automation_forces_a_state_on_a_run_that_may_be_over():
    assert not [one for one in ACTIONS if one.get("force")]


@pytest.mark.parametrize("event", sorted(NAMES))
def test_what_is_about_one_thing_starts_each_time_and_what_takes_up_everything_starts_once(event):
    reactions = [entry for entry in ENTRIES if event in entry["trigger"]["expect"]]
    about_one = any("event.payload" in str(entry["actions"]) for entry in reactions)
    assert about_one == (event in OF_ITS_OWN)
    assert all(entry["trigger"]["match"]["voc.starts"] == "true" for entry in reactions)


@pytest.mark.parametrize("name", ["采集", "周报", "月报", "部门报告", "整改", "计时", "分诊"])
def test_a_run_that_has_work_of_its_own_waits_for_the_one_before(name):
    assert DEPLOYED[name]["concurrency_limit"]["collision_strategy"] == "ENQUEUE"


def test_names_of_automations_are_unique():
    assert len({entry["name"] for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize(
    ("every", "seconds"), [("30m", 1800), ("12h", 43_200), ("1d", 86_400), ("1w", 604_800)]
)
def test_a_source_is_read_as_often_as_it_says_by_a_deployment_of_its_own(every, seconds):
    source = {
        "name": "jd", "title": "京东评论", "owner": "logistics", "department": "物流部", "every": every,
    }  # fmt: skip
    made = of_source(DEPLOYED["采集"], source)
    assert made["name"] == "采集·京东评论"
    assert made["tags"] == ["采集", "来源:京东评论", "部门:物流部"]
    assert made["parameters"] == {"what": {"sources": ["jd"]}}
    (schedule,) = made["schedules"]
    assert (schedule["interval"], schedule["timezone"]) == (seconds, "Asia/Shanghai")
