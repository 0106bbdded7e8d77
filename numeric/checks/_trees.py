"""Response trees written in code: a few prefixes, with tables that need not fit together.

``grow`` makes a tree from its responses, written as words of digits; ``DEFECTS`` spoils one of the
hypotheses about its shape and keeps the others. What moves is a ``Line`` of `_instances`, with one
entry for each prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from flint import arb

from numeric.checks._instances import Line, Number, ball
from numeric.core.balls import Array


@dataclass(frozen=True)
class Shape:
    """Tables over prefixes (the first one is the root), tokens and responses."""

    names: tuple[str, ...]
    complete: tuple[int, ...]
    length: tuple[int, ...]
    extend: tuple[tuple[int, ...], ...]  # (prefixes, tokens); a complete prefix stays where it is
    begins: tuple[tuple[int, ...], ...]  # (prefixes, responses)
    whole: tuple[int, ...]  # (responses,)

    def functions(self) -> dict[str, Any]:
        """The tree under the names of `theory.tree`."""
        return {
            "Prefix": range(len(self.names)),
            "Token": range(len(self.extend[0])),
            "Response": range(len(self.whole)),
            "root": 0,
            "complete": lambda p: self.complete[p],
            "length": lambda p: self.length[p],
            "extend": lambda p, v: self.extend[p][v],
            "begins": lambda p, o: self.begins[p][o],
            "whole": lambda o: self.whole[o],
        }


def grow(*words: str) -> Shape:
    """The tree of these responses; no word begins with another one, and none is missing."""
    prefixes = sorted({w[:n] for w in words for n in range(len(w) + 1)}, key=lambda p: (len(p), p))
    number = {p: i for i, p in enumerate(prefixes)}
    tokens = sorted({x for w in words for x in w}) or ["0"]
    return Shape(
        names=tuple(prefixes),
        complete=tuple(int(p in words) for p in prefixes),
        length=tuple(map(len, prefixes)),
        extend=tuple(tuple(number[p if p in words else p + x] for x in tokens) for p in prefixes),
        begins=tuple(tuple(int(w.startswith(p)) for w in words) for p in prefixes),
        whole=tuple(number[w] for w in words),
    )


PAIR = grow("0", "1")
"""One token: a policy over two responses."""
UNEVEN = grow("0", "10", "11")
EMPTY = grow("")
"""The only response is the empty one."""

FORK = Shape(("", "end"), (0, 1), (0, 1), ((1, 1), (1, 1)), ((1,), (1,)), (1,))
"""Both tokens lead to the only response, which so goes on with two tokens."""


# -- defects: a complete prefix, the last one, that no token leads to --------------------------


def _with_stray(shape: Shape) -> Shape:
    """The prefix alone; no response begins with it."""
    stray = len(shape.names)
    return Shape(
        names=(*shape.names, "stray"),
        complete=(*shape.complete, 1),
        length=(*shape.length, 1),
        extend=(*shape.extend, (stray,) * len(shape.extend[0])),
        begins=(*shape.begins, (0,) * len(shape.whole)),
        whole=shape.whole,
    )


def _with_response(shape: Shape, begins_at_root: int) -> Shape:
    """It is one more response, the last one."""
    shape = _with_stray(shape)
    stray = len(shape.names) - 1
    last = (begins_at_root, *(0 for _ in range(1, stray)), 1)
    begins = tuple((*row, x) for row, x in zip(shape.begins, last, strict=True))
    return replace(shape, begins=begins, whole=(*shape.whole, stray))


def unrooted(shape: Shape) -> Shape:
    """One more response, which does not begin with the root."""
    return _with_response(shape, 0)


def unbranched(shape: Shape) -> Shape:
    """One more response, which begins with the root and goes on with no token."""
    return _with_response(shape, 1)


def displaced(shape: Shape) -> Shape:
    """Response 0 is the stray prefix, though it begins with its old one still."""
    shape = _with_stray(shape)
    row = (1, *(0 for _ in shape.whole[1:]))
    moved = (len(shape.names) - 1, *shape.whole[1:])
    return replace(shape, begins=(*shape.begins[:-1], row), whole=moved)


DEFECTS: Mapping[str, Callable[[Shape], Shape]] = {
    "rooted": unrooted,
    "branching": unbranched,
    "ending": displaced,
}


# -- what moves ------------------------------------------------------------------------------------


def on_prefixes(shape: Shape, node: Line) -> Line:
    """The policy whose next token is drawn by ``node`` at every open prefix."""

    def sums(tokens: Array) -> Array:
        total = np.array([arb(0)] * len(shape.names), dtype=object)
        for p, children in enumerate(shape.extend):
            if not shape.complete[p]:
                total[list(children)] = total[p] + tokens
        return total

    return replace(node, logp=lambda t: sums(node.logp(t)), score=lambda t: sums(node.score(t)))


def with_stray(line: Line, weight: Number, slope: Number, bend: Number = 0) -> Line:
    """One more prefix, of probability weight exp(slope t + bend t^2)."""

    def logp(t: arb) -> Array:
        own = ball(weight).log() + ball(slope) * t + ball(bend) * t**2
        return np.array([*line.logp(t), own], dtype=object)

    def score(t: arb) -> Array:
        return np.array([*line.score(t), ball(slope) + 2 * ball(bend) * t], dtype=object)

    formula = f"{line.formula}; stray: {weight} exp({slope} t + {bend} t^2)"
    return replace(line, logp=logp, score=score, formula=formula)


STILL = Line(
    lambda t: np.array([arb(0)] * 2, dtype=object),
    lambda t: np.array([arb(0)] * 2, dtype=object),
    {},
    "nothing moves",
)
