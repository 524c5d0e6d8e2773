"""Rules that hold for every flow, task, channel, source kind, issue, notice, setting and error at once."""

import ast
import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest
import yaml
from prefect import Flow, Task
from prefect.flows import load_flow_from_entrypoint
from pydantic import BaseModel

import tasks.parameters
from notifications.base import Channel
from notifications.names import EVENTS
from notifications.registry import CHANNELS, open_channel
from notifications.rendering import FOLDER
from settings import Settings, asset_text, get_settings
from sources.registry import KINDS, SUFFIXES
from voc.errors import ConfigError
from voc.lifecycle import LIVES
from voc.measures import parse_measures, suggest
from voc.reading.taxonomy import parse_taxonomy
from voc.routing import parse_organisation, route
from voc.telling.delivery import ON_UNKNOWN
from voc.telling.messages import AFTER, FOR_CUSTOMERS, MOMENTS, TEMPLATES

ROOT = Path(__file__).resolve().parents[1]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
FLOW_FILES = sorted(path for path in (ROOT / "flows").glob("*.py") if path.stem != "__init__")
PACKAGES = (
    "voc", "models", "sources", "expectations", "notifications", "tasks", "flows", "portal", "cli", "settings",
)  # fmt: skip
PREFECT_YAML = yaml.safe_load((ROOT / "deployments" / "prefect.yaml").read_text("utf-8"))
# Questions to people wait side by side; everything else runs once at a time.
SIDE_BY_SIDE = {"审批": None}
DEPLOYMENTS = [*PREFECT_YAML["deployments"], *PREFECT_YAML["reactive"]]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
PARAMETERS = [
    model for _, model in inspect.getmembers(tasks.parameters, inspect.isclass)
    if issubclass(model, BaseModel) and model is not BaseModel
]  # fmt: skip
FIELDS = [(model, name) for model in PARAMETERS for name in model.model_fields]
TASKS = {
    value.name: value
    for path in sorted((ROOT / "tasks").glob("*.py"))
    for value in vars(importlib.import_module(f"tasks.{path.stem}")).values()
    if isinstance(value, Task)
}
CONFIGURED = {
    "log": {"path": "messages.jsonl"},
    "mail": {"host": "localhost", "sender": "care@example.com"},
    "wecom": {"url": "https://example.com/?key=1"},
    "dingtalk": {"url": "https://example.com/?access_token=1"},
    "feishu": {"url": "https://example.com/hook/1"},
    "sms": {"url": "https://example.com/", "key": "id", "secret": "secret"},
    "webhook": {"url": "https://example.com/", "secret": "whsec_c2VjcmV0c2VjcmV0c2VjcmV0"},
}
TAXONOMY = parse_taxonomy(asset_text("taxonomy.toml"))
ISSUES = [issue.code for issue in TAXONOMY.issues]
ERRORS = sorted(
    {
        int(number)
        for path in [ROOT / "settings.py", *(p for name in PACKAGES for p in (ROOT / name).glob("**/*.py"))]
        for number in re.findall(r"(?:ConfigError\(\s*|_NUMBER = )(\d+)", path.read_text("utf-8"))
    }
)


def flow_of(path):
    return getattr(importlib.import_module(f"flows.{path.stem}"), path.stem)


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda one: one["name"])
def test_every_deployment_names_a_flow_that_can_be_imported(deployment, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", list(sys.path))
    flow = load_flow_from_entrypoint(deployment["entrypoint"], use_placeholder_flow=False)
    assert isinstance(flow, Flow)


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda one: one["name"])
def test_parameters_of_every_deployment_are_accepted_by_its_flow(deployment):
    flow = flow_of(Path(deployment["entrypoint"].split(":")[0]))
    flow.validate_parameters(deployment.get("parameters", {}))


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda one: one["name"])
def test_every_schedule_is_in_shanghai_and_has_a_name_of_its_own(deployment):
    schedules = deployment.get("schedules", [])
    assert {one["timezone"] for one in schedules} <= {"Asia/Shanghai"}
    assert len({one["slug"] for one in schedules}) == len(schedules)


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda one: one["name"])
def test_every_deployment_has_a_chinese_name_and_says_what_it_does(deployment):
    assert CHINESE.search(deployment["name"])
    assert CHINESE.search(deployment["description"])
    assert deployment.get("concurrency_limit", {}).get("limit") == SIDE_BY_SIDE.get(deployment["name"], 1)


def test_every_flow_is_deployed_and_names_are_unique():
    assert {one["entrypoint"] for one in DEPLOYMENTS} == {f"flows/{p.stem}.py:{p.stem}" for p in FLOW_FILES}
    assert len({one["name"] for one in DEPLOYMENTS}) == len(DEPLOYMENTS)


@pytest.mark.parametrize("path", FLOW_FILES, ids=lambda path: path.stem)
def test_every_flow_has_a_chinese_name_a_description_and_a_run_name(path):
    flow = flow_of(path)
    assert CHINESE.search(flow.name)
    assert CHINESE.search(flow.description)
    assert callable(flow.flow_run_name)


@pytest.mark.parametrize("path", FLOW_FILES, ids=lambda path: path.stem)
def test_every_flow_file_is_short_and_holds_nothing_but_imports_and_the_flow(path):
    source = path.read_text("utf-8")
    body = ast.parse(source).body
    assert len(source.splitlines()) <= 40
    assert {type(node) for node in body} <= {ast.Expr, ast.Import, ast.ImportFrom, ast.AsyncFunctionDef}
    assert [node.name for node in body if isinstance(node, ast.AsyncFunctionDef)] == [path.stem]


@pytest.mark.parametrize("path", FLOW_FILES, ids=lambda path: path.stem)
def test_no_flow_file_is_named_like_a_package_of_ours_or_of_python(path):
    assert path.stem not in {*PACKAGES, *sys.stdlib_module_names}


@pytest.mark.parametrize(("model", "name"), FIELDS, ids=lambda it: getattr(it, "__name__", it))
def test_every_parameter_has_a_chinese_title(model, name):
    assert CHINESE.search(model.model_fields[name].title or "")


@pytest.mark.parametrize("model", PARAMETERS, ids=lambda it: it.__name__)
def test_every_form_has_a_chinese_line_and_refuses_what_it_does_not_know(model):
    assert CHINESE.search(model.model_json_schema()["description"])
    assert model.model_config["extra"] == "forbid"


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_every_task_has_a_chinese_name_and_keeps_no_results(task):
    assert CHINESE.search(task.name)
    assert task.persist_result is False
    assert task.fn.__doc__


def test_there_are_tasks_to_hold_to_the_rules():
    assert len(TASKS) > 20


@pytest.mark.parametrize(
    "path", sorted((ROOT / "models" / "schema").glob("*.py")), ids=lambda path: path.stem
)
def test_every_table_knows_other_tables_and_the_core_and_no_query(path):
    known = {
        node.module
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES
    }
    assert [name for name in known if not name.startswith(("models.schema.", "voc."))] == []


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_operations_guide_and_says_what_it_is_for(name):
    assert re.search(rf"^\| `VOC_{name.upper()}` \| `{name}` \|", OPERATIONS, re.MULTILINE)
    assert Settings.model_fields[name].description


@pytest.mark.parametrize(
    "name", sorted(set(Settings.model_fields) - {"database_url", "channels", "home", "public_url"})
)
def test_the_operations_guide_gives_the_default_that_holds(name):
    default = Settings.model_fields[name].default
    assert re.search(
        rf"^\| `VOC_{name.upper()}` \| `{name}` \| `{re.escape(str(default))}` \|", OPERATIONS, re.MULTILINE
    )


def test_the_operations_guide_names_no_setting_that_is_gone():
    assert set(re.findall(r"^\| `VOC_([A-Z_]+)`", OPERATIONS, re.MULTILINE)) == {
        name.upper() for name in Settings.model_fields
    }


def test_no_setting_holds_a_secret_by_default(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VOC_DATABASE_URL", raising=False)
    settings = Settings()
    assert settings.database_url is None
    assert settings.channels == {}
    held = {name: value for name, value in settings if re.search(r"password|secret|token|_key$", name)}
    assert len(held) > 3
    assert [name for name, value in held.items() if value] == []


@pytest.mark.parametrize("number", ERRORS)
def test_every_numbered_error_is_in_the_operations_guide(number):
    assert f"| VOC-{number:03d} |" in OPERATIONS


def test_the_operations_guide_names_no_error_that_is_gone():
    assert [int(number) for number in re.findall(r"^\| VOC-(\d+)", OPERATIONS, re.MULTILINE)] == ERRORS


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_keeps_the_protocol_and_says_what_an_unknown_outcome_means(name):
    channel = open_channel(name, CONFIGURED[name])
    assert isinstance(channel, Channel)
    assert channel.name == name
    assert channel.on_unknown in ON_UNKNOWN


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_that_is_not_configured_says_so_with_a_number(name):
    with pytest.raises(ConfigError, match=r"\[VOC-5\d\d\] .*缺少"):
        open_channel(name, {})


@pytest.mark.parametrize("kind", KINDS)
def test_every_source_kind_is_reached_by_the_suffix_of_a_file(kind):
    assert kind in SUFFIXES.values()


def test_every_suffix_leads_to_a_source_kind_that_is_there():
    assert set(SUFFIXES.values()) <= set(KINDS)


@pytest.mark.parametrize("code", ISSUES)
def test_every_issue_belongs_to_a_department_and_has_a_measure(code):
    organisation = parse_organisation(asset_text("organisation.toml"))
    owner = route(code, 0, organisation)[0]
    assert owner in {department.code for department in organisation.departments} - {organisation.fallback}
    assert (
        suggest(code, TAXONOMY.issue(code).dimension, 1, parse_measures(asset_text("measures.toml")))[0].issue
        == code
    )


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_every_notice_has_a_template_whose_first_line_is_its_subject(template):
    subject, _, body = (FOLDER / f"{template}.txt.j2").read_text("utf-8").partition("\n")
    assert CHINESE.search(subject)
    assert CHINESE.search(body)


@pytest.mark.parametrize("event", sorted({n.event for notices in AFTER.values() for n in notices}))
def test_every_event_has_a_chinese_name(event):
    assert CHINESE.search(EVENTS[event])


@pytest.mark.parametrize(("life", "step"), AFTER)
def test_every_notice_follows_from_a_step_that_exists(life, step):
    assert step in MOMENTS or step in LIVES[life].steps


def test_customers_are_told_of_receipt_answer_solution_measure_and_effect():
    assert {
        "case_opened",
        "case_responded",
        "case_resolved",
        "action_implemented",
        "problem_effective",
    } <= FOR_CUSTOMERS


@pytest.mark.parametrize("wrong", ["5", "many"])
def test_a_wrong_setting_is_a_numbered_error_that_names_it(wrong, monkeypatch):
    monkeypatch.setenv("VOC_BATCH_ROWS", wrong)
    get_settings.cache_clear()
    with pytest.raises(ConfigError, match=r"\[VOC-007\] .*VOC_BATCH_ROWS"):
        get_settings()
    monkeypatch.undo()
    get_settings.cache_clear()


def test_a_settings_file_that_cannot_be_read_is_a_numbered_error(monkeypatch, tmp_path):
    (tmp_path / "voc.toml").write_text("company = ", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VOC_CONFIG", raising=False)
    get_settings.cache_clear()
    with pytest.raises(ConfigError, match="VOC-007"):
        get_settings()
    monkeypatch.undo()
    get_settings.cache_clear()
