"""The labelled rows the tone of a text is learnt from, domain by domain."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from benchmarks import corpora
from benchmarks.corpora import Row
from voc.cleaning.duplicates import bare
from voc.text.uniform import normalise

_TITLE = re.compile("咨询|询问|请问|建议|希望|投诉|举报")
_REPLY = re.compile("咨询|询问|反映|建议|投诉|举报")
_CALLED = {
    "咨询": "enquiry", "询问": "enquiry", "请问": "enquiry", "建议": "suggestion", "希望": "suggestion",
    "投诉": "complaint", "举报": "complaint",
}  # fmt: skip
# Sentiment is refitted without one of these at a time to see how it does in a domain it does not know.
GROUPS = {
    "shopping/酒店": "hotel", "shopping/书籍": "books", "shopping/平板": "electronics", "shopping/手机": "electronics",
    "shopping/计算机": "electronics", "shopping/热水器": "aircon", "jd_aircon": "aircon", "shopping/水果": "fruit",
    "shopping/洗发水": "shampoo", "shopping/衣服": "clothes",
}  # fmt: skip


def group(domain: str) -> str:
    """The domain a corpus belongs to when a whole domain is left out."""
    return GROUPS.get(domain, domain.split("/")[0])


@cache
def eprstmt() -> tuple[Row, ...]:
    """FewCLUE's e-commerce sentences: for tests only."""
    found: list[Row] = []
    for name in ("train_few_all", "dev_few_all"):
        for row in corpora.rows(f"fewclue_eprstmt/{name}.csv"):
            found.append(Row(row["sentence"], "01"[row["label"] == "Positive"], "eprstmt"))
    return tuple(corpora._clean(found))


def restaurants() -> Iterator[Row]:
    """Restaurant reviews whose overall experience is clearly good or bad."""
    for row in corpora.rows("aic2018_finegrained_sample/" + corpora_name("aic2018_finegrained_sample")):
        verdict = {"1": "1", "-1": "0"}.get(row["others_overall_experience"])
        if verdict:
            yield Row(row["content"], verdict, "restaurant")


def corpora_name(folder: str) -> str:
    """The one table of a folder."""
    return next((corpora.DATA / folder).glob("*.csv")).name


@cache
def sentiment() -> tuple[Row, ...]:
    """Labelled 1 or 0, all domains; what FewCLUE tests on is left out."""
    tested = {bare(row.text) for row in eprstmt()}
    rows = [*corpora.sentiment_seen(), *corpora.sentiment_unseen(), *corpora._clean([*restaurants()])]
    return tuple(row for row in rows if bare(row.text) not in tested)


def _messages() -> Iterator[dict[str, str]]:
    for name in ("f2_labeled_495_dev", "f4_replies_2816_dev"):
        with (corpora.DATA / f"taidi2020c_gov_messages/{name}.csv").open(encoding="utf-8-sig") as file:
            yield from csv.DictReader(file)


@cache
def civic() -> tuple[Row, ...]:
    """Bodies of citizens' messages whose type stands in their own title (`domain` tells how it was read).

    civic: by the makers of the data; civic/title: by our own reading of the other titles; civic/reply: by
    the words of the official answer.
    """
    made = corpora.rows("taidi2020c_gov_messages/type_dev.csv")
    known = {row["留言编号"] for row in made}
    found = [Row(r["留言详情"], corpora._CIVIC[r["type_from_title"]], "civic") for r in made]
    for row in _messages():
        if row["留言编号"] not in known:
            found += _told(row)
    return tuple(corpora._clean(found))


def _told(row: dict[str, str]) -> Iterator[Row]:
    title, reply = _TITLE.search(row["留言主题"]), _REPLY.search(row.get("答复意见", "")[:200])
    if title:
        yield Row(row["留言详情"], _CALLED[title[0]], "civic/title")
    elif reply and reply[0] in _CALLED:
        yield Row(row["留言详情"], _CALLED[reply[0]], "civic/reply")


@cache
def civic_titled() -> dict[str, str]:
    """By the body's words, the same message with its title, the giveaway words cut from it."""
    rows = corpora.rows("taidi2020c_gov_messages/type_dev.csv")
    bodies = normalise([row["留言详情"] for row in rows])
    titles = normalise([row["title_without_cue"] for row in rows])
    return {bare(body): f"{title}\n{body}" for title, body in zip(titles, bodies, strict=True)}


@cache
def kinds() -> tuple[Row, ...]:
    """Opinion, suggestion or enquiry outside offices: praise and complaints are both opinions."""
    merged = {"praise": "opinion", "complaint": "opinion"}
    return tuple(replace(row, label=merged.get(row.label, row.label)) for row in corpora.types_weak())


def grievances() -> tuple[Row, ...]:
    """Complaints to offices, as texts of negative sentiment."""
    rows = [
        Row(r["留言详情"], "0", "civic")
        for r in _messages()
        if re.match("投诉|举报|反映|强烈|反对|质疑", r["留言主题"])
    ]
    return tuple(corpora._clean(rows))
