"""Questionnaires: how they are written down, and what a filled-in one becomes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voc.errors import InputError, misspelt

KINDS = ("scale", "choice", "choices", "open")
USES = ("", "rating", "text")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


@dataclass(frozen=True)
class Question:
    """One question; `closed` says that its options are all there can be."""

    id: str
    kind: str
    stem: str
    use: str = ""
    options: tuple[str, ...] = ()
    low: int = 1
    high: int = 5
    ends: tuple[str, ...] = ()
    closed: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Survey:
    """A questionnaire with the text people agree to."""

    code: str
    title: str
    consent: str
    questions: tuple[Question, ...]


def parse_surveys(text: str) -> dict[str, Survey]:
    """Read questionnaires from TOML, by code."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"问卷不是正确的 TOML：{misspelt(error)}") from None
    return {code: survey_from(code, values) for code, values in tables.items()}


def survey_from(code: str, values: Any) -> Survey:
    """Read one questionnaire; what cannot be one is said in Chinese."""
    if not _NAME.fullmatch(code):
        raise InputError(f"问卷代号「{code}」只能用小写字母、数字和 _，并以字母开头。")
    if not isinstance(values, Mapping) or not isinstance(values.get("questions"), list):
        raise InputError(f"问卷「{code}」缺少 questions。")
    questions = tuple(_question(code, one) for one in values["questions"])
    ids = [question.id for question in questions]
    if len(set(ids)) < len(ids):
        raise InputError(f"问卷「{code}」有重复的题目 id。")
    if sum(question.use == "rating" for question in questions) > 1:
        raise InputError(f'问卷「{code}」只能有一道题作为评分（use = "rating"）。')
    return Survey(code, str(values.get("title") or code), str(values.get("consent") or ""), questions)


def _question(code: str, values: Any) -> Question:
    try:
        made = Question(
            **{
                **values,
                "options": tuple(map(str, values.get("options", ()))),
                "ends": tuple(map(str, values.get("ends", ()))),
            }
        )
    except (TypeError, AttributeError):
        raise InputError(f"问卷「{code}」有一道题写得不完整，需要 id、kind 和 stem。") from None
    whole = isinstance(made.low, int) and isinstance(made.high, int)
    if made.kind not in KINDS or made.use not in USES or not _NAME.fullmatch(str(made.id)) or not whole:
        raise InputError(f"问卷「{code}」的题目「{made.id}」的 kind、use、id 或刻度不正确。")
    return made


def as_dict(survey: Survey) -> dict[str, Any]:
    """Write a questionnaire as it is stored."""
    questions = [
        {name: list(value) if isinstance(value, tuple) else value for name, value in vars(question).items()}
        for question in survey.questions
    ]
    return {"title": survey.title, "consent": survey.consent, "questions": questions}


# --- what an answer becomes ----------------------------------------------------------------------------------------

TOLD = {"external_id": "答卷编号", "occurred_at": "时间", "phone": "手机号", "email": "邮箱"}
MUCH_OTHER = 0.15


def source_of(survey: Survey) -> dict[str, Any]:
    """Return the definition of the source the answers enter by, like the rows of any file."""
    rated = next((q for q in survey.questions if q.use == "rating"), None)
    texts = [q for q in survey.questions if q.use == "text" or q.kind == "open"]
    return {
        "name": f"survey-{survey.code.replace('_', '-')}",
        "title": f"问卷·{survey.title}",
        "kind": "form",
        "channel": "web",
        "touchpoint": f"问卷·{survey.title}",
        "map": {**TOLD, "text": "+".join(q.id for q in texts), **({"rating": rated.id} if rated else {})},
        **({"rating_scale": [rated.low, rated.high]} if rated else {}),
    }


def read_answers(survey: Survey, given: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], list[str]]:
    """Read a filled-in form: the answers by question, and the ids of questions that are missing or impossible."""
    answers: dict[str, str] = {}
    wrong: list[str] = []
    for question in survey.questions:
        values = [value.strip()[:2000] for value in given.get(question.id, ()) if value.strip()]
        if not _possible(question, values):
            wrong.append(question.id)
        answers[question.id] = "；".join(values)
    return answers, wrong


def _possible(question: Question, values: Sequence[str]) -> bool:
    if not values:
        return question.optional or question.kind == "open"
    match question.kind:
        case "scale":
            grades = {str(n) for n in range(question.low, question.high + 1)}
            return len(values) == 1 and values[0] in grades
        case "choice":
            return len(values) == 1 and values[0] in question.options
        case "choices":
            return set(values) <= set(question.options)
        case _:
            return len(values) == 1
