"""The shipped models of areas and issues, read from one file."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.kernels.hashing import Floats
from voc.kernels.weights import Table, pack, unpack


@dataclass(frozen=True)
class AreaModel:
    """Outputs of `clause`: areas, areas of the clause after it, sentiment; of `text`: areas.

    odds (2, areas) calibrates: slope and offset; thresholds are the calibrated shares from which on an
    area is named; mix weighs what `voc.reading.areas.signs_of` tells the sentiment by.
    """

    areas: tuple[str, ...]
    clause: Table
    text: Table
    odds: Floats
    thresholds: Floats
    mix: Floats


@dataclass(frozen=True)
class IssueModel:
    """One output per issue and one for none; thresholds (issues,) are the calibrated shares from which on to speak.

    odds calibrates the log odds of an issue: slope and offset.
    """

    codes: tuple[str, ...]
    table: Table
    odds: Floats
    thresholds: Floats


@dataclass(frozen=True)
class Topics:
    """What reads areas and issues out of a text; areas are None in a file that was made before there were any."""

    areas: AreaModel | None
    issues: IssueModel | None


def load_topics(data: bytes) -> Topics:
    """Read what `benchmarks/train_issues.py` wrote; KeyError or ValueError when it is something else."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        card = json.loads(bytes(file["card"]).decode())
        areas = load_areas(card["areas"], file) if "areas" in card else None
        return Topics(areas, load_issues(card, file))


def load_areas(areas: list[str], file: Mapping[str, NDArray[np.generic]]) -> AreaModel:
    """Read the arrays `pack_areas` made."""
    clause, text = unpack("area_clause", file), unpack("area_text", file)
    odds, thresholds, mix = (
        file[f"area_{name}"].astype(np.float64) for name in ("odds", "thresholds", "mix")
    )
    if not clause.bias.size == 2 * len(areas) + 1 == 2 * text.bias.size + 1:
        raise ValueError("area_clause")
    return AreaModel(tuple(areas), clause, text, odds, thresholds, mix)


def load_issues(card: Mapping[str, Any], file: Mapping[str, NDArray[np.generic]]) -> IssueModel | None:
    """Read the arrays `pack_issues` made; None in a file without them."""
    if "issue_weights" not in file:
        return None
    codes, table = tuple(card["issues"]), unpack("issue", file)
    odds, thresholds = (file[f"issue_{name}"].astype(np.float64) for name in ("odds", "thresholds"))
    if not table.bias.size - 1 == len(codes) == thresholds.size:
        raise ValueError("issue_weights")
    return IssueModel(codes, table, odds, thresholds)


def pack_issues(model: IssueModel) -> dict[str, NDArray[np.generic]]:
    """Arrays to store; the codes themselves stand in the card."""
    return pack("issue", model.table) | {"issue_odds": model.odds, "issue_thresholds": model.thresholds}


def pack_areas(model: AreaModel) -> dict[str, NDArray[np.generic]]:
    """Arrays to store; the areas themselves stand in the card."""
    return pack("area_clause", model.clause) | pack("area_text", model.text) | {
        "area_odds": model.odds, "area_thresholds": model.thresholds, "area_mix": model.mix,
    }  # fmt: skip
