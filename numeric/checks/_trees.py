"""Response trees written in code: a few prefixes, with tables that need not fit together.

``grow`` makes a tree from its responses, written as words of digits; ``DEFECTS`` spoils one of the
hypotheses about its shape and keeps the others. What moves is a ``Line`` of `_instances`, with one
entry for each prefix. A flat ``Instance`` is a tree of one token, so that the counterexamples of
section 3 serve the token claims too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from numeric.checks._dropped import HALF, QUARTER
from numeric.checks._instances import (
    Instance,
    Line,
    Number,
    Numbers,
    ball,
    on_line,
    reals,
    table,
    text,
    two_arms,
    unnormalised,
)
from numeric.checks._sums import SHORTEST
from numeric.core.balls import Array


@dataclass(frozen=True)
class Shape:
    """Tables over prefixes (the first one is the root), tokens and responses."""

    names: tuple[str, ...]
    complete: tuple[int, ...]
    length: tuple[int, ...]
    extend: tuple[tuple[int, ...], ...]  # (prefixes, tokens); a complete prefix stays where it is
    begins: tuple[tuple[Number, ...], ...]  # (prefixes, responses)
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
            "begins": lambda p, o: ball(self.begins[p][o]),
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

MERGED = Shape(
    names=("", "0", "1", "end", "stop"),
    complete=(0, 0, 0, 1, 1),
    length=(0, 1, 1, 2, 2),
    extend=((1, 2), (3, 4), (3, 4), (3, 3), (4, 4)),
    begins=((1,) * 4, (HALF,) * 4, (HALF,) * 4, (HALF, HALF, 0, 0), (0, 0, HALF, HALF)),
    whole=(3, 3, 4, 4),
)
"""Two paths lead to each end, and to each belong two responses, which begin with half a prefix."""


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


def _with_response(shape: Shape, *begun: int) -> Shape:
    """It is one more response, the last one, which begins with these prefixes too."""
    shape = _with_stray(shape)
    stray = len(shape.names) - 1
    begins = tuple((*row, int(p in (*begun, stray))) for p, row in enumerate(shape.begins))
    return replace(shape, begins=begins, whole=(*shape.whole, stray))


def unrooted(shape: Shape) -> Shape:
    """One more response, which does not begin with the root."""
    return _with_response(shape)


def unbranched(shape: Shape) -> Shape:
    """One more response, which begins with the root and goes on with no token."""
    return _with_response(shape, 0)


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
STRAY_SHAPES = {
    "drop rooted": unrooted(PAIR),
    "drop branching": unbranched(PAIR),
    "drop ending": _with_response(PAIR, 0, 2),
}
"""Of two tokens; a third response is outside. In the last one it begins with the second."""


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
    own = unnormalised((weight,), (slope,), (bend,))
    return Line(
        lambda t: np.append(line.logp(t), own.logp(t)),
        lambda t: np.append(line.score(t), own.score(t)),
        f"{line.formula}; stray: {weight} exp({slope} t + {bend} t^2)",
    )


STILL = unnormalised((1, 1), (0, 0))


def merged(node: Line) -> Line:
    """On MERGED: a fair first token, then an end drawn by ``node``."""

    def sums(end: Array, half: arb) -> Array:
        return np.array([0 * half, half, half, half + end[0], half + end[1]], dtype=object)

    return replace(
        node,
        logp=lambda t: sums(node.logp(t), -arb(2).log()),
        score=lambda t: sums(node.score(t), arb(0)),
    )


# -- instances -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TreeInstance:
    """Tables, a line over the prefixes, numbers by name (T: the longest prefix), rewards; and
    functions and elements that a claim speaks of."""

    shape: Shape = PAIR
    line: Line = STILL
    numbers: Mapping[str, Number] = field(default_factory=dict)
    reward: Numbers = ()
    functions: Mapping[str, Any] = field(default_factory=dict)

    def formal(self) -> dict[str, Any]:
        numbers = {name: ball(x) for name, x in self.numbers.items()}
        return {
            **self.shape.functions(),
            "logp": on_line(self.line.logp),
            "score": on_line(self.line.score),
            "r": table(self.reward),
            "Real": reals(self.numbers.get("eta", 1)),
            "T": max(self.shape.length),
            **self.functions,
            **numbers,
        }

    def shown(self) -> dict[str, str]:
        return {
            "prefixes": ", ".join(name or "()" for name in self.shape.names),
            "line": self.line.formula,
            "reward": text(self.reward),
            **{name: str(x) for name, x in self.numbers.items()},
        }


def row(*numbers: Number | arb) -> Callable[..., arb]:
    """A function of one element, by its values."""
    return lambda x: ball(numbers[x])


def at_end(shape: Shape) -> Callable[..., arb]:
    """1 at the last prefix and 0 at all others."""
    return row(*[0] * (len(shape.names) - 1), 1)


def flat(instance: Instance, **more: Number) -> TreeInstance:
    """A policy over responses, seen as a tree where every response has one token."""
    shape = grow(*(str(o) for o in range(len(instance.reward))))
    numbers = {"eta": instance.eta, "L": instance.L, "G": instance.G, "T_psi": SHORTEST, **more}
    return TreeInstance(shape, on_prefixes(shape, instance.line), numbers, instance.reward)


def unindicated(node: Line, **numbers: Any) -> TreeInstance:
    """``node`` on MERGED, which has every property of a tree but `indicators`."""
    elements = {name: x for name, x in numbers.items() if name == "o"}
    given = {name: x for name, x in numbers.items() if name != "o"}
    values = {"eta": QUARTER, "L": QUARTER, "G": HALF, "T_psi": 4, **given}
    return TreeInstance(MERGED, merged(node), values, (1, 1, 0, 0), elements)


def all_flat(instances: Mapping[str, Instance]) -> dict[str, TreeInstance]:
    return {name: flat(instance) for name, instance in instances.items()}


def stray_instances(node: Line, weight: Number, slope: Number, **numbers: Number) -> Any:
    """One token, and a response outside of the tree that has a score of its own."""
    return {
        f"drop {defect}": TreeInstance(
            spoil(PAIR),
            with_stray(on_prefixes(PAIR, node), weight, slope),
            numbers,
            (1, 0, 0)[: len(spoil(PAIR).whole)],
        )
        for defect, spoil in DEFECTS.items()
    }


def shape_instances(G: Number = Fraction(3, 4)) -> dict[str, TreeInstance]:
    """Trees with a stray response, correct, whose probability crumbles though its score is 0."""
    line = with_stray(on_prefixes(PAIR, two_arms(Fraction(1, 3))), QUARTER, 0, -8)
    numbers = {"eta": QUARTER, "L": QUARTER, "G": G, "T": 1, "T_psi": 3}
    shapes = {f"drop {defect}": spoil(PAIR) for defect, spoil in DEFECTS.items()}
    return {
        name: TreeInstance(shape, line, numbers, (1, 0, 1)[: len(shape.whole)])
        for name, shape in shapes.items()
    }


TREE_NO_SUCCESS = {"drop interior": flat(Instance(two_arms(1), HALF, QUARTER, HALF, (0, 0)))}
"""For the claims whose conclusion speaks of means over correct responses."""
