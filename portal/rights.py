"""Who is asking, and may they: dependencies of pages for people who are logged in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from models.people.rights import house
from models.people.sessions import Person, recognise
from portal.cookies import session_cookie

User = Person
SETTING_UP = "/account/factor"


class NotSignedIn(Exception):
    """A page for people who are logged in was asked for by somebody who is not."""


class FactorOwed(Exception):
    """The person has to set up a second factor before anything else."""


class NotAllowed(Exception):
    """The person is known, and this is not for their role."""


def who_asks(request: Request) -> Person | None:
    """Return who is logged in, or None; asked of the database once a request."""
    if not hasattr(request.state, "person"):
        token = request.cookies.get(session_cookie())
        request.state.person = _recognised(token) if token else None
    return request.state.person  # type: ignore[no-any-return]


def _recognised(token: str) -> Person | None:
    with house() as session:
        return recognise(session, token, datetime.now(UTC))


Asking = Annotated[Person | None, Depends(who_asks)]


def signed_in(request: Request, person: Asking) -> Person:
    """Give the person who is logged in; others are sent to the log-in page."""
    if person is None:
        raise NotSignedIn
    if person.owes_factor and request.url.path != SETTING_UP:
        raise FactorOwed
    return person


SignedIn = Annotated[Person, Depends(signed_in)]


def allow(*roles: str) -> Callable[[Person], Person]:
    """Make a dependency that gives the person, if one of their roles is named here."""

    def allowed(person: SignedIn) -> Person:
        if not person.roles & set(roles):
            raise NotAllowed
        return person

    return allowed
