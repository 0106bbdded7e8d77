"""Where the boxes of a layered graph go, and the lines between them; the same every time.

Sugiyama's four steps. The layer of a node is its longest path down; layers are columns, from left
to right. A line that passes a column takes a place in it, so that it never runs through a box; all
lines to one node share that place, and leave it as a trunk. The order within the columns lowers
the number of crossings, by barycentres and then by swaps. The heights are then the closest, in
least squares, to those of the neighbours that leave room for every box.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum

BOX_HEIGHT, BOX_GAP = 26.0, 9.0
TRUNK_HEIGHT, TRUNK_GAP = 2.0, 7.0
ENTRY_GAP = 4.0
GUTTER, PER_LINK = 60.0, 1.6  # between two columns: at least so wide, and wider for more lines
SWEEPS = 24

Point = tuple[float, float]
Slot = tuple[str, int]
"""A place in a column: of the node itself, or of the trunk of lines to it in a later column."""
Columns = list[list[Slot]]
Links = list[list[tuple[Slot, Slot]]]


@dataclass(frozen=True, slots=True)
class Box:
    """Left, top, width and height, in pixels; y grows downwards."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """A box for each node, and for each edge (upper, lower) its corners from the lower box's right
    side to the upper one's left side."""

    boxes: dict[str, Box]
    routes: dict[tuple[str, str], tuple[Point, ...]]
    width: float
    height: float


def place(
    widths: Mapping[str, float], edges: Sequence[tuple[str, str]], least: Mapping[str, int]
) -> Layout:
    """Lay out the nodes of these widths; an edge is (upper, lower), the upper one to the right.

    ``least`` names the leftmost column that a node may take (0 where it says nothing).
    ValueError: there is a cycle, or an edge ends at no node."""
    layer = layers(list(widths), edges, least)
    columns, links = slots(layer, edges)
    columns = ordered(columns, links)
    centre = heights(columns, links, layer)
    across = [max((widths[n] for n, k in c if layer[n] == k), default=0.0) for c in columns]
    left = [0.0]
    for width, between in zip(across, links, strict=False):
        left.append(left[-1] + width + GUTTER + PER_LINK * len(between))
    boxes = {
        n: Box(left[k], centre[n, k] - BOX_HEIGHT / 2, across[k], BOX_HEIGHT)
        for n, k in layer.items()
    }
    routes = {}
    for (upper, lower), entry in entries(edges, layer, centre).items():
        k, top = layer[lower], layer[upper]
        corners = [(left[k] + across[k], centre[lower, k])]
        for i in range(k + 1, top):
            corners += [(left[i], centre[lower, i]), (left[i] + across[i], centre[lower, i])]
        routes[upper, lower] = (*corners, (left[top], entry))
    bottom = max([*centre.values(), *(b.y + b.height for b in boxes.values())], default=0.0)
    return Layout(boxes, routes, left[-1] + across[-1], bottom)


def entries(
    edges: Sequence[tuple[str, str]], layer: Mapping[str, int], centre: Mapping[Slot, float]
) -> dict[tuple[str, str], float]:
    """The y at which each edge meets its upper box: side by side, in the order they come from."""
    arriving: dict[str, list[str]] = {}
    for upper, lower in edges:
        arriving.setdefault(upper, []).append(lower)
    found = {}
    for upper, lowers in arriving.items():
        k = layer[upper]
        lowers.sort(key=lambda lower: centre[lower, k - 1])
        step = min(ENTRY_GAP, (BOX_HEIGHT - 8) / max(1, len(lowers) - 1))
        for i, lower in enumerate(lowers):
            found[upper, lower] = centre[upper, k] + step * (i - (len(lowers) - 1) / 2)
    return {edge: found[edge] for edge in edges}


# -- columns ---------------------------------------------------------------------------------------


def layers(
    nodes: Sequence[str], edges: Sequence[tuple[str, str]], least: Mapping[str, int]
) -> dict[str, int]:
    """The column of each node: one right of everything below it. ValueError as for ``place``."""
    below: dict[str, list[str]] = {n: [] for n in nodes}
    for upper, lower in edges:
        for end in (upper, lower):
            if end not in below:
                raise ValueError(f"an edge ends at {end!r}, which is not a node")
        below[upper].append(lower)
    layer: dict[str, int] = {}
    left = list(nodes)
    while left:
        ready = [n for n in left if all(b in layer for b in below[n])]
        if not ready:
            raise ValueError(f"there is a cycle among {', '.join(left)}")
        for n in ready:
            layer[n] = max([least.get(n, 0), *(layer[b] + 1 for b in below[n])])
        left = [n for n in left if n not in layer]
    return {n: layer[n] for n in nodes}


def slots(layer: Mapping[str, int], edges: Sequence[tuple[str, str]]) -> tuple[Columns, Links]:
    """The places in each column, and the links between neighbouring columns, each once."""
    columns: list[dict[Slot, None]] = [{} for _ in range(max(layer.values(), default=0) + 1)]
    links: list[dict[tuple[Slot, Slot], None]] = [{} for _ in columns[1:]]
    for n, k in layer.items():
        columns[k][n, k] = None
    for upper, lower in edges:
        trunk = [(lower, k) for k in range(layer[lower], layer[upper])]
        for here, there in pairwise([*trunk, (upper, layer[upper])]):
            columns[here[1]][here] = None
            links[here[1]][here, there] = None
    return [list(c) for c in columns], [list(between) for between in links]


# -- order -----------------------------------------------------------------------------------------


def ordered(columns: Columns, links: Links) -> Columns:
    """The columns in an order with few crossings; the first one found among equals."""
    best, fewest = columns, crossings(columns, links)
    current = columns
    for _ in range(SWEEPS):
        for rightwards in (True, False):
            current = swept(current, links, rightwards)
            count = crossings(current, links)
            if count < fewest:
                best, fewest = current, count
    return swapped(best, links)


def swept(columns: Columns, links: Links, rightwards: bool) -> Columns:
    """Sort each column in turn by the mean place of its neighbours in the column before it."""
    done = [list(c) for c in columns]
    for i in range(1, len(done)) if rightwards else range(len(done) - 2, -1, -1):
        before = done[i - 1 if rightwards else i + 1]
        between = links[i - 1] if rightwards else [(b, a) for a, b in links[i]]
        place_of = {s: (j + 0.5) / len(before) for j, s in enumerate(before)}
        near: dict[Slot, list[float]] = {s: [] for s in done[i]}
        for there, here in between:
            near[here].append(place_of[there])
        own = {s: (j + 0.5) / len(done[i]) for j, s in enumerate(done[i])}
        key = {s: fsum(p) / len(p) if p else own[s] for s, p in near.items()}
        done[i].sort(key=key.__getitem__)
    return done


def swapped(columns: Columns, links: Links) -> Columns:
    """Swap neighbours in a column for as long as that removes a crossing."""
    done = [list(c) for c in columns]
    better = True
    while better:
        better = False
        for i, column in enumerate(done):
            beside = slice(max(i - 1, 0), i + 2)
            for j in range(len(column) - 1):
                before = crossings(done[beside], links[max(i - 1, 0) : i + 1])
                column[j], column[j + 1] = column[j + 1], column[j]
                if crossings(done[beside], links[max(i - 1, 0) : i + 1]) < before:
                    better = True
                else:
                    column[j], column[j + 1] = column[j + 1], column[j]
    return done


def crossings(columns: Columns, links: Links) -> int:
    """How many pairs of links cross."""
    return sum(
        _inversions(left, right, between)
        for (left, right), between in zip(pairwise(columns), links, strict=True)
    )


def _inversions(
    left: Sequence[Slot], right: Sequence[Slot], between: Sequence[tuple[Slot, Slot]]
) -> int:
    i, j = ({s: k for k, s in enumerate(c)} for c in (left, right))
    seen: list[int] = []
    count = 0
    for _, end in sorted((i[a], j[b]) for a, b in between):
        count += len(seen) - bisect_right(seen, end)
        insort(seen, end)
    return count


# -- heights ---------------------------------------------------------------------------------------


def heights(columns: Columns, links: Links, layer: Mapping[str, int]) -> dict[Slot, float]:
    """The y of the middle of each place, the topmost box beginning at 0."""
    near: dict[Slot, list[Slot]] = {s: [] for c in columns for s in c}
    for between in links:
        for a, b in between:
            near[a].append(b)
            near[b].append(a)
    apart = [[_apart(a, b, layer) for a, b in pairwise(c)] for c in columns]
    y: dict[Slot, float] = {}
    for column, gaps in zip(columns, apart, strict=True):
        y |= zip(column, spread([0.0] * len(column), gaps), strict=True)
    for _ in range(SWEEPS):
        for order in (range(len(columns)), range(len(columns) - 1, -1, -1)):
            for i in order:
                beside = [near[s] or [s] for s in columns[i]]
                wanted = [fsum(y[t] for t in places) / len(places) for places in beside]
                y |= zip(columns[i], spread(wanted, apart[i]), strict=True)
    top = min((y[n, k] for n, k in layer.items()), default=0.0) - BOX_HEIGHT / 2
    top = min([top, *y.values()])
    return {s: h - top for s, h in y.items()}


def _apart(above: Slot, below: Slot, layer: Mapping[str, int]) -> float:
    """The least distance between the middles of two neighbours in a column."""
    boxes = [layer[name] == k for name, k in (above, below)]
    half = fsum(BOX_HEIGHT if box else TRUNK_HEIGHT for box in boxes) / 2
    return half + (BOX_GAP if all(boxes) else TRUNK_GAP)


def spread(wanted: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The numbers nearest to ``wanted`` in least squares with y[i + 1] - y[i] >= gaps[i].

    Less the gaps before each, that is an isotonic regression: neighbours out of order are pooled
    at their mean until none is left."""
    offset = [0.0]
    for gap in gaps:
        offset.append(offset[-1] + gap)
    pools: list[tuple[float, int]] = []
    for want, shift in zip(wanted, offset, strict=False):
        mean, size = want - shift, 1
        while pools and pools[-1][0] > mean:
            other, count = pools.pop()
            mean, size = (mean * size + other * count) / (size + count), size + count
        pools.append((mean, size))
    level = [mean for mean, size in pools for _ in range(size)]
    return [mean + shift for mean, shift in zip(level, offset, strict=False)]
