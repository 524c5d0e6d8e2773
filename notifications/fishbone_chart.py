"""The cause-and-effect diagram (fishbone) of a problem as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence

from notifications.cause_charts import fitted, line, picture, width_of, words_at
from notifications.charts import ACCENT, INK, LINE, MUTED
from voc.causes.fishbone import Bone, Evidence

WIDTH, HALF, HEAD = 1120, 262, 170
SPINE = HALF + 8
RISE, TWIG, LEAN = 52, 262, 92
# Where the bones meet the spine: three above, two below, in the order of the dimensions.
UPPER, LOWER = (340, 640, 930), (490, 790)


def fishbone_picture(bones: Sequence[Bone], effect: str) -> str:
    """Draw the spine, the problem at its head, and a bone with its twigs for each dimension."""
    height = 2 * SPINE
    parts = [line(24, SPINE, WIDTH - HEAD, SPINE, INK, 3), *_tail(), *_head(effect)]
    for bone, x in zip(bones[:3], UPPER, strict=False):
        parts += _bone(bone, x, -1)
    for bone, x in zip(bones[3:], LOWER, strict=False):
        parts += _bone(bone, x, 1)
    return picture(WIDTH, height, f"{effect}的鱼骨图", parts)


def _tail() -> list[str]:
    return [line(24, SPINE, 6, SPINE - 20, INK, 3), line(24, SPINE, 6, SPINE + 20, INK, 3)]


def _head(effect: str) -> list[str]:
    left = WIDTH - HEAD
    corners = ((left, -62), (WIDTH - 34, -62), (WIDTH - 2, 0), (WIDTH - 34, 62), (left, 62))
    shape = " ".join(f"{x},{SPINE + y}" for x, y in corners)
    lines = [effect[i : i + 9] for i in range(0, min(len(effect), 36), 9)]
    if len(effect) > 36:
        lines[-1] = lines[-1][:-1] + "…"
    first = SPINE + 5 - (len(lines) - 1) * 10
    words = [
        words_at(left + 74, first + 20 * i, part, 14, "#fff", "middle", 'font-weight="600"')
        for i, part in enumerate(lines)
    ]
    return [f'<polygon points="{shape}" fill="{LINE}"/>', *words]


def _bone(bone: Bone, foot: float, side: int) -> list[str]:
    far = SPINE + side * (HALF - 34)
    top = foot - LEAN
    colour = LINE if bone.evidence else MUTED
    box_y = far - 14 if side < 0 else far - 12
    parts = [
        line(top, far, foot, SPINE, colour, 2.5),
        f'<rect x="{top - 34}" y="{box_y}" width="68" height="26" rx="3" fill="{colour}"/>',
        words_at(top, box_y + 18, bone.name, 14, "#fff", "middle", 'font-weight="600"'),
    ]
    if not bone.evidence:
        return [
            *parts,
            words_at(_at(foot, side, RISE) - 10, SPINE + side * RISE, "暂无证据", 12.5, MUTED, "end"),
        ]
    for place, evidence in enumerate(bone.evidence):
        parts += _twig(evidence, foot, side, 34 + place * 46)
    return parts


def _at(foot: float, side: int, rise: float) -> float:
    """Where the bone is at a height over (or under) the spine."""
    return foot - LEAN * rise / (HALF - 34)


def _twig(evidence: Evidence, foot: float, side: int, rise: float) -> list[str]:
    y = SPINE + side * rise
    end = _at(foot, side, rise)
    colour = ACCENT if evidence.tentative else INK
    counted = f" · {evidence.count:,} 条" if evidence.count is not None else " · 可能相关"
    label = fitted(evidence.label, TWIG / 12.5 - 1 - width_of(counted)) + counted
    parts = [line(end - TWIG, y, end, y, colour, 1.2), words_at(end - TWIG + 2, y - 5, label, 12.5, colour)]
    if evidence.quotation:
        parts.append(words_at(end - TWIG + 2, y + 14, f"“{fitted(evidence.quotation, 20)}”", 11.5, MUTED))
    return parts
