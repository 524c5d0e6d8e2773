"""voc similar: do two sentences of a row mean the same?"""

from __future__ import annotations

import typer


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
