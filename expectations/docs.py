"""Data Docs that open without a network: our own pages from Great Expectations' JSON results."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

_ZONE = ZoneInfo("Asia/Shanghai")
INDEX = "index.html"


def render_docs(
    validation_results: Sequence[Mapping[str, Any]], *, title: str = "数据质量"
) -> dict[str, str]:
    """File name → self-contained HTML: an index of the runs, newest first, and one page per run."""
    runs = sorted((_run(result) for result in validation_results), key=lambda run: run["at"], reverse=True)
    pages = {run["page"]: _page("run.html", title=title, run=run) for run in runs}
    return {INDEX: _page("index.html", title=title, runs=runs)} | pages


def write_docs(
    folder: Path, validation_results: Sequence[Mapping[str, Any]], *, title: str = "数据质量"
) -> Path:
    """Write the pages into `folder`, each replaced in one step, and return the index page."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, html in render_docs(validation_results, title=title).items():
        fresh = folder / f"{name}.new"
        fresh.write_text(html, encoding="utf-8")
        fresh.replace(folder / name)
    return folder / INDEX


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("expectations", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _page(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(**values)


def _run(result: Mapping[str, Any]) -> dict[str, Any]:
    meta = result["meta"]
    checks = [_check(each) for each in result["results"]]
    return {
        "name": meta["run"],
        "suite": meta["suite"],
        "page": _file_name(meta),
        "at": meta["validated_at"],
        "time": datetime.fromisoformat(meta["validated_at"]).astimezone(_ZONE).strftime("%Y-%m-%d %H:%M"),
        "rows": meta["rows"],
        "bad_rows": meta["bad_rows"],
        "score": meta["score"],
        "taken": result["success"],
        "checks": checks,
        "passed": sum(not check["unexpected"] for check in checks),
    }


def _check(result: Mapping[str, Any]) -> dict[str, Any]:
    config, counts = result["expectation_config"], result["result"]
    unexpected = counts.get("unexpected_count", 0)
    failed = "提醒" if config["severity"] == "warning" else "有不合格行"
    return {
        "title": config["meta"].get("title") or config["type"],
        "type": config["type"],
        "column": config["meta"].get("field") or config["kwargs"].get("column", ""),
        "limits": _limits(config["kwargs"]),
        "state": failed if unexpected else "通过",
        "unexpected": unexpected,
        "percent": counts.get("unexpected_percent") or 0.0,
        "missing": counts.get("missing_count", 0),
        "rows": counts.get("element_count", 0),
    }


def _limits(kwargs: Mapping[str, Any]) -> str:
    parts = []
    for key, word in (("min_value", "不小于"), ("max_value", "不大于"), ("value_set", "属于")):
        if (value := kwargs.get(key)) is not None:
            parts.append(f"{word} {'、'.join(map(str, value)) if isinstance(value, list) else value}")
    return "，".join(parts) or "—"


def _file_name(meta: Mapping[str, Any]) -> str:
    # Run names may be Chinese or hold slashes; the hash keeps two runs apart that look alike when cleaned.
    plain = re.sub(r"[^A-Za-z0-9]+", "-", str(meta["run"])).strip("-")[:40].lower()
    mark = blake2b(f"{meta['run']}\n{meta['validated_at']}".encode(), digest_size=5).hexdigest()
    return f"run-{plain}-{mark}.html" if plain else f"run-{mark}.html"
