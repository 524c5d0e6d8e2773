"""When something goes wrong: one calm Chinese page, never a stack."""

from __future__ import annotations

import logging
import secrets
import traceback
from datetime import UTC, datetime
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from models import trail
from models.people.rights import NotTheirs, Unseen, house
from portal.csrf import SAFE, Forged
from portal.enterprise import NotVouched
from portal.mistakes import told
from portal.rendering import page
from portal.rights import SETTING_UP, FactorOwed, NotAllowed, NotSignedIn
from voc.errors import VocError

SENTENCES = {
    403: "您没有权限查看或操作这一项。",
    404: "没有找到这个页面，可能已经移走，或者您没有权限查看。",
    405: "这个地址不支持这样的操作。",
    413: "内容太大。",
    429: "操作太频繁，请稍后再试。",
}
log = logging.getLogger("voc.portal")


def attach(app: FastAPI) -> None:
    """Say what each kind of fault answers."""
    app.exception_handler(NotSignedIn)(_to_login)
    app.exception_handler(FactorOwed)(lambda _, __: RedirectResponse(SETTING_UP, 303))
    app.exception_handler(NotAllowed)(_refused)
    app.exception_handler(Unseen)(lambda request, _: _fault(request, 404))
    app.exception_handler(NotTheirs)(_of_others)
    app.exception_handler(Forged)(_forged)
    app.exception_handler(NotVouched)(lambda request, error: _fault(request, 403, str(error)))
    app.exception_handler(VocError)(lambda request, error: _fault(request, 409, str(error)))
    app.exception_handler(RequestValidationError)(_unreadable)
    app.exception_handler(HTTPException)(lambda request, error: _fault(request, error.status_code))


def _fault(request: Request, status: int, sentence: str = "") -> Response:
    said = sentence or SENTENCES.get(status, "这个请求无法处理。")
    return page(request, "fault.html", status, sentence=said)


def _refused(request: Request, _: Exception) -> Response:
    _noted(request)
    return _fault(request, 403)


def _of_others(request: Request, _: Exception) -> Response:
    _noted(request)
    return _fault(request, 403, "这一项由其他部门办理，您可以查看，不能操作。")


def _noted(request: Request) -> None:
    """Leave a trace of somebody who tried what is not theirs; the path holds numbers and nothing else."""
    person = getattr(request.state, "person", None)
    if person:
        tried = f"{request.method} {request.url.path}"[:200]
        with house() as session:
            trail.note(session, datetime.now(UTC), person.who, "access.refused", tried)


def _to_login(request: Request, _: Exception) -> Response:
    # A form cannot be sent again after the log-in: people come back to the page they left.
    wanted = request.url.path if request.method in SAFE else "/"
    return RedirectResponse(f"/login?next={quote(wanted)}", 303)


def _forged(request: Request, _: Exception) -> Response:
    return _fault(request, 403, "页面已过期，或请求不是从本系统页面发出的。请返回上一页，刷新后重试。")


def _unreadable(request: Request, error: Exception) -> Response:
    return _fault(request, 400, told(error.errors() if isinstance(error, RequestValidationError) else []))


def too_large(request: Request) -> Response:
    """Answer a body that is larger than anything we take."""
    return _fault(request, 413)


def unexpected(request: Request, error: Exception) -> Response:
    """Answer what nobody foresaw; the log gets the way through the code and a number people can quote."""
    number = secrets.token_hex(4)
    # Not the words of the error: they may hold what somebody typed. Nor address and form, for the same reason.
    way = "".join(traceback.format_tb(error.__traceback__))
    log.error("fault %s: %s\n%s", number, type(error).__name__, way)
    return _fault(request, 500, f"系统出错了，我们已记录。请稍后再试；联系管理员时请提供编号 {number}。")
