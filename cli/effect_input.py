"""Tables in for `voc effect`: which column is what, times in any spelling, units, and who was treated when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cli.effect_cells import amount, is_never, switch
from cli.effect_times import Grid, grid_of, season_of
from cli.table import columns_of, find_column, open_table, rows_of
from voc.amounts import TOTALS
from voc.effect.cohort import NEVER
from voc.effect.panel import Panel
from voc.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHUNK = 10_000
ROW = "row"  # among the columns: the numbers of the rows, as an editor or Excel shows them
_LOGGED = re.compile(r"(?:log|ln|l_)(?=[a-z_\W])", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """The columns and marks that a person named, and how the file is read."""

    time: str
    value: str
    exposure: str = ""
    unit: str = ""
    treated: str = ""
    group: str = ""
    intervention: str = ""
    control: tuple[str, ...] = ()
    covariate: tuple[str, ...] = ()
    exclude: str = ""
    season: str = "auto"
    family: str = "auto"
    sheet: str = ""
    encoding: str = ""


@dataclass(frozen=True)
class Table:
    """A panel, the labels of its places, its real times (None: plain numbers), and what was left out."""

    panel: Panel
    labels: list[str]
    times: list[datetime] | None
    rhythm: str
    notes: list[str]
    logged: bool


def read(file: Path, asked: Asked) -> Table:
    """Read a file into a panel; InputError says in Chinese what is wrong with it."""
    cells = _without(_columns(file, asked), asked)
    names = asked.time.split("+")
    clock = [
        "-".join(parts) for parts in zip(*(cells[f"--time {n}"] for n in range(len(names))), strict=True)
    ]
    _no_totals(clock, cells[ROW])
    marks = sorted({mark for mark in cells.get("--group", []) if not is_never(mark)})
    extra = [asked.intervention] if asked.intervention else []
    places = (
        [f"第 {row} 行" for row in cells[ROW]] + ["--intervention "] * len(extra) + ["--group "] * len(marks)
    )
    grid = grid_of(clock, [*extra, *marks], places)
    units = cells.get("--unit", [""] * len(clock))
    order = list(dict.fromkeys(units))
    place = np.array([grid.places[n] for n in range(len(clock))])
    row = np.array([order.index(u) for u in units]) if len(order) < 50 else _codes(units, order)
    _once(row, place, order, clock, bool(asked.unit))
    shape = (len(order), len(grid.labels))
    values = _spread(cells, "--value", row, place, shape)
    exposure = _spread(cells, "--exposure", row, place, shape) if asked.exposure else None
    began = _began(cells, asked, grid, order, row, place)
    counts = _is_count(values, asked.family)
    panel = Panel(
        values, began, exposure, _wide(cells, asked, row, place, shape), _covariates(cells, asked, row, len(order)),
        season_of(asked.season, grid), counts, 7 if grid.rhythm == "day" else 1, tuple(order),
    )  # fmt: skip
    return Table(panel, grid.labels, grid.times, grid.rhythm, grid.notes, bool(_LOGGED.match(asked.value)))


def _columns(file: Path, asked: Asked) -> dict[str, list[str]]:
    if not file.is_file():
        raise InputError(f"没有文件「{file}」。")
    source = open_table(file, asked.encoding, asked.sheet)
    columns, _ = columns_of(source)
    wanted = {f"--time {n}": name for n, name in enumerate(asked.time.split("+"))}
    wanted |= {
        f"--{one}": getattr(asked, one)
        for one in ("value", "exposure", "unit", "group")
        if getattr(asked, one)
    }
    wanted |= {f"--control {n}": name for n, name in enumerate(asked.control)}
    wanted |= {f"--covariate {n}": name for n, name in enumerate(asked.covariate)}
    if asked.treated in columns:
        wanted["--treated"] = asked.treated
    found = {option: find_column(name, columns, option.split(" ")[0]) for option, name in wanted.items()}
    rows = [
        r
        for chunk in source.chunks(CHUNK)
        for r in rows_of(chunk, columns, found["--time 0"])
        if any(r.cells)
    ]
    if not rows:
        raise InputError(f"「{file.name}」里没有数据行。")
    where = {option: columns.index(name) for option, name in found.items()}
    read = {option: [row.cells[n].strip() for row in rows] for option, n in where.items()}
    return {ROW: [str(row.number) for row in rows], **read}


def _without(cells: dict[str, list[str]], asked: Asked) -> dict[str, list[str]]:
    """Leave out the units that a person excluded."""
    if not asked.exclude:
        return cells
    units = cells.get("--unit", [])
    out = _names(asked.exclude, units)
    unknown = [name for name in out if name not in units]
    if unknown:
        raise InputError(f"没有单位「{unknown[0]}」（--exclude）；单位列用 --unit 指明。")
    kept = [n for n, unit in enumerate(units) if unit not in out]
    if not kept:
        raise InputError("--exclude 去掉了所有单位。")
    return {option: [column[n] for n in kept] for option, column in cells.items()}


def _no_totals(clock: Sequence[str], rows: Sequence[str]) -> None:
    for row, cell in zip(rows, clock, strict=True):
        if cell.casefold() in TOTALS:
            raise InputError(f"第 {row} 行的时间是「{cell}」；汇总行不是时点，请先从表里删去。")


def _codes(units: Sequence[str], order: Sequence[str]) -> Ints:
    known = {name: n for n, name in enumerate(order)}
    return np.array([known[u] for u in units])


def _once(row: Ints, place: Ints, order: Sequence[str], clock: Sequence[str], named: bool) -> None:
    keys, counts = np.unique(row * (int(place.max()) + 1) + place, return_counts=True)
    if (counts > 1).any():
        key = int(keys[counts > 1][0])
        n = int(np.flatnonzero(row * (int(place.max()) + 1) + place == key)[0])
        who = f"单位「{order[row[n]]}」在" if named else ""
        how = "请检查 --unit 和 --time" if named else "文件里有多个单位时请用 --unit 指明区分它们的列"
        raise InputError(f"{who}时间「{clock[n]}」有多行；{how}。")


def _spread(
    cells: dict[str, list[str]], column: str, row: Ints, place: Ints, shape: tuple[int, int]
) -> Floats:
    made = np.full(shape, np.nan)
    option = column.split(" ")[0]
    made[row, place] = [amount(cell, option, at) for at, cell in zip(cells[ROW], cells[column], strict=True)]
    if not np.isfinite(made).any():
        raise InputError(f"{option} 的列里没有一个数。")
    return made


def _wide(
    cells: dict[str, list[str]], asked: Asked, row: Ints, place: Ints, shape: tuple[int, int]
) -> Floats | None:
    if not asked.control:
        return None
    if asked.unit:
        raise InputError(
            "--control（对照列）只用于没有 --unit 的文件；有单位时用 --treated 指明实施单位，其余即为对照。"
        )
    return np.column_stack(
        [_spread(cells, f"--control {n}", row, place, shape)[0] for n in range(len(asked.control))]
    )


def _covariates(cells: dict[str, list[str]], asked: Asked, row: Ints, units: int) -> Floats | None:
    if not asked.covariate:
        return None
    made = np.zeros((units, len(asked.covariate)))
    for c in range(len(asked.covariate)):
        for n, cell in reversed(list(enumerate(cells[f"--covariate {c}"]))):
            made[row[n], c] = amount(cell, "--covariate", cells[ROW][n])
    if not np.isfinite(made).all():
        raise InputError("--covariate 的列有缺失；每个单位在最早一期要有数值。")
    return made


def _began(
    cells: dict[str, list[str]], asked: Asked, grid: Grid, order: Sequence[str], row: Ints, place: Ints
) -> Ints:
    began = np.full(len(order), NEVER)
    if asked.group:
        for n, mark in enumerate(cells["--group"]):
            began[row[n]] = NEVER if is_never(mark) else grid.marks[mark]
        began[(began != NEVER) & (began >= len(grid.labels))] = NEVER  # treated after the data end
        return _some(np.where(began < 0, 0, began), "--group 的列里没有一个单位在数据的时间范围内上线。")
    live = _live(asked.intervention, grid) if asked.intervention else None
    if "--treated" in cells:
        return _switched(cells, live, began, row, place)
    if live is None:
        raise InputError("请用 --intervention 指明上线时间（或用 --group 指明各单位上线时间的列）。")
    names = _names(asked.treated, order)
    if not names and len(order) > 1:
        raise InputError(
            f"文件里有 {len(order)} 个单位，请用 --treated 指明哪些是实施单位（名称，或一个 0/1 列）。"
        )
    unknown = [name for name in names if name not in order]
    if unknown:
        raise InputError(f"没有单位或列「{unknown[0]}」（--treated）。单位有：{_some_of(order)}。")
    if names and not asked.unit:
        raise InputError("--treated 写单位名称时，请用 --unit 指明单位所在的列。")
    began[[order.index(name) for name in names] if names else [0]] = live
    return began


def _live(intervention: str, grid: Grid) -> int:
    place = grid.marks[intervention]
    if not 0 < place < len(grid.labels):
        raise InputError(
            f"上线时间「{intervention}」不在数据的时间范围之内：数据从「{grid.labels[0]}」到「{grid.labels[-1]}」，"
            "上线前后都要有。"
        )
    return place


def _names(text: str, order: Sequence[str]) -> list[str]:
    """Units named with commas between them; a unit whose own name has a comma may stand alone."""
    if text.strip() and text.strip() in order:
        return [text.strip()]
    return [name.strip() for name in re.split("[,，、]", text) if name.strip()]


def _some_of(names: Sequence[str]) -> str:
    return "、".join(names[:8]) + ("……" if len(names) > 8 else "")


def _switched(cells: dict[str, list[str]], live: int | None, began: Ints, row: Ints, place: Ints) -> Ints:
    on = np.array([switch(cell, at) for at, cell in zip(cells[ROW], cells["--treated"], strict=True)])
    if not np.isin(on[np.isfinite(on)], (0, 1)).all() and (on < 0).any():
        raise InputError("--treated 的列须是 0 和 1。")
    for unit in np.unique(row[on > 0]):
        began[unit] = place[(row == unit) & (on > 0)].min() if live is None else live
    if live is None and (began[began != NEVER] == 0).all():
        raise InputError("--treated 的列从第一期起就是 1，看不出何时上线；请用 --intervention 指明。")
    return _some(began, "--treated 的列里没有一个单位是 1。")


def _some(began: Ints, sentence: str) -> Ints:
    if not (began != NEVER).any():
        raise InputError(sentence)
    return began


def _is_count(values: Floats, family: str) -> bool:
    known = values[np.isfinite(values)]
    whole = bool((known >= 0).all() and (known == np.round(known)).all() and known.max() > 1)
    if family == "counts" and (known < 0).any():
        raise InputError("有负数，不能当作计数；请用 --family numbers。")
    return whole if family == "auto" else family == "counts"
