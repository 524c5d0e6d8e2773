"""What the chart library draws, made fit for a page: without what nobody sees, and with names of its own.

A picture comes with groups that hold nothing, marks without colour, English labels on every point and fifteen
digits of each place. Left out, a report is a third smaller and its paper is set sooner (`benchmarks.paper`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from html import escape
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

# Only the picture as a whole speaks: it has a label of its own, and what is inside an image is not read out.
_SPOKEN = ("class", "role", "pointer-events", "aria-")
_PLACES = ("d", "transform", "x", "y", "x1", "x2", "y1", "y2")
_LONG = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_WHITE = 1.25  # how far a picture may grow beyond the size it was drawn for


def responsive(text: str, title: str) -> str:
    """A drawn `<svg>` that scales to its container and says what it shows."""
    width, height = (float(v) for v in re.findall(r'(?:width|height)="([\d.]+)"', text[:400])[:2])
    body = _own_ids(_light(text), f"{title} {width:g}")
    head = f'<svg class="chart" role="img" aria-label="{escape(title)}" viewBox="0 0 {width:g} {height:g}"'
    return f'{head} style="max-width:{width * _WHITE:g}px">{body}</svg>'


def _light(text: str) -> str:
    """The inside of a drawing without what is not seen."""
    root = ElementTree.fromstring(text)  # noqa: S314  (our own drawing)
    family = _shared_font(root)
    inside = "".join(_written(child) for node in root for child in _kept(node))
    return f'<g font-family="{escape(family)}">{inside}</g>' if family else inside


def _shared_font(root: Element) -> str:
    """Take the font from its words when all have the same: it is said once for the whole picture."""
    words = [node for node in root.iter() if "font-family" in node.attrib]
    families = {node.attrib["font-family"] for node in words}
    if len(families) != 1:
        return ""
    for node in words:
        del node.attrib["font-family"]
    return families.pop()


def _kept(node: Element) -> Iterator[Element]:
    """The node as it is needed: itself, what is left of its children, or nothing."""
    node.tag = node.tag.rpartition("}")[2]
    if _unseen(node):
        return
    node.attrib = {name: _short(name, value) for name, value in node.attrib.items() if _needed(name, value)}
    node[:] = [one for child in list(node) for one in _kept(child)]
    if node.tag != "g" or (node.attrib and len(node)):
        yield node
    else:
        yield from node


def _unseen(node: Element) -> bool:
    ground = node.get("class") in ("background", "foreground")
    return node.get("display") == "none" or (ground and not {"fill", "stroke"} & node.attrib.keys())


def _needed(name: str, value: str) -> bool:
    bare = (name, value) in (("opacity", "1"), ("transform", "translate(0,0)"))
    return not (bare or name.startswith(_SPOKEN))


def _short(name: str, value: str) -> str:
    return (
        _LONG.sub(lambda found: f"{round(float(found[0]), 2) + 0.0:g}", value) if name in _PLACES else value
    )


def _written(node: Element) -> str:
    node.tail = None
    return ElementTree.tostring(node, encoding="unicode")


def _own_ids(body: str, key: str) -> str:
    # vl-convert numbers clip paths through the life of the process: the same report would differ from run to
    # run, and two pictures drawn by two processes would clash on one page.
    prefix = hashlib.sha256(key.encode()).hexdigest()[:8]
    names = {name: f"c{prefix}-{i}" for i, name in enumerate(dict.fromkeys(re.findall(r'id="(\w+)"', body)))}
    return re.sub(r'(id="|url\(#)(\w+)', lambda m: m[1] + names.get(m[2], m[2]), body)
