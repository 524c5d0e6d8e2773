"""The main path of each role in a real browser: it works, fits a telephone, and shuts nobody out (axe)."""

import contextlib
import os
import secrets
import shutil
import threading
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import uvicorn
from sqlalchemy import text

from benchmarks.portal_rows import lay_out
from cli.server import free_port
from models.cases.joint import join
from models.cases.knowing import Words, add
from models.change import By
from models.customers import asking
from models.customers.linking import hashed
from models.engine import transaction
from models.measures.explaining import ask
from portal.app import create_app
from settings import asset_text, get_settings
from voc.surveys.forms import parse_surveys

CHROMIUM = os.environ.get("VOC_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no browser: install chromium or name one in VOC_CHROMIUM"),
]
NOW = datetime.now(UTC)
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
ANSWER = "下单后一小时内可以在订单页修改地址。"
UNFOLD = "document.querySelectorAll('main details').forEach(one => one.open = true)"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def chromium():
    """One browser for all tests of this file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def house(home, monkeypatch):
    """A portal in a thread of this process, over 25 cases, a measure, and an answer in the knowledge base."""
    monkeypatch.setenv("VOC_PORTAL_PLAIN_HTTP", "true")
    get_settings.cache_clear()
    with transaction() as session:
        lay_out(session, 25, NOW)
        words = Words("师傅没按约定时间上门怎么办", ANSWER, "", ("约好的师傅没来",))
        add(session, words, By("person:x", NOW), "published")
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{port}"
    _answered(address)
    yield address
    server.should_exit = True
    thread.join(15)


def _answered(address):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{address}/login", timeout=5)
        time.sleep(0.05)
    raise RuntimeError("the portal did not start")


@pytest.fixture
def enter(house, chromium, known):
    """Return a function that opens a page as somebody, in a window of a size, light or dark."""
    opened = []

    def make(role, departments=(), size=DESKTOP, scripts=True, dark=False):
        token = known(f"{role}-{'-'.join(departments) or 'all'}", [role], departments)
        context = chromium.new_context(
            viewport=size,
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",  # what has just unfolded is looked at in its last colours
            base_url=house,
        )
        context.add_cookies([{"name": "voc-session", "value": token, "url": house}])
        opened.append(context)
        return context.new_page()

    yield make
    for context in opened:
        context.close()


def one(query):
    """Read one value."""
    with transaction() as session:
        return session.execute(text(query)).scalar_one()


def case():
    """The case of `app` that falls due first."""
    return one(
        "SELECT id FROM \"case\" WHERE department = 'app' AND state = 'assigned' ORDER BY respond_by LIMIT 1"
    )


def faults(page):
    """What axe finds on a page that is serious or worse, contrast included."""
    from axe_playwright_python.sync_playwright import Axe

    found = (
        Axe()
        .run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        .response["violations"]
    )
    return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found
            if one["impact"] in ("serious", "critical")]  # fmt: skip


def pages():
    """Every page for people who are logged in."""
    action, problem = one("SELECT id FROM action"), one("SELECT min(id) FROM problem")
    first, second, called, report = _further(problem)
    return ["/", "/desk", f"/cases/{case()}", f"/actions/{action}", "/problems", f"/problems/{problem}",
            f"/problems/{problem}/sentences", "/approvals", "/knowledge", "/knowledge/1", "/knowledge/new",
            "/dashboard", "/reports", f"/reports/{first}", f"/reports/compare?a={first}&b={second}", "/team",
            f"/cases/{called}", f"/rootcauses/{report}", f"/reviews/{one('SELECT id FROM review')}", "/operator",
            "/account"]  # fmt: skip


FACTS = '{"fcr": {"value": 0.8, "low": 0.7, "high": 0.9, "basis": "9 次来访"}, "problem:1": {"count": 3}}'
REPORTS = """
    INSERT INTO report (kind, title, period_start, period_end, path, sha256, facts, lineage, scope, created_at)
    SELECT 'monthly', '月报', date '2026-01-01' + n * 31, date '2026-01-28' + n * 31, 'reports/' || n, 'x',
           CAST(:facts AS jsonb), '{}', '{}', now() FROM generate_series(0, 1) n RETURNING id
"""
NEIGHBOUR = """
    INSERT INTO problem (key, kind, area, name, state, round, department, first_seen_at, detected_at, alarm_from,
                         alarm_until, changed_at)
    SELECT 'beside', 'candidate', area, '换了路由器以后空调再也没连上过，重置了三次还是离线，客服也说不出原因',
           'confirmed', 1, department, first_seen_at, detected_at, alarm_from, alarm_until, changed_at
    FROM problem LIMIT 1
"""
ALARM = """
    WITH a AS (INSERT INTO alarm (kind, series, label, department, started_on, ended_on, observed, expected, urgent,
               words, quotations, cause, evidence, raised_at, recorded_at, late)
        VALUES ('spike', 'all', '全部反馈', 'app', '2026-06-01', '2026-06-02', 30, 9, false, '["离线"]',
                '["一直连不上"]', '多与新固件有关。', '{}', now(), now(), false) RETURNING id)
    INSERT INTO review (alarm_id, state, round, department, due_at, changed_at)
    SELECT id, 'open', 1, 'app', now() + interval '1 day', now() FROM a
"""


def _further(problem):
    """Add two reports, a case with a department called in, a root-cause report, and an alarm; once."""
    by, number = By("rule:x", NOW), case()
    with transaction() as session:
        first, second = session.scalars(text(REPORTS), {"facts": FACTS})
        session.execute(text(ALARM))
        session.execute(text(NEIGHBOUR))
        join(session, {number: ["quality"]}, {"": "核查批次"}, NOW, by)
        return first, second, number, ask(session, problem, "quality", by)


def opened(page, path):
    """Open a page and all it folds; say what shuts people out, and how far it is wider than its window."""
    page.goto(path)
    page.evaluate(UNFOLD)
    return faults(page), max(page.evaluate(WIDER), 0)


@pytest.mark.parametrize(("size", "dark"), [(PHONE, False), (DESKTOP, False), (PHONE, True)])
def test_no_page_of_customers_shuts_anybody_out(enter, size, dark):
    token = secrets.token_urlsafe(16)
    with transaction() as session:
        session.execute(
            text("INSERT INTO tracking_link SELECT :hash, min(id), :now, :until, NULL FROM feedback"),
            {"hash": hashed(token), "now": NOW, "until": NOW + timedelta(days=1)},
        )
        forms = parse_surveys(asset_text("surveys.toml"))
        for code, form in forms.items():
            asking.write_down(session, form, NOW)
            asking.publish(session, code, NOW)
    page = enter("voc", size=size, dark=dark)
    found = {
        path: opened(page, path) for path in ("/login", "/track", f"/t/{token}", *(f"/s/{c}" for c in forms))
    }
    assert {path: fault for path, fault in found.items() if fault != ([], 0)} == {}


@pytest.mark.parametrize(("size", "dark"), [(PHONE, False), (DESKTOP, False), (DESKTOP, True)])
def test_no_page_shuts_anybody_out_or_is_wider_than_its_window(enter, size, dark):
    page = enter("voc", size=size, dark=dark)
    found = {}
    for path in pages():
        found[path] = opened(page, path)
    assert {path: fault for path, fault in found.items() if fault != ([], 0)} == {}


def test_a_clerk_answers_a_case_with_a_suggested_answer(enter):
    page = enter("agent", ("app",))
    number = case()
    page.goto(f"/cases/{number}")
    page.click("summary:has-text('师傅没按约定时间上门怎么办')")
    page.click("[data-use]")
    assert page.input_value("textarea[name=text]:visible") == ANSWER
    page.click("button:has-text('登记首次答复')")
    page.wait_for_selector("text=已登记答复。")
    assert one("SELECT count(*) FROM knowledge_use") == 1


def test_a_clerk_answers_without_scripts(enter):
    page = enter("agent", ("app",), scripts=False, size=PHONE)
    page.goto("/desk?kind=answer")
    page.locator(".item a.body").first.click()
    page.fill("form[data-main] textarea", "已安排师傅明天上午上门。")
    page.click("button:has-text('登记首次答复')")
    assert page.locator("text=已登记答复。").count() == 1


def test_a_department_takes_a_measure_on_and_reports_it_live(enter):
    page = enter("handler", ("app",), size=PHONE)
    page.goto(f"/actions/{one('SELECT id FROM action')}")
    page.fill("input[name=live_on]", (NOW + timedelta(days=2)).date().isoformat())
    page.click("button:has-text('接单')")
    page.wait_for_selector("text=已接单，验证合同已锁定。")
    page.click("button:has-text('登记落地')")
    page.wait_for_selector("text=已登记落地，效果验证开始计时。")
    assert one("SELECT state FROM action") == "implemented"


def test_keys_move_tick_and_open_on_a_desktop(enter):
    page = enter("handler", ("app",))
    page.goto("/desk?kind=answer")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("input[name=cases]").nth(1).is_checked()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")


def test_several_cases_are_ticked_and_answered_at_once(enter):
    page = enter("handler", ("app",))
    page.goto("/desk?kind=answer")
    boxes = page.locator("input[name=cases]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.fill("textarea[name=text]", "已安排处理，请留意电话。")
    page.click("button:has-text('答复所选个案')")
    page.wait_for_selector("text=所选个案已登记答复。")
    assert one("SELECT count(*) FROM case_log WHERE step = 'respond' AND by LIKE 'person:%'") == 2


def test_a_leader_goes_from_the_dashboard_to_the_sentence(enter):
    page = enter("leader")
    page.goto("/dashboard")
    page.click("a:has-text('设备连不上网或频繁离线')")
    page.click("a:has-text('查看全部原话')")
    assert page.locator("blockquote.words").count() == 25


def test_whoever_answers_for_the_loop_releases_an_answer(enter):
    page = enter("voc")
    page.goto("/knowledge/new")
    page.fill("input[name=question]", "退款多久到账")
    page.fill("textarea[name=answer]", "审核通过后一至三个工作日原路退回。")
    page.click("button:has-text('保存')")
    page.click("button:has-text('发布')")
    page.goto("/knowledge?q=退款什么时候到")
    assert page.locator("h2:has-text('退款多久到账')").count() == 1


def test_nothing_a_page_does_is_refused_by_its_own_policy(enter):
    page = enter("voc")
    said = []
    page.on("console", lambda message: said.append(message.text))
    for path in pages():
        page.goto(path)
    assert [line for line in said if "Content Security Policy" in line] == []
