"""The picture of which claim rests on which, as SVG; ``python -m theory.paper.graph`` writes it.

The proofs say what rests on what (``theory.ledger.rests_on``); nothing is drawn by hand. A row for
each node, after all that it rests on. A line leaves a node, runs down in a lane of its own, and
branches off to every node that rests on it. The file is proofs_notes/generated/claims.svg, with the
verdicts that the statements expect.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
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

__all__ = ["Graph", "all_cases", "around", "as_svg", "graph_of", "layout_of", "write"]

PATH = Path(__file__).parents[2] / "proofs_notes" / "generated" / "claims.svg"

MARGIN, HEAD, ROW, BOX_HEIGHT, LANE = 20.0, 112.0, 25.0, 20.0, 7.0
LABEL, EM = 13.0, 0.62  # font size, and more than a letter of any usual monospaced font takes of it
WORD_EM = 0.56  # the same for the letters of a sentence, on average
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
    RESTS_ON: "the lower rests on the upper (no line where a longer path says so)",
    CORRECTED_BY: "refuted as printed, corrected below",
}
NO_LINE = "no line: rests on no axiom or fact"
TO_CLAIMS = ("#0A4C86", "#3AA0D8", "#222222", "#C46FA0", "#00664B", "#A97B12")  # dark, light, ...
TO_FACTS = {"axiom": "#DCC382", "kernel fact": "#B9BEC3"}
CORRECTION = "#C25200"
Trunk = tuple[str, str]
"""The node that a line leaves, and the kind of its edges."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The row of each node, and the lane of each trunk, counted from the boxes to the left."""

    rows: Mapping[str, int]
    lanes: Mapping[Trunk, int]


def layout_of(graph: Graph) -> Layout:
    """Every node below all that it rests on or corrects, as near to the order of the graph as that
    allows. Short lines run next to the boxes; two lines in one lane share no row.

    ValueError: there is a cycle, or an edge ends at no node."""
    above: dict[str, list[str]] = {n.name: [] for n in graph.nodes}
    for e in graph.edges:
        upper, lower = ends(e)
        if upper not in above or lower not in above:
            raise ValueError(f"{e.start} {e.kind} {e.end}: not a node of the graph")
        above[lower].append(upper)
    rows = {name: row for row, name in enumerate(_sorted(above))}
    spans: dict[Trunk, tuple[int, int]] = {}
    for e in graph.edges:
        upper, lower = ends(e)
        first, last = rows[upper], spans.get((upper, e.kind), (0, 0))[1]
        spans[upper, e.kind] = (first, max(last, rows[lower]))
    lanes: dict[Trunk, int] = {}
    taken: list[list[tuple[int, int]]] = []
    for trunk, (first, last) in sorted(spans.items(), key=lambda s: (s[1][1] - s[1][0], s[1][0])):
        free = (all(last < a or b < first for a, b in lane) for lane in taken)
        lanes[trunk] = next((j for j, is_free in enumerate(free) if is_free), len(taken))
        if lanes[trunk] == len(taken):
            taken.append([])
        taken[lanes[trunk]].append((first, last))
    return Layout(rows, lanes)


def ends(edge: Edge) -> tuple[str, str]:
    """The upper and the lower end of a line."""
    return (edge.end, edge.start) if edge.kind == RESTS_ON else (edge.start, edge.end)


def _sorted(above: Mapping[str, Sequence[str]]) -> list[str]:
    """Names after all that stand above them, otherwise in the order given. ValueError: a cycle."""
    order = {name: j for j, name in enumerate(above)}
    sorter = TopologicalSorter(above)
    try:
        sorter.prepare()
    except CycleError as error:
        raise ValueError(f"a cycle among {', '.join(sorted(set(error.args[1])))}") from error
    ready: list[str] = []
    placed: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=order.__getitem__)
        placed.append(ready.pop(0))
        sorter.done(placed[-1])
    return placed


def as_svg(graph: Graph, address: Callable[[str], str] | None = None) -> str:
    """The picture as an SVG document on a white ground; the same text for the same graph.
    ``address``: where the box of a name leads."""
    layout = layout_of(graph)
    left = MARGIN + LANE * (1 + max(layout.lanes.values(), default=-1)) + 14
    titles = left + max(label_width(n.name) for n in graph.nodes) + 10
    legend, legend_width = _legend(graph)
    title_width = max(WORD_EM * LABEL * len(n.title) for n in graph.nodes if n.is_claim)
    width = max(titles + title_width, legend_width, EM * 22 * len(_heading(graph))) + 2 * MARGIN
    height = HEAD + ROW * len(graph.nodes) + MARGIN
    size = {"width": _n(width), "height": _n(height), "viewBox": f"0 0 {_n(width)} {_n(height)}"}
    svg = ET.Element(
        "svg",
        {"xmlns": "http://www.w3.org/2000/svg", **size, "role": "img"}
        | {"aria-labelledby": "title desc", "font-family": WORDS, "font-size": _n(LABEL)},
    )
    ET.SubElement(svg, "title", id="title").text = _heading(graph)
    ET.SubElement(svg, "desc", id="desc").text = _in_words(graph)
    ET.SubElement(svg, "rect", {"width": "100%", "height": "100%", "fill": "#FFFFFF"})
    heading = {"x": _n(MARGIN), "y": "36", "font-size": "22", "font-weight": "bold"}
    ET.SubElement(svg, "text", heading).text = _heading(graph)
    svg.append(legend)
    body = ET.SubElement(svg, "g", transform=f"translate(0 {_n(HEAD)})")
    colours = _colours(graph, layout)
    claims = {n.name for n in graph.nodes if n.is_claim}
    for e in sorted(graph.edges, key=lambda e: ends(e)[0] in claims):  # lines to facts lie below
        body.append(_line(e, _corners(e, graph, layout, left), colours[ends(e)[0]]))
    for n in graph.nodes:
        top = ROW * layout.rows[n.name]
        box = _box(n, left, top, n.name in graph.focus)
        if address is not None:
            ET.SubElement(body, "a", href=address(n.name)).append(box)
        else:
            body.append(box)
        if n.is_claim:
            place = {"x": _n(titles), "y": _n(top + 14.6), "fill": "#444444"}
            ET.SubElement(body, "text", place).text = n.title
    ET.indent(svg, " ")
    return ET.tostring(svg, encoding="unicode") + "\n"


def label_width(label: str) -> float:
    """The width of a box that surely holds this label."""
    return MARK + EM * LABEL * len(label) + PAD


def _colours(graph: Graph, layout: Layout) -> dict[str, str]:
    """The colour of the lines from each node; those of two claims in turn are different."""
    colours = {n.name: TO_FACTS[n.look] for n in graph.nodes if not n.is_claim}
    uppers = {ends(e)[0] for e in graph.edges} - colours.keys()
    leading = sorted(uppers, key=layout.rows.__getitem__)
    return colours | dict(zip(leading, cycle(TO_CLAIMS), strict=False))


def _corners(edge: Edge, graph: Graph, layout: Layout, left: float) -> str:
    """Out of the upper box near its foot, down its lane, and into the lower box above its foot; the
    lines into one box arrive side by side, from the nearest lane first."""
    upper, lower = ends(edge)
    lane = layout.lanes[upper, edge.kind]
    arriving = sorted(layout.lanes[ends(e)[0], e.kind] for e in graph.edges if ends(e)[1] == lower)
    share = (arriving.index(lane) + 1) / (len(arriving) + 1)
    x, top = left - 10 - LANE * lane, ROW * layout.rows[lower]
    start, end = ROW * layout.rows[upper] + BOX_HEIGHT - 3, top + share * (BOX_HEIGHT - 5)
    return f"M{_n(left)} {_n(start)}H{_n(x)}V{_n(end)}H{_n(left)}"


def _line(edge: Edge, corners: str, colour: str) -> ET.Element:
    look = {"d": corners, "fill": "none", **_stroke(edge.kind, colour)}
    line = ET.Element("path", {"class": edge.kind.replace(" ", "-"), **look})
    ET.SubElement(line, "title").text = f"{edge.start} {edge.kind} {edge.end}"
    return line


def _stroke(kind: str, colour: str) -> dict[str, str]:
    if kind == CORRECTED_BY:
        return {"stroke": CORRECTION, "stroke-width": "2.2", "stroke-dasharray": "6 3"}
    return {"stroke": colour, "stroke-width": "1.2"}


def _box(node: Node, x: float, y: float, in_focus: bool) -> ET.Element:
    group = _drawn(node.name, STYLES[node.look], x, y)
    group.set("class", node.look.replace(" ", "-"))
    title = ET.Element("title")
    title.text = f"{node.name}, {node.look}: {node.title} [{node.source}]"
    group.insert(0, title)
    if in_focus:
        look = {"fill": "none", "stroke": "#000000", "stroke-width": "2.5", "rx": "9"}
        ET.SubElement(group, "rect", {**_sides(node.name, x - 3, y - 3, 6), **look})
    return group


def _drawn(label: str, style: Style, x: float, y: float) -> ET.Element:
    """A box, its mark and its label."""
    group = ET.Element("g")
    look = {"fill": style.fill, "stroke": style.border, "rx": _n(style.corner)}
    look |= {"stroke-width": _n(style.width), "stroke-dasharray": style.dashes}
    ET.SubElement(group, "rect", {**_sides(label, x, y), **look})
    middle = y + BOX_HEIGHT / 2
    mark = {"d": style.mark, "fill": "none", "stroke": style.border, "stroke-width": "1.8"}
    mark["transform"] = f"translate({_n(x + 8)} {_n(middle - 4)})"
    ET.SubElement(group, "path", mark)
    place = {"x": _n(x + MARK), "y": _n(middle + 0.36 * LABEL), "font-family": CODE}
    ET.SubElement(group, "text", place).text = label
    return group


def _sides(label: str, x: float, y: float, more: float = 0.0) -> dict[str, str]:
    sides = {"x": x, "y": y, "width": label_width(label) + more, "height": BOX_HEIGHT + more}
    return {name: _n(length) for name, length in sides.items()}


def _legend(graph: Graph) -> tuple[ET.Element, float]:
    """A box for each look, and below them a line for each kind of edge that occurs; how far both
    reach."""
    legend = ET.Element("g", {"class": "legend"})
    x = MARGIN
    for look in STYLES:
        if any(n.look == look for n in graph.nodes):
            legend.append(_drawn(look, STYLES[look], x, 50.0))
            x += label_width(look) + 12
    reach, x = x, MARGIN
    kinds = {e.kind for e in graph.edges}
    sentences = {kind: words for kind, words in LINES.items() if kind in kinds}
    if {n.name for n in graph.nodes} - {end for e in graph.edges for end in (e.start, e.end)}:
        sentences[NO_LINE] = NO_LINE
    for kind, words in sentences.items():
        if kind in kinds:
            line = {"d": f"M{_n(x)} 87h26", "fill": "none", **_stroke(kind, TO_CLAIMS[0])}
            ET.SubElement(legend, "path", line)
            x += 32
        ET.SubElement(legend, "text", {"x": _n(x), "y": "91"}).text = words
        x += WORD_EM * LABEL * len(words) + 12
    return legend, max(reach, x)


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
