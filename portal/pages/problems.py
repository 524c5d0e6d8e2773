"""Problems: how large, since when, why, what is done about them, and every sentence behind them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from models.cases import desk
from models.cases.desk_work import masked
from models.measures import deciding, explaining
from models.people.rights import Unseen, acting, session_for
from models.problems import regrouping
from models.views import problem_list, reshaping, showing
from models.views import sentences as behind
from portal.forms import back, by, said
from portal.pages.cases import beside
from portal.pages.desk import Desk
from portal.pages.reports import READERS, Reader
from portal.papers import READING, cause_page
from portal.rendering import page
from portal.rights import User, allow
from portal.texts import marked
from voc.errors import InputError
from voc.lifecycle import PROBLEM

router = APIRouter()
DECIDE = frozenset({"admin", "voc"})
Decider = Annotated[User, Depends(allow(*sorted(DECIDE)))]


@router.get("/problems")
def listed(request: Request, person: Desk, state: Annotated[str, Query(max_length=20)] = "") -> HTMLResponse:
    """List the problems one may see, largest first."""
    with session_for(person) as session:
        rows = [row for row in problem_list.problems(session) if not state or row["state"] == state]
        weekly = showing.weekly(session, [row["id"] for row in rows])
    states = PROBLEM.states
    return page(
        request,
        "problems.html",
        rows=rows,
        weekly=weekly,
        states=states,
        state=state if state in states else "",
    )


@router.get("/problems/{problem_id}")
def show(request: Request, person: Desk, problem_id: int) -> HTMLResponse:
    """Show a problem."""
    with session_for(person) as session:
        found = desk.problem(session, problem_id)
        if found is None:
            raise Unseen("problem", problem_id)
        values = {
            "problem": found,
            "weekly": showing.weekly(session, [problem_id]).get(problem_id, {}),
            "quotations": problem_list.quotations(session, [problem_id], 5).get(problem_id, []),
            "actions": desk.actions_of(session, problem_id),
            "verifications": desk.verifications_of(session, problem_id),
            "reports": explaining.reports(session, problem=problem_id, everything=True),
            "log": [_told(row) for row in problem_list.history(session, problem_id)],
            **beside(session, "problem", problem_id, None),
            "causes": bool(person.roles & READERS) and cause_page(problem_id) is not None,
            "decides": bool(person.roles & DECIDE),
            "neighbours": [],
            "slices": [],
        }
        if values["decides"] and found["state"] != "dismissed":
            values |= {
                "neighbours": reshaping.neighbours(session, problem_id),
                "slices": reshaping.slices(session, problem_id),
            }
    return page(request, "problem.html", **values, said=said(request))


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "step": row["what"], "facts": {"reason": row["reason"], "other": row["other"]}}


@router.post("/problems/{problem_id}/decide")
def decide(
    person: Decider,
    problem_id: int,
    step: Annotated[Literal["confirm", "dismiss"], Form()],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> RedirectResponse:
    """Confirm a problem of which too few speak for the rule, or say why nothing is done about it."""
    with acting(person, "problem", problem_id) as session:
        if step == "confirm":
            deciding.confirm(session, problem_id, by(person))
        else:
            deciding.dismiss(session, problem_id, _reason(reason, "不处理"), by(person))
    return back(f"/problems/{problem_id}", f"problem-{step}")


@router.post("/problems/{problem_id}/merge")
def merge(
    person: Decider,
    problem_id: int,
    into: Annotated[int, Form()],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> RedirectResponse:
    """Merge a problem into another that has the same cause; one lands where its feedback is now."""
    with acting(person, "problem", problem_id) as session:
        regrouping.merge(session, into, problem_id, by(person), _reason(reason, "合并"))
    return back(f"/problems/{into}", "problem-merge")


@router.post("/problems/{problem_id}/split")
def split(
    person: Decider,
    problem_id: int,
    part: Annotated[str, Form(max_length=200)],
    name: Annotated[str, Form(max_length=80)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> RedirectResponse:
    """Split the feedback on one product, region or channel off, now and later; one lands at the new problem."""
    if "=" not in part:
        raise InputError("请选择要拆出的部分。")
    narrowed = dict([part.partition("=")[::2]])
    with acting(person, "problem", problem_id) as session:
        why = _reason(reason, "拆分")
        new = regrouping.split(session, problem_id, [], narrowed, masked(name), by(person), why)
    return back(f"/problems/{new}", "problem-split")


def _reason(said: str, what: str) -> str:
    if not said.strip():
        raise InputError(f"请写明{what}的理由，它会留在经过里。")
    return masked(said)


@router.get("/problems/{problem_id}/causes")
def causes(person: Reader, problem_id: int) -> Response:
    """Hand out the root-cause page as the last report wrote it: where, since when, what changed, the fishbone."""
    with session_for(person) as session:
        seen = desk.problem(session, problem_id)
    path = cause_page(problem_id) if seen else None
    if path is None:
        raise Unseen("problem", problem_id)
    return HTMLResponse(path.read_bytes(), headers={"content-security-policy": READING})


@router.get("/problems/{problem_id}/sentences")
def sentences(
    request: Request,
    person: Desk,
    problem_id: int,
    sheet: Annotated[int, Query(ge=1, le=500, alias="page")] = 1,
) -> HTMLResponse:
    """Drill down to the sentences: masked words, with the place that shows the problem marked."""
    with session_for(person) as session:
        found = desk.problem(session, problem_id)
        if found is None:
            raise Unseen("problem", problem_id)
        rows = behind.of_problem(session, problem_id, (sheet - 1) * desk.PAGE, desk.PAGE + 1)
    above = [("/problems", "问题"), (f"/problems/{problem_id}", found["name"])]
    return page(request, "sentences.html", **told(rows, sheet), above=above, count=found["count"])


def told(rows: list[dict[str, Any]], sheet: int) -> dict[str, Any]:
    """Give the template a page of sentences; there is one row more than it shows if others follow."""
    shown = [
        {**row, "words": marked(row["text"], _place(row["span_start"], row["span_end"]))}
        for row in rows[: desk.PAGE]
    ]
    return {"rows": shown, "sheet": sheet, "more": len(rows) > desk.PAGE}


def _place(start: int | None, end: int | None) -> list[tuple[int, int, int]]:
    return [] if start is None or end is None else [(start, end, -1)]
