"""Parameters as the Prefect UI makes a form of them."""

import pytest

from models.schema.proof import REPORT_KINDS
from tasks.parameters import Cycle, Report
from voc.reporting.kinds import NAMES


@pytest.mark.parametrize(
    ("model", "order"),
    [
        (Report, ["kind", "since", "until", "action", "department", "now"]),
        (Cycle, ["sources", "again", "report", "now"]),
    ],
)
def test_a_form_asks_in_the_order_it_was_written_and_for_the_time_last(model, order):
    fields = model.model_json_schema()["properties"]
    assert sorted(fields, key=lambda name: fields[name]["position"]) == order


@pytest.mark.parametrize("kind", REPORT_KINDS)
def test_kinds_of_reports_are_chosen_by_name_and_given_by_code(kind):
    assert Report(kind=NAMES[kind]).kind == Report(kind=kind).kind == kind
    assert NAMES[kind] in Report.model_json_schema()["properties"]["kind"]["enum"]


def test_what_a_form_begins_with_is_one_of_what_it_offers():
    kind = Report.model_json_schema()["properties"]["kind"]
    assert kind["default"] in kind["enum"]
    assert Report().model_dump(mode="json")["kind"] == kind["default"]
