"""Assist: ask a language model elsewhere what the evidence of vague complaints shows, and check every answer."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx
from prefect import get_run_logger

from models.analysis.clarifying import Asked, note_tried, settle_by, still_vague
from models.engine import transaction
from settings import get_settings
from tasks.assets import model, taxonomy
from tasks.common import stage
from voc.evidence.assist import ABSTAINED, check_answer, check_readings, messages
from voc.evidence.concrete import Concrete
from voc.privacy.masking import mask

ATTEMPTS = 3
BREAKER = 3  # so many complaints without any answer, and the endpoint is left alone until the next run
LONGEST_WAIT = 30.0
ANSWER_TOKENS = 200


class NoAnswerError(Exception):
    """The endpoint gave no answer to one question."""


class RefusedError(Exception):
    """The endpoint does not answer questions put like this; asking on would be of no use."""


@dataclass(frozen=True)
class Endpoint:
    """Where to ask, whom, and how to wait."""

    client: httpx.Client
    model: str
    pause: Callable[[float], None] = time.sleep

    def ask(self, chat: Sequence[dict[str, str]]) -> str:
        """Return the words of the answer; waits and repeats where the endpoint asks for it or stumbles."""
        body = {"model": self.model, "messages": list(chat), "temperature": 0, "max_tokens": ANSWER_TOKENS}
        for attempt in range(ATTEMPTS):
            wait = 2.0**attempt
            try:
                reply = self.client.post("chat/completions", json=body)
            except httpx.HTTPError:
                reply = None
            if reply is not None and reply.status_code == httpx.codes.OK:
                return _words(reply)
            if reply is not None and not _passing(reply.status_code):
                raise RefusedError(str(reply.status_code))
            if attempt < ATTEMPTS - 1:
                self.pause(wait if reply is None else _asked_to_wait(reply, wait))
        raise NoAnswerError


def _passing(status: int) -> bool:
    return status in (408, 409, 425, 429) or status >= 500


def _asked_to_wait(reply: httpx.Response, otherwise: float) -> float:
    told = reply.headers.get("retry-after", "")
    return min(float(told), LONGEST_WAIT) if told.isdecimal() else otherwise


def _words(reply: httpx.Response) -> str:
    try:
        content = reply.json()["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError):
        return ""
    return content if isinstance(content, str) else ""


@stage("请助手判读")
def ask_assistant() -> dict[str, int]:
    """Ask about the vague complaints nobody could make concrete; without a configured endpoint do nothing."""
    settings = get_settings()
    if not settings.assist_url:
        return {}
    key = settings.assist_key
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    address = settings.assist_url.rstrip("/") + "/"
    with httpx.Client(base_url=address, headers=headers, timeout=settings.assist_timeout_seconds) as client:
        counts = assist(Endpoint(client, settings.assist_model), settings.assist_rows_per_run)
    get_run_logger().info("助手判读：%s", "，".join(f"{name} {number}" for name, number in counts.items()))
    return counts


def assist(endpoint: Endpoint, limit: int) -> dict[str, int]:
    """Ask about at most `limit` complaints and store what stood the check; return counts by outcome."""
    author = f"assistant:{endpoint.model}"
    with transaction() as session:
        waiting = still_vague(session, author, limit)
    # No transaction is open while somebody else thinks.
    found, tried, counts = _answers(endpoint, waiting)
    stands = check_readings([one for _, one in found], taxonomy(), model())
    kept = [pair for pair, good in zip(found, stands, strict=True) if good]
    counts["cited"], counts["contradicted"] = len(kept), len(found) - len(kept)
    with transaction() as session:
        settle_by(session, kept, author, {i.code: i.dimension for i in taxonomy().issues})
        note_tried(session, [asked.annotation for asked in tried], author)
    return {f"assist_{name.replace(' ', '_')}": number for name, number in sorted(counts.items())}


def _answers(
    endpoint: Endpoint, waiting: Sequence[Asked]
) -> tuple[list[tuple[Asked, Concrete]], list[Asked], Counter[str]]:
    found: list[tuple[Asked, Concrete]] = []
    tried: list[Asked] = []
    counts: Counter[str] = Counter()
    silent = 0
    for asked in waiting:
        try:
            checked = check_answer(_ask(endpoint, asked), asked.text, asked.evidence, taxonomy())
        except NoAnswerError:
            counts["no answer"] += 1
            silent += 1
            if silent >= BREAKER:
                counts["given up"] = 1
                break
            continue
        except RefusedError:
            counts["refused"] += 1
            break
        silent = 0
        tried.append(asked)
        if checked.concrete is not None:
            found.append((asked, checked.concrete))
        else:
            counts["abstained" if checked.reason == ABSTAINED else "rejected"] += 1
    return found, tried, counts


def _ask(endpoint: Endpoint, asked: Asked) -> str:
    # What is stored is masked already; what we would know for personal data today stays here all the same.
    text, evidence = mask([asked.text, asked.evidence or ""], model().names).texts
    return endpoint.ask(messages(text, evidence, taxonomy()))
