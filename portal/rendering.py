"""Pages: templates with everything escaped, times and numbers written as people read them."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from portal import naming, pictures
from portal.cookies import put, visitor_cookie
from portal.csrf import FIELD, token_of
from portal.menu import menu_for
from settings import get_settings
from voc.alarms.cause import usual
from voc.roles import ROLES, may_change
from voc.wording import size
from voc.zone import CHINA

# Who takes steps at a desk; leaders and auditors look.
WORKERS = frozenset({"admin", "voc", "agent", "handler", "head"})
TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
_STRONG = re.compile(r"\*\*(?=\S)([^*]+)(?<=\S)\*\*")


def moment(value: datetime | None) -> str:
    """Write an instant as people read it."""
    return f"{value.astimezone(CHINA):%Y-%m-%d %H:%M}" if value else "—"


def day(value: datetime | None) -> str:
    """Write the day of an instant."""
    return f"{value.astimezone(CHINA):%Y-%m-%d}" if value else "—"


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def monday(week: str) -> str:
    """Write a week of the calendar (2026-W47) by the day it begins on."""
    return date.fromisocalendar(int(week[:4]), int(week[6:]), 1).isoformat()


def paragraphs(body: str) -> Markup:
    """Write what is asked as paragraphs: bodies mark words with ** for the form in the Prefect UI."""
    parts = [
        _STRONG.sub(r"<strong>\1</strong>", str(escape(part))) for part in body.split("\n\n") if part.strip()
    ]
    return Markup("").join(Markup('<p class="pre">{}</p>').format(Markup(part)) for part in parts)  # noqa: S704  (escaped)


_environment.filters |= {
    "moment": moment,
    "day": day,
    "bytes": size,
    "paragraphs": paragraphs,
    "monday": monday,
}
_environment.filters |= {
    "named": naming.named,
    "state": naming.state,
    "step": naming.step,
    "actor": naming.actor,
}
_environment.globals |= {"columns_picture": pictures.columns, "effect_picture": pictures.effect}
_environment.globals |= {"ROLES": ROLES, "usual": usual}


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page; templates know `person` (or None), `menu`, `company`, `csrf()` and `path` besides `values`."""
    person = getattr(request.state, "person", None)
    shared = {
        "person": person,
        "menu": menu_for(person),
        "company": get_settings().company,
        "path": request.url.path,
        "works": bool(person and person.roles & WORKERS and may_change(person.roles)),
        "csrf": lambda: _hidden(request),
        "csrf_token": lambda: token_of(request),
    }
    response = HTMLResponse(_environment.get_template(template).render(shared | values), status)
    new = getattr(request.state, "new_visitor", None)
    if new:
        put(response, visitor_cookie(), new)
    return response


def _hidden(request: Request) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token_of(request))
