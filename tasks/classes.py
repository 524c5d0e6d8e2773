"""New classes of the taxonomy: what people approved is written into the house's own copy, once."""

from __future__ import annotations

import os
import secrets

from models.engine import transaction
from models.measures import approving
from settings import asset_text, get_settings
from tasks.common import stage
from voc.reading.classes import with_issue
from voc.reading.taxonomy import parse_taxonomy

FILE = "taxonomy.toml"


@stage("启用新增分类")
def adopt_classes() -> int:
    """Write approved classes into config/taxonomy.toml; the nightly re-coding reads history by it. Return how many."""
    with transaction() as session:
        approved = [
            row["facts"]
            for row in approving.approvals(session, everything=True)
            if row["kind"] == "taxonomy_class" and row["state"] == "approved" and "code" in row["facts"]
        ]
    text = asset_text(FILE)
    known = {issue.code for issue in parse_taxonomy(text).issues}
    fresh = {facts["code"]: facts for facts in approved if facts["code"] not in known}
    for facts in fresh.values():
        text = with_issue(text, **facts)
    if fresh:
        _write(text)
    return len(fresh)


def _write(text: str) -> None:
    """Replace the file whole: whoever reads it meanwhile sees the old one or the new one."""
    path = get_settings().folder("config") / FILE
    draft = path.with_name(f"{FILE}.{secrets.token_hex(4)}")
    draft.write_text(text, "utf-8")
    os.replace(draft, path)
