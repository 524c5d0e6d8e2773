"""Pages written beforehand that the portal hands out: reports and root-cause pages."""

from __future__ import annotations

from pathlib import Path

from settings import get_settings

# Such a page carries its own style and pictures, and may do nothing else.
READING = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox allow-popups"
)


def paper(wanted: str) -> Path | None:
    """Return a file below the home folder by its path; only what lies in the folder of reports is ever opened."""
    folder = (get_settings().home / "reports").resolve()
    path = (get_settings().home / wanted).resolve()
    return path if path.is_relative_to(folder) and path.is_file() else None


def cause_page(problem_id: int) -> Path | None:
    """Return the root-cause page of a problem, if one was written."""
    return paper(f"reports/problems/{problem_id}.html")
