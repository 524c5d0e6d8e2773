"""Pages: templates with everything escaped, times and numbers written as people read them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

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
_environment.filters |= {"moment": moment, "day": day, "bytes": size}
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
