"""Superharmonic functions on a tree. All four hypotheses are needed."""

from numeric.checks._prelude import *
from numeric.checks._tree_step import draw_tree
from numeric.checks._trees import (
    FORK,
    PAIR,
    Shape,
    TreeInstance,
    at_end,
    displaced,
    row,
    unrooted,
)
from theory.statements.tree_sum import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """Any values at the responses; open prefixes have some more than their children, or, but for
    the root, nothing. ``log_odds`` has no part in this claim."""
    tree = draw_tree(rng)
    more = 10 ** rng.uniform(-9, 3, size=len(tree.prefixes))
    more[1:] *= rng.integers(0, 2)
    g = to_balls(rng.normal(size=len(tree.prefixes)) * 10 ** rng.uniform(-6, 3))
    with ball_precision(BITS):
        for p in tree.open_prefixes[::-1]:
            g[p] = g[tree.extend[p]].sum() + float(more[p])
        return {"at_root": g[0], "over_responses": g[tree.responses].sum()}


def tabulated(shape: Shape, *g: int) -> TreeInstance:
    return TreeInstance(shape, functions={"g": row(*g)})


def loaded(shape: Shape) -> TreeInstance:
    """All of g lies on the stray response."""
    return TreeInstance(shape, functions={"g": at_end(shape)})


COUNTERS = counters(
    STATEMENT,
    {
        "sign flipped": tabulated(PAIR, 1, 0, 0),
        "half": tabulated(PAIR, 2, 1, 1),
        "drop superharmonic": tabulated(PAIR, 1, 1, 1),
        "drop branching": tabulated(FORK, -2, -1),  # both tokens lead to -1, which counts once
        "drop rooted": loaded(unrooted(PAIR)),
        "drop ending": loaded(displaced(PAIR)),
    },
)
