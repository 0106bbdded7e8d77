"""The picture of which claim rests on which, as SVG; ``python -m theory.paper.graph`` writes it.

The proofs say what rests on what (``theory.ledger.rests_on``); nothing is drawn by hand. The file
is proofs_notes/generated/claims.svg, with the verdicts that the statements expect.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from theory.files import write_whole
from theory.ledger.rests_on import (
    CORRECTED_BY,
    RESTS_ON,
    Edge,
    Graph,
    Node,
    all_cases,
    around,
    graph_of,
)
from theory.paper.graph_layout import BOX_HEIGHT, Box, Layout, Point, place

__all__ = ["Graph", "all_cases", "around", "as_svg", "graph_of", "layout_of", "write"]

PATH = Path(__file__).parents[2] / "proofs_notes" / "generated" / "claims.svg"

MARGIN, HEAD = 28.0, 96.0
LABEL, EM = 13.0, 0.62  # font size, and more than a letter of any usual monospaced font takes of it
WORD_EM = 0.54  # the same for the letters of a sentence, on average
MARK, PAD = 22.0, 10.0  # room before a label for its mark, and after it
WORDS = "DejaVu Sans, Verdana, Arial, sans-serif"
CODE = "DejaVu Sans Mono, Menlo, Consolas, monospace"


@dataclass(frozen=True, slots=True)
class Style:
    """How a look is told from others: by colour, and without it by border, corners and mark."""

    border: str
    fill: str
    mark: str  # a path in a square of side 8
    dashes: str = "none"
    corner: float = 7.0
    width: float = 1.6


STYLES: dict[str, Style] = {
    "axiom": Style("#8A5F00", "#FBE3AE", "M4 0V8M0.5 2L7.5 6M7.5 2L0.5 6", corner=0.0),
    "kernel fact": Style("#555555", "#EEEEEE", "M0 1H8M0 4H8M0 7H8", corner=0.0),
    "proved": Style("#0072B2", "#E3F1FA", "M0 4.5L3 8L8 0"),
    "witnessed": Style("#00795A", "#D9F2E9", "M4 0L8 4L4 8L0 4Z", width=3.0),
    "refuted": Style("#B84E00", "#FCE3D2", "M0 0L8 8M8 0L0 8", dashes="6 3", width=2.2),
    "measured": Style("#8C4A71", "#F7E4EE", "M1 8V4M4 8V0M7 8V2", dashes="10 3 2 3"),
    "undecided": Style("#000000", "#FFFFFF", "M0 4H8", dashes="2 3"),
}
LINES = {
    RESTS_ON: "the right rests on the left (no line where a longer path says so)",
    CORRECTED_BY: "refuted as printed, corrected on the right",
}
NO_LINE = "no line: rests on no axiom or fact"
TO_CLAIMS = ("#0A4C86", "#3AA0D8", "#222222", "#C46FA0", "#00664B", "#A97B12")  # dark, light, ...
TO_FACTS = {"axiom": "#DCC382", "kernel fact": "#B9BEC3"}
CORRECTION = "#C25200"


def as_svg(graph: Graph) -> str:
    """The picture as an SVG document on a white ground; the same text for the same graph."""
    layout = layout_of(graph)
    legend, legend_width = _legend(graph)
    heading_width = EM * 22 * len(_heading(graph))
    width = max(layout.width, legend_width, heading_width) + 2 * MARGIN
    height = layout.height + HEAD + MARGIN
    size = {"width": _n(width), "height": _n(height), "viewBox": f"0 0 {_n(width)} {_n(height)}"}
    svg = ET.Element(
        "svg",
        {"xmlns": "http://www.w3.org/2000/svg", **size, "role": "img"}
        | {"aria-labelledby": "title desc", "font-family": WORDS, "font-size": _n(LABEL)},
    )
    ET.SubElement(svg, "title", id="title").text = _heading(graph)
    ET.SubElement(svg, "desc", id="desc").text = _in_words(graph)
    ET.SubElement(svg, "rect", {"width": "100%", "height": "100%", "fill": "#FFFFFF"})
    heading = {"x": _n(MARGIN), "y": "40", "font-size": "22", "font-weight": "bold"}
    ET.SubElement(svg, "text", heading).text = _heading(graph)
    svg.append(legend)
    body = ET.SubElement(svg, "g", transform=f"translate({_n(MARGIN)} {_n(HEAD)})")
    colours = _colours(graph, layout)
    claims = {n.name for n in graph.nodes if n.is_claim}
    for e in sorted(graph.edges, key=lambda e: e.end in claims):  # the lines to facts lie below
        body.append(_line(e, layout.routes[_upper_lower(e)], colours[e.end], e.end in claims))
    for n in graph.nodes:
        body.append(_box(n, layout.boxes[n.name], n.name in graph.focus))
    ET.indent(svg, " ")
    return ET.tostring(svg, encoding="unicode") + "\n"


def layout_of(graph: Graph) -> Layout:
    """Where everything is: facts in the first column, a claim right of all that it rests on, and a
    correction right of what it corrects."""
    widths = {n.name: label_width(n.name) for n in graph.nodes}
    has_facts = not all(n.is_claim for n in graph.nodes)
    least = {n.name: int(n.is_claim and has_facts) for n in graph.nodes}
    return place(widths, [_upper_lower(e) for e in graph.edges], least)


def label_width(label: str) -> float:
    """The width of a box that surely holds this label."""
    return MARK + EM * LABEL * len(label) + PAD


def _upper_lower(edge: Edge) -> tuple[str, str]:
    ends = (edge.start, edge.end)
    return ends if edge.kind == RESTS_ON else ends[::-1]


def _colours(graph: Graph, layout: Layout) -> dict[str, str]:
    """The colour of the lines to each node; two claims one above the other have different ones."""
    colours = {n.name: TO_FACTS[n.look] for n in graph.nodes if not n.is_claim}
    leading = sorted(
        {e.end for e in graph.edges} - colours.keys(),
        key=lambda name: (layout.boxes[name].x, layout.boxes[name].y),
    )
    return colours | dict(zip(leading, cycle(TO_CLAIMS), strict=False))


def _line(edge: Edge, corners: Sequence[Point], colour: str, to_claim: bool) -> ET.Element:
    look = {"d": _curve(corners), "fill": "none", **_stroke(edge.kind, colour, to_claim)}
    line = ET.Element("path", {"class": edge.kind.replace(" ", "-"), **look})
    ET.SubElement(line, "title").text = f"{edge.start} {edge.kind} {edge.end}"
    return line


def _stroke(kind: str, colour: str, to_claim: bool) -> dict[str, str]:
    if kind == CORRECTED_BY:
        return {"stroke": CORRECTION, "stroke-width": "2.4", "stroke-dasharray": "7 4"}
    return {"stroke": colour, "stroke-width": "1.5" if to_claim else "1"}


def _curve(points: Sequence[Point]) -> str:
    """Level through the columns, an S between them."""
    (x, y), *rest = points
    drawn = [f"M{_n(x)} {_n(y)}"]
    for i, (u, v) in enumerate(rest):
        half = (x + u) / 2
        between = f"C{_n(half)} {_n(y)} {_n(half)} {_n(v)} {_n(u)} {_n(v)}"
        drawn.append(between if i % 2 == 0 else f"H{_n(u)}")
        x, y = u, v
    return "".join(drawn)


def _box(node: Node, box: Box, in_focus: bool) -> ET.Element:
    group = _drawn(node.name, STYLES[node.look], box)
    group.set("class", node.look.replace(" ", "-"))
    title = ET.Element("title")
    title.text = f"{node.name}, {node.look}: {node.title} [{node.source}]"
    group.insert(0, title)
    if in_focus:
        ring = Box(box.x - 4, box.y - 4, box.width + 8, box.height + 8)
        look = {"fill": "none", "stroke": "#000000", "stroke-width": "2.5", "rx": "9"}
        ET.SubElement(group, "rect", {**_sides(ring), **look})
    return group


def _drawn(label: str, style: Style, box: Box) -> ET.Element:
    """A box, its mark and its label."""
    group = ET.Element("g")
    look = {"fill": style.fill, "stroke": style.border, "rx": _n(style.corner)}
    look |= {"stroke-width": _n(style.width), "stroke-dasharray": style.dashes}
    ET.SubElement(group, "rect", {**_sides(box), **look})
    middle = box.y + box.height / 2
    mark = {"d": style.mark, "fill": "none", "stroke": style.border, "stroke-width": "1.8"}
    mark["transform"] = f"translate({_n(box.x + 8)} {_n(middle - 4)})"
    ET.SubElement(group, "path", mark)
    place_of = {"x": _n(box.x + MARK), "y": _n(middle + 0.36 * LABEL), "font-family": CODE}
    ET.SubElement(group, "text", place_of).text = label
    return group


def _sides(box: Box) -> dict[str, str]:
    sides = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    return {name: _n(length) for name, length in sides.items()}


def _legend(graph: Graph) -> tuple[ET.Element, float]:
    """A box for each look and a line for each kind of edge that occurs, and how far they reach."""
    legend = ET.Element("g", {"class": "legend"})
    x, y = MARGIN, 56.0
    for look in STYLES:
        if any(n.look == look for n in graph.nodes):
            width = label_width(look)
            legend.append(_drawn(look, STYLES[look], Box(x, y, width, BOX_HEIGHT)))
            x += width + 14
    kinds = {e.kind for e in graph.edges}
    for kind, words in LINES.items():
        if kind in kinds:
            line = {"d": f"M{_n(x + 8)} {_n(y + 13)}h40", **_stroke(kind, TO_CLAIMS[0], True)}
            ET.SubElement(legend, "path", line)
            ET.SubElement(legend, "text", {"x": _n(x + 56), "y": _n(y + 18)}).text = words
            x += 70 + WORD_EM * LABEL * len(words)
    if {n.name for n in graph.nodes} - {end for e in graph.edges for end in (e.start, e.end)}:
        ET.SubElement(legend, "text", {"x": _n(x + 8), "y": _n(y + 18)}).text = NO_LINE
        x += 22 + WORD_EM * LABEL * len(NO_LINE)
    return legend, x - MARGIN


def _heading(graph: Graph) -> str:
    if graph.focus:
        return f"What {', '.join(graph.focus)} rests on, and what rests on it"
    return "Which claim rests on which, read off the proofs"


def _in_words(graph: Graph) -> str:
    """The picture for a reader who does not see it."""
    below: dict[str, list[str]] = {}
    for e in graph.edges:
        below.setdefault(f"{e.start} {e.kind}", []).append(e.end)
    return ". ".join(f"{start} {', '.join(ends)}" for start, ends in below.items()) + "."


def _n(x: float) -> str:
    """A number with one decimal at most."""
    return f"{round(x, 1) + 0.0:g}"  # + 0.0: no minus zero


def write(path: Path, text: str) -> None:
    """Write a picture, and the folder it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode())


if __name__ == "__main__":
    write(PATH, as_svg(graph_of(all_cases())))
