"""What people write stays text on the pages of customers, and in the files of reports."""

import importlib.util
import re
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from sqlalchemy import text

from benchmarks.portal_rows import lay_out
from models.customers import asking
from models.customers.linking import hashed
from models.engine import transaction
from notifications import pages
from notifications.workbook import write_workbook
from settings import asset_text
from voc.reporting.facts import ProblemFact
from voc.reporting.report import build
from voc.surveys.forms import parse_surveys


def _neighbour(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HERE = Path(__file__).parent
injection = _neighbour(HERE / "test_injection.py")
example = _neighbour(HERE.parent / "notifications" / "report_example.py")
PAYLOADS, elements, harmless = injection.PAYLOADS, injection.elements, injection.harmless
NOW = datetime.now(UTC)


@pytest.fixture
def tracked(app, stranger):
    """A customer whose page is open, with a measure that is live on their problem."""
    token = secrets.token_urlsafe(16)
    with transaction() as session:
        lay_out(session, 10, NOW)
        session.execute(
            text("INSERT INTO tracking_link SELECT :hash, min(id), :now, :until, NULL FROM feedback"),
            {"hash": hashed(token), "now": NOW, "until": NOW + timedelta(days=1)},
        )
        session.execute(text("UPDATE action SET state = 'implemented', went_live = now()"))
    stranger.get(f"/t/{token}")
    return stranger


def test_names_that_people_gave_stay_text_on_the_page_of_the_customer(tracked):
    shown = []
    for payload in PAYLOADS:
        with transaction() as session:
            session.execute(text('UPDATE "case" SET category = :words'), {"words": payload})
            session.execute(text("UPDATE action SET measure = :words"), {"words": payload})
        shown.append(tracked.get("/track/view").text)
    assert [payload for payload, page in zip(PAYLOADS, shown, strict=True) if not harmless(page)] == []
    assert len({page for page in shown if "已改进" in page}) >= 200


def test_what_stands_in_an_address_or_a_form_of_customers_stays_text(tracked, monkeypatch):
    monkeypatch.setattr("portal.pages.tracking.A_MINUTE", 1000)
    monkeypatch.setattr("portal.pages.tracking.SECONDS", 0.0)
    token = re.search(r'name="csrf" value="([^"]+)"', tracked.client.get("/track").text)[1]
    for payload in PAYLOADS[::5]:
        assert harmless(tracked.get("/track/view", params={"said": payload, "well": payload}).text)
        asked = {"csrf": token, "number": payload, "digits": payload}
        assert harmless(tracked.client.post("/track", data=asked).text)


def test_an_answer_that_is_shown_again_to_be_mended_stays_text(app, stranger, monkeypatch):
    monkeypatch.setattr("portal.pages.surveys.A_MINUTE", 1000)
    with transaction() as session:
        asking.write_down(session, parse_surveys(asset_text("surveys.toml"))["csat"], NOW)
        asking.publish(session, "csat", NOW)
    sheet = re.search(r'name="sheet" value="([^"]+)"', stranger.client.get("/s/csat").text)[1]
    for payload in PAYLOADS:
        filled = {"sheet": sheet, "score": payload, "part": payload, "words": payload, "invited": payload}
        answer = stranger.client.post("/s/csat", data=filled)
        assert answer.status_code == 422
        assert harmless(answer.text), payload


def test_words_stay_text_in_the_page_and_the_workbook_of_a_report(tmp_path):
    every = tuple(
        ProblemFact(
            f"P-{n}", payload, payload, 9, 0.1, weekly=(1, 2), areas=(payload,), quotations=(payload,)
        )
        for n, payload in enumerate(PAYLOADS)
    )
    report = build(replace(example.FULL, company=PAYLOADS[0], problems=every))
    page = pages.render_report(report)
    assert elements(page).tags.isdisjoint({*injection.FOREIGN - {"style"}, "script", "img", "form", "input"})
    assert not [name for name, _ in elements(page).attributes if name.startswith("on")]
    book = openpyxl.load_workbook(write_workbook(report, tmp_path / "a.xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "f" not in {cell.data_type for cell in cells}
    assert {unescape(str(cell.value)) for cell in cells} & set(PAYLOADS)
