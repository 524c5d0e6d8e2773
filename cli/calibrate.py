"""voc calibrate: what would our verdicts say of measures that do nothing?"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli.output import as_json, as_table, console, progress_console
from settings import get_settings
from voc.calibration.loops import Tally, Terms, play
from voc.calibration.summary import FACTORS, Row, plain, sentence
from voc.calibration.world import World, usual
from voc.errors import InputError

PART = 50  # loops that one process plays before it takes the next part
Job = tuple[int, World, Terms, int, int]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("calibrate")(calibrate)


def calibrate(
    loops: Annotated[int, typer.Option(min=100, max=100_000, help="每种情形演练多少次")] = 2000,
    volume: Annotated[
        str, typer.Option("--volume", help="每周投诉条数，如 10,30,100；留空则用您自己的数据")
    ] = "",
    dispersion: Annotated[float | None, typer.Option(min=1, help="周间波动是纯偶然的几倍")] = None,
    lag1: Annotated[float | None, typer.Option(min=0, max=0.9, help="相邻两周的相关")] = None,
    season: Annotated[float | None, typer.Option(min=0, max=1, help="季节起伏，0.15 为 ±15%")] = None,
    weeks: Annotated[int, typer.Option(min=12, max=520, help="预警前有多少周历史")] = 104,
    wait: Annotated[int, typer.Option(min=0, max=26, help="预警到上线隔几周")] = 4,
    followup: Annotated[int, typer.Option(min=2, max=52, help="观察期几周")] = 8,
    smallest: Annotated[float, typer.Option(min=0.01, max=0.9, help="最小有意义的降幅")] = 0.2,
    power: Annotated[int, typer.Option(min=0, max=100_000, help="每个真实降幅演练多少次；0 不演练")] = 200,
    seed: Annotated[int, typer.Option(help="随机种子")] = 1,
    page: Annotated[Path | None, typer.Option(help="网页写到哪里")] = None,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """Play loops in which nothing works, and say how often that would have been called effective."""
    swing = get_settings().verify_season_swing
    terms = Terms(weeks, wait, followup=followup, smallest=smallest, swing=swing)
    worlds = (
        [_asked(v, dispersion, lag1, season) for v in _volumes(volume)]
        if volume
        else _own(dispersion, lag1, season)
    )
    rows = rehearse(worlds, terms, loops, power, seed)
    if page:
        from notifications.calibration_page import render_calibration

        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(render_calibration(rows, terms, own=not volume), encoding="utf-8")
    if json:
        return as_json(plain(rows, terms))
    _say(rows)
    console.print(sentence(rows, terms))
    if page:
        console.print(f"网页：{page}", highlight=False)
    return None


def _volumes(listed: str) -> list[float]:
    parts = [part.strip() for part in listed.replace("，", ",").split(",") if part.strip()]
    wrong = [part for part in parts if not _is_volume(part)]
    if wrong or not parts:
        raise InputError(f"--volume 里的「{(wrong or [listed])[0]}」不是每周条数，请写成 10,30,100 的样子。")
    return [float(part) for part in parts]


def _is_volume(part: str) -> bool:
    try:
        return 1 <= float(part) <= 1_000_000
    except ValueError:
        return False


def _asked(weekly: float, dispersion: float | None, lag1: float | None, season: float | None) -> World:
    return _with_habits(usual(weekly), dispersion, lag1, season)


def _with_habits(world: World, dispersion: float | None, lag1: float | None, season: float | None) -> World:
    """The same world with those habits that were given."""
    return replace(
        world,
        dispersion=world.dispersion if dispersion is None else dispersion,
        lag1=world.lag1 if lag1 is None else lag1,
        season=world.season if season is None else season,
    )


def _own(dispersion: float | None, lag1: float | None, season: float | None) -> list[World]:
    # Only here is a database needed; with --volume the command runs anywhere.
    from models.engine import migrate, transaction
    from models.problems.habits import own_worlds

    migrate()
    with transaction() as session:
        found = own_worlds(session)
    if not found:
        raise InputError("数据库里还没有足够的投诉；请用 --volume 10,30,100 给出每周条数。")
    return [_with_habits(one, dispersion, lag1, season) for one in found]


def rehearse(worlds: Sequence[World], terms: Terms, loops: int, power: int, seed: int) -> list[Row]:
    """Play every world on all CPUs; the same seed gives the same rows however many there are."""
    jobs = list(_jobs(worlds, terms, loops, power, seed))
    tallies: dict[tuple[int, float], Tally] = {}
    with multiprocessing.get_context("spawn").Pool(min(os.cpu_count() or 1, 8, len(jobs))) as pool:
        for n, (place, factor, tally) in enumerate(pool.imap_unordered(_played, jobs), start=1):
            tallies[place, factor] = tallies.get((place, factor), Tally()) + tally
            if progress_console.is_terminal:
                progress_console.print(f"演练 {n}/{len(jobs)}", end="\r", highlight=False)
    return [
        Row(world, tallies[place, 1.0], {f: tallies[place, f] for f in FACTORS[1:] if (place, f) in tallies})
        for place, world in enumerate(worlds)
    ]


def _jobs(worlds: Sequence[World], terms: Terms, loops: int, power: int, seed: int) -> Iterator[Job]:
    for place, world in enumerate(worlds):
        for rank, factor in enumerate(FACTORS):
            wanted = loops if factor == 1 else power
            for part, first in enumerate(range(0, wanted, PART)):
                own = ((seed * 1009 + place) * 101 + rank) * 100_003 + part
                yield place, world, replace(terms, factor=factor), min(PART, wanted - first), own


def _played(job: Job) -> tuple[int, float, Tally]:
    place, world, terms, loops, seed = job
    return place, terms.factor, play(world, terms, loops, seed)


def _say(rows: Sequence[Row]) -> None:
    worlds = [
        {"name": row.world.name, "weekly": f"{row.world.weekly:g}", "dispersion": f"{row.world.dispersion:.1f} 倍",
         "lag1": f"{row.world.lag1:.2f}", "season": f"±{row.world.season:.0%}",
         **{name: f"{row.rate(name)[0]:.1%}" for name in ("credited", "drop", "poisson", "covered")}}
        for row in rows
    ]  # fmt: skip
    columns = {"name": "情形", "weekly": "每周条数", "dispersion": "波动", "lag1": "自相关", "season": "季节",
               "credited": "我们", "poisson": "普通检验", "drop": "下降 20% 即有效",
               "covered": "95% 区间盖住真值"}  # fmt: skip
    as_table("什么都没改，却被判有效的比例", worlds, columns)
    if not any(row.power for row in rows):
        return
    powers = [
        {"name": row.world.name, **{f"{-c:.0%}": f"{found:.0%}" for c, _, found in row.curve()[1:]}}
        for row in rows
    ]
    as_table(
        "真实降幅被看出来的比例",
        powers,
        {"name": "情形", **{name: f"降 {name}" for name in list(powers[0])[1:]}},
    )
