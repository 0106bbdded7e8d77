"""Along one response. `indicators` is not needed, all others are.

Where begins(p, o) is not 0, for an open prefix p, it is not 0 for some child, as these add up to
begins(p, o). So from the root one comes to a complete prefix that o begins with, and that is o.
"""

from numeric.checks._prelude import *
from numeric.checks._tree_step import draw_tree
from numeric.checks._trees import (
    MERGED,
    PAIR,
    Shape,
    TreeInstance,
    at_end,
    displaced,
    row,
    unbranched,
    unrooted,
)
from theory.statements.tree_path import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """Every token takes something away, over decades. ``log_odds`` has no part in this claim."""
    tree = draw_tree(rng)
    shape = len(tree.open_prefixes), tree.vocabulary
    with ball_precision(BITS):
        fallen = tree.sums(to_balls(10 ** rng.uniform(-9, 3, size=shape)))
        g = float(rng.normal() * 10 ** rng.uniform(-6, 3)) - fallen
        return {"at_root": g[0], "at_response": g[rng.choice(tree.responses)]}


def tabulated(*g: int) -> TreeInstance:
    """About response 0."""
    return TreeInstance(PAIR, functions={"g": row(*g), "o": 0})


def loaded(shape: Shape, o: int) -> TreeInstance:
    """About the stray response, the only place where g is not 0."""
    return TreeInstance(shape, functions={"g": at_end(shape), "o": o})


COUNTERS = counters(
    STATEMENT,
    {
        "sign flipped": tabulated(1, 0, 0),
        "half": tabulated(1, 1, 1),
        "drop falling": tabulated(0, 1, 0),
        "drop branching": loaded(unbranched(PAIR), 2),
        "drop rooted": loaded(unrooted(PAIR), 2),
        "drop ending": loaded(displaced(PAIR), 0),
    },
)

WITHOUT = {"indicators": TreeInstance(MERGED, functions={"g": row(3, 2, 2, 1, 1), "o": 0})}
