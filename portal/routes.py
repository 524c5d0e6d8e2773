"""Every page of the portal: which module serves it, and for whom; portal/menu.py is the menu."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from portal.pages import (
    account,
    actions,
    approvals,
    beside,
    cases,
    desk,
    enterprise,
    factor,
    home,
    knowledge,
    leading,
    login,
    operator,
    problems,
    procedures,
    reports,
    reviews,
    rootcauses,
    second,
    surveys,
    team,
    tracking,
)

# For people who are logged in. Every form carries a CSRF token, which is checked for all of them.
STAFF: Sequence[APIRouter] = (
    home.router,
    account.router,
    factor.router,
    desk.router,
    # These two before the pages whose addresses they share.
    beside.router,
    procedures.router,
    cases.router,
    actions.router,
    reviews.router,
    problems.router,
    rootcauses.router,
    approvals.router,
    knowledge.router,
    leading.router,
    reports.router,
    team.router,
    operator.router,
)
# For anybody; the same check of forms.
PUBLIC: Sequence[APIRouter] = (login.router, second.router, enterprise.router, tracking.router)
# For anybody, shown inside pages of others, where our cookies do not travel: no check of forms, so these
# routes may take in what strangers write and nothing else.
EMBEDDED: Sequence[APIRouter] = (surveys.router,)
