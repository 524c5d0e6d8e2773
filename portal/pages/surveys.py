"""Questionnaires, also inside pages of others: what strangers write is taken in like a row of a file, nothing else."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.concurrency import run_in_threadpool

from models.customers import asking, inviting
from models.people import throttle
from models.people.rights import customer, house
from models.schema.surveying import Survey
from portal.browsers import caller
from portal.guard import POLICY
from portal.rendering import page
from settings import get_settings
from voc.surveys.forms import Survey as Form
from voc.surveys.forms import read_answers

router = APIRouter()
A_MINUTE = 20
LASTS = 24 * 3600  # seconds a form may lie open
THANKS = "谢谢您的反馈！"
ENOUGH = "这次征集已经收到足够的回答，谢谢您！"
ANSWERED = "这份邀请已经回答过或已过期，谢谢您！"
GONE = "这份问卷不存在或已经结束。"
_PHONE = re.compile(r"1[3-9]\d{9}")


@router.get("/s/{code}")
def ask(request: Request, code: str, i: str = "") -> HTMLResponse:
    """Show a questionnaire."""
    row = _published(code)
    if row is None:
        return _framed(page(request, "survey.html", 404, form=_nothing(), said=GONE, done=True))
    with house() as session:
        invited = inviting.open_invitation(session, i, code, datetime.now(UTC)) is not None
    # What is sent with the form is the link itself; looking at it changes nothing.
    return _form(request, asking.form_of(row), invited=i if invited else "")


@router.post("/s/{code}")
async def answer(request: Request, code: str) -> HTMLResponse:
    """Take in a filled-in questionnaire."""
    sent = await request.form(max_fields=100)
    given = {key: [str(one) for one in sent.getlist(key) if isinstance(one, str)] for key in sent}
    return await run_in_threadpool(_taken, request, code, given)


def _taken(request: Request, code: str, given: Mapping[str, Sequence[str]]) -> HTMLResponse:
    now = datetime.now(UTC)
    with customer(write=True) as session:
        wait = throttle.take(session, "survey", caller(request), now, burst=A_MINUTE, per_minute=A_MINUTE)
    row = _published(code)
    if row is None:
        return _framed(page(request, "survey.html", 404, form=_nothing(), said=GONE, done=True))
    form = asking.form_of(row)
    if wait:
        return _form(request, form, "提交过于频繁，请一分钟后再试。", 429)
    number = _sheet(_one(given, "sheet"))
    if _one(given, "website"):
        # Only a program fills in what nobody can see; it is thanked, so that it goes away.
        return _framed(page(request, "survey.html", form=form, said=THANKS, done=True))
    answers, wrong = read_answers(form, given)
    if number is None or wrong:
        said = "表单已过期，请重新提交。" if number is None else "还有题目没有回答。"
        return _form(request, form, said, 422, answers, wrong, _one(given, "invited"))
    phone = _one(given, "phone") if _one(given, "consent") == "yes" else ""
    with house() as session:
        link = _one(given, "invited")
        invited = inviting.open_invitation(session, link, code, now, lock=True) if link else None
        if link and invited is None:
            return _framed(page(request, "survey.html", form=form, said=ANSWERED, done=True))
        phone = phone if _PHONE.fullmatch(phone) and invited is None else ""
        taken = asking.take(session, row, number, answers, phone, now, invited.id if invited else None)
    return _framed(page(request, "survey.html", form=form, said=THANKS if taken else ENOUGH, done=True))


def _published(code: str) -> Survey | None:
    with customer() as session:
        return asking.published(session, code[:40])


def _nothing() -> Form:
    return Form("none", "问卷", "", ())


def _form(
    request: Request,
    form: Form,
    said: str = "",
    status: int = 200,
    given: Mapping[str, str] | None = None,
    wrong: Sequence[str] = (),
    invited: str = "",
) -> HTMLResponse:
    sheet = _signer().dumps(f"a-{secrets.token_hex(8)}")
    values = {
        "said": said,
        "done": False,
        "sheet": sheet,
        "given": given or {},
        "wrong": wrong,
        "invited": invited,
    }
    return _framed(page(request, "survey.html", status, form=form, **values))


def _framed(response: HTMLResponse) -> HTMLResponse:
    """Let the page be shown inside the pages of others: it holds nothing of anybody and reads no cookie."""
    response.headers["content-security-policy"] = POLICY.replace(
        "frame-ancestors 'none'", "frame-ancestors https:"
    )
    response.headers["x-frame-options"] = "ALLOW"  # browsers go by the policy above; the guard would say DENY
    return response


def _one(given: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(given.get(name, ())), "").strip()


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(get_settings().tracking_key(), salt="survey")


def _sheet(token: str) -> str | None:
    """Return the number of the sheet: sent twice, it is one answer."""
    try:
        return str(_signer().loads(token, max_age=LASTS))
    except BadSignature:
        return None
