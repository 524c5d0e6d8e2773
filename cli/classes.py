"""voc class propose: a new class of the taxonomy, put before a person."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.asking import Who, by_person
from cli.output import console
from models.engine import migrate, transaction
from models.measures import approving
from settings import asset_text
from voc.deadlines import working_days_due
from voc.reading.classes import with_issue
from voc.routing import parse_organisation

classes = typer.Typer(no_args_is_help=True)
DECIDE_DAYS = 3


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(classes, name="class")
    # A group with one command would swallow its name.
    classes.callback()(_together)
    classes.command("propose", help="提议新增一个具体问题点")(propose)


def _together() -> None:
    """分类体系：提议新增具体问题点，批准后自动启用。"""


def propose(
    code: Annotated[str, typer.Argument(metavar="代码", help="领域.名称，如 logistics.cold_chain")],
    name: Annotated[str, typer.Option("--name", help="名称，如 冷链断链")],
    problem: Annotated[str, typer.Option("--problem", help="问题的一句话说法")],
    dimension: Annotated[
        str, typer.Option("--dimension", help="process、people、technology、product 或 environment")
    ],
    cue: Annotated[list[str], typer.Option("--cue", help="线索：客户会怎么说，正则表达式，可多次")],
    reason: Annotated[str, typer.Option("--reason", help="为什么要新增")] = "",
    by: Who = "",
) -> None:
    """Ask for a new class; what is wrong with it is said now, not after the approval."""
    with_issue(asset_text("taxonomy.toml"), code, name, problem, dimension, cue)
    migrate()
    who = by_person(by)
    facts = {"code": code, "name": name, "problem": problem, "dimension": dimension, "cues": list(cue)}
    body = (
        f"**代码**：{code}\n\n**说法**：{problem}\n\n**线索**：{'、'.join(cue)}\n\n**理由**：{reason or '—'}"
    )
    asked_of = parse_organisation(asset_text("organisation.toml")).fallback
    with transaction() as session:
        number = approving.request(
            session, "taxonomy_class", f"class:{code}", f"是否新增分类“{name}”", body, None, asked_of,
            working_days_due(who.at, DECIDE_DAYS), who, facts,
        )  # fmt: skip
    console.print(f"已提请审批，编号 {number}；批准后自动启用，历史反馈在夜间按新分类重读。")
