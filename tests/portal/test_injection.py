"""What customers and colleagues write stays text: on every page, in every file, in every message."""

import csv
import io
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import product
from math import ceil
from urllib.parse import quote

import openpyxl
import pytest
from markupsafe import escape
from openpyxl.utils.escape import unescape
from sqlalchemy import text

from models.cases.desk import PAGE
from models.cases.desk_work import add_note
from models.change import By, advance, begin
from models.engine import transaction
from models.measures.improving import store_departments
from models.schema.loop import ProblemMember
from portal.sheets import Table, as_csv, as_xlsx
from tasks.aggregate import organisation
from voc.exporting import FORMULA
from voc.intake.rows import definition_from_dict, map_rows
from voc.telling.messages import neutralise

NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)
BY = By("person:x", NOW)
TAGS = [
    "<script>alert({n})</script>", "<img src=x onerror=alert({n})>", "<svg/onload=alert({n})>",
    "<iframe srcdoc='<script>alert({n})</script>'>", "<a href=javascript:alert({n})>点我</a>",
    "<body onload=alert({n})>", "<input autofocus onfocus=alert({n})>", "<details open ontoggle=alert({n})>",
    "<math><mi xlink:href=javascript:alert({n})>", "<form action=javascript:alert({n})><button>好",
    "<style>@import'//evil.example/{n}'</style>", "<link rel=stylesheet href=//evil.example/{n}>",
    "<meta http-equiv=refresh content='0;url=//evil.example/{n}'>", "<base href=//evil.example/{n}/>",
    "<object data=//evil.example/{n}>", "<embed src=//evil.example/{n}>", "<video><source onerror=alert({n})>",
    "<template><script>alert({n})</script></template>", "{{{{ {n} * 7 }}}}", "{{% print({n}) %}}", "${{{n}*7}}",
    "#{{{n}*7}}", "{{{{ ''.__class__.__mro__[1].__subclasses__() }}}}", "{{{{ config.items() }}}}",
]  # fmt: skip
WRAPPINGS = [
    "{}", '">{}', "'>{}", "</textarea>{}", "</title>{}", "</option></select>{}", "--><!-- {}", "]]>{}", "\u202e{}",
    "&lt;{}",
]  # fmt: skip
PAYLOADS = [
    wrapping.format(tag.format(n=number))
    for number, (tag, wrapping) in enumerate(product(TAGS, WRAPPINGS), 1000)
]
MARKDOWN = [
    "[点我](https://evil.example/{n})", "![图](https://evil.example/{n}.png)", "<@all{n}>", "@所有人 {n}", "@all {n}",
    "# 标题 {n}", "> 引用 {n}", "**粗 {n}**", "`代码 {n}`", "https://evil.example/{n}", "www.evil.example/{n}",
    "evil.example/{n}", "<font color=warning>{n}</font>", "|表|{n}|", "~~删 {n}~~", "<at user_id=all>{n}</at>",
    "javascript://evil.example/%0a{n}", "ＨＴＴＰ：／／evil.example/{n}", "ht\u200btps://evil.example/{n}", "[a]: http://evil.example/{n}",
]  # fmt: skip
MENTIONS = [
    lead.format(line.format(n=n))
    for n, (line, lead) in enumerate(
        product(MARKDOWN, ["{}", "您好 {}", "\n{}", "\u202e{}", "（{}）", "{}{{}}"])
    )
]
FORMULAS = [
    lead + tail
    for lead, tail in product(sorted(FORMULA), ["1+1", "cmd|' /C calc'!A0", 'HYPERLINK("//x")', "x"])
]


@pytest.fixture
def written(home):
    """Every payload as the words of a customer, as the remark of a colleague, and as the name of a problem."""
    with transaction() as session:
        store_departments(session, organisation())
        session.execute(text(ROWS), {"texts": PAYLOADS})
        rows = [problem(0, PAYLOADS[0]), *(problem(n, PAYLOADS[n * 10]) for n in range(1, len(TAGS)))]
        first, *_ = begin(session, "problem", "detect", rows, BY)
        session.add_all(
            ProblemMember(problem_id=first, feedback_id=n, method="rule") for n in range(1, len(PAYLOADS) + 1)
        )
        case = {
            "feedback_id": 1, "category": PAYLOADS[5], "priority": "high", "opened_at": NOW, "respond_by": NOW,
            "resolve_by": NOW,
        }  # fmt: skip
        (case_id,) = begin(session, "case", "open", [case], BY)
        advance(session, "case", "acknowledge", {case_id: {}}, BY)
        advance(session, "case", "assign", {case_id: {"department": "logistics"}}, BY)
        for payload in PAYLOADS:
            add_note(session, "case", case_id, payload, None, BY)
    return first, case_id


def problem(number, name):
    return {
        "key": f"issue:x{number}", "issue": f"x.{number}", "area": "logistics", "name": name, "department": "logistics",
        "first_seen_at": NOW, "detected_at": NOW, "alarm_from": NOW, "alarm_until": NOW,
    }  # fmt: skip


ROWS = """
WITH s AS (INSERT INTO source (name, title, kind, channel, definition)
  VALUES ('s', '<b>s', 'csv', 'web', '{}') RETURNING id),
d AS (INSERT INTO delivery (source_id, origin, fingerprint, started_at)
  SELECT id, 'a.csv', 'x', now() FROM s RETURNING id),
b AS (INSERT INTO batch (delivery_id, part, state, collected_at, rows_read, rows_stored, rows_duplicate,
  rows_near_duplicate, rows_rejected, rows_quarantined, rows_blank)
  SELECT id, 1, 'analysed', now(), 0, 0, 0, 0, 0, 0, 0 FROM d RETURNING id),
r AS (INSERT INTO vault.raw_record (source_id, batch_id, "row", record_key, payload_hash, payload, outcome)
  SELECT s.id, b.id, n, 'k' || n, '', '{}', 'stored' FROM s, b, generate_series(1, cardinality(:texts)) n
  RETURNING id, source_id, batch_id, "row")
INSERT INTO feedback (tracking_number, raw_record_id, batch_id, source_id, record_key, channel, occurred_at, text,
  content_hash, disposition)
  SELECT 'VOC-' || "row", r.id, batch_id, source_id, 'k' || "row", 'web', now(),
         (:texts)[("row")::int], "row", 'accepted' FROM r ORDER BY "row"
"""


class Elements(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes = set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}


def elements(page):
    found = Elements()
    found.feed(page)
    return found


FOREIGN = {"iframe", "object", "embed", "base", "style", "math", "video", "template", "font"}


def harmless(page):
    """Nothing of a page comes from what people wrote: no element, no handler, no address elsewhere."""
    found = elements(page)
    scripts = page.count("<script") - page.count('<script src="/static/')
    handlers = [name for name, _ in found.attributes if name.startswith("on")]
    elsewhere = [
        value for _, value in found.attributes if value.lower().lstrip().startswith(("javascript:", "//"))
    ]
    return (scripts, found.tags & FOREIGN, handlers, elsewhere) == (0, set(), [], [])


def test_there_are_enough_of_them():
    assert len(set(PAYLOADS)) >= 200
    assert len(set(MENTIONS)) >= 100


def test_remarks_of_colleagues_stay_text(signed, written):
    page = signed("voc").get(f"/cases/{written[1]}").text
    assert harmless(page)
    shown = [payload for payload in PAYLOADS if str(escape(payload.strip())) in page]
    assert len(shown) >= 200


def test_words_of_customers_stay_text_on_every_page_that_shows_them(signed, written):
    browser, count = signed("voc"), ceil(len(PAYLOADS) / PAGE)
    address = f"/problems/{written[0]}/sentences?page="
    pages = [browser.get(f"{address}{number}").text for number in range(1, count + 1)]
    assert all(harmless(page) for page in pages)
    assert (
        len([payload for payload in PAYLOADS if any(str(escape(payload)) in page for page in pages)]) >= 200
    )


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/desk",
        "/problems",
        "/problems/1",
        "/cases/1",
        "/dashboard",
        "/operator",
        "/approvals",
        "/knowledge",
        "/reports",
    ],
)
def test_names_and_categories_stay_text(signed, written, path):
    answer = signed("voc").get(path)
    assert answer.status_code == 200
    assert harmless(answer.text)


@pytest.mark.parametrize(
    "path", ["/login?next={}", "/knowledge?q={}", "/problems?state={}", "/desk?kind={}", "/{}"]
)
def test_what_stands_in_an_address_stays_text(signed, stranger, path):
    browser = signed("voc")
    for payload in PAYLOADS[:: 3 * len(WRAPPINGS)]:
        for one in (browser, stranger):
            assert harmless(one.get(path.format(quote(payload, safe=""))).text)


@pytest.mark.parametrize("payload", MENTIONS)
def test_nothing_a_customer_writes_is_a_link_a_mention_or_a_picture_in_a_message(payload):
    said = neutralise(payload)
    assert not set(said) & set("<>[]()*_`#!|@＠~")
    assert "evil.example" not in said
    assert "://" not in said
    assert len(said) <= 80


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_in_a_csv_is_a_text_and_comes_back_as_it_was(cell):
    written = as_csv([Table("反馈", ["内容"], [[cell]])]).decode("utf-8-sig")
    (_, (title,), (held,), *_) = csv.reader(io.StringIO(written, newline=""))
    assert title == "内容"
    assert held[:1] not in FORMULA
    definition = definition_from_dict({"name": "x", "channel": "web", "map": {"text": "内容"}})
    assert map_rows([{"内容": held}], definition)["text"] == [cell]


def test_a_formula_in_a_workbook_is_a_text():
    book = openpyxl.load_workbook(
        io.BytesIO(as_xlsx([Table("反馈", ["内容"], [[cell] for cell in FORMULAS])]))
    )
    cells = [row[0] for row in book["反馈"].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [unescape(cell.value) for cell in cells] == FORMULAS
