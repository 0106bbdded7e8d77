"""Superharmonic functions on a tree. All four hypotheses are needed."""

import numpy as np

from numeric.checks._base import BITS
from numeric.checks._tree_instances import Counters, TreeInstance, at_end, row, tree_counters
from numeric.checks._tree_step import draw_tree
from numeric.checks._trees import DEFECTS, FORK, PAIR, Shape
from numeric.core.balls import ball_precision, to_balls
from theory.evaluate import Values
from theory.statements.tree_sum import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
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


def loaded(defect: str) -> TreeInstance:
    """All of g lies on the stray response."""
    shape = DEFECTS[defect](PAIR)
    return TreeInstance(shape, functions={"g": at_end(shape)})


instance = tree_counters(STATEMENT)

COUNTERS: Counters = {
    "sign flipped": instance(tabulated(PAIR, 1, 0, 0), "1 at the root, 0 at the responses"),
    "half": instance(tabulated(PAIR, 2, 1, 1), "2 at the root, 1 at both responses"),
    "drop superharmonic": instance(
        tabulated(PAIR, 1, 1, 1), "1 at both responses, only 1 at the root", "superharmonic"
    ),
    "drop branching": instance(
        tabulated(FORK, -2, -1), "both tokens lead to the same -1, which counts once", "branching"
    ),
    "drop rooted": instance(
        loaded("rooted"), "a response that does not begin with the root", "rooted"
    ),
    "drop ending": instance(
        loaded("ending"), "response 0 is another prefix than the one it leads to", "ending"
    ),
}
