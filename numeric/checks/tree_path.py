"""Along one response. `indicators` is not needed, all others are.

Where begins(p, o) is not 0, for an open prefix p, it is not 0 for some child, as these add up to
begins(p, o). So from the root one comes to a complete prefix that o begins with, and that is o.
"""

import numpy as np

from numeric.checks._base import BITS
from numeric.checks._tree_instances import Counters, TreeInstance, at_end, row, tree_counters
from numeric.checks._tree_step import draw_tree
from numeric.checks._trees import DEFECTS, PAIR
from numeric.core.balls import ball_precision, to_balls
from theory.evaluate import Values
from theory.statements.tree_path import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
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


def loaded(defect: str, o: int) -> TreeInstance:
    """About the stray response, the only place where g is not 0."""
    shape = DEFECTS[defect](PAIR)
    return TreeInstance(shape, functions={"g": at_end(shape), "o": o})


instance = tree_counters(STATEMENT)

COUNTERS: Counters = {
    "sign flipped": instance(tabulated(1, 0, 0), "1 at the root, 0 at the responses"),
    "half": instance(tabulated(1, 1, 1), "g = 1 everywhere"),
    "drop falling": instance(tabulated(0, 1, 0), "the first token raises g to 1", "falling"),
    "drop branching": instance(
        loaded("branching", 2), "a response that no token leads to", "branching"
    ),
    "drop rooted": instance(
        loaded("rooted", 2), "a response that does not begin with the root", "rooted"
    ),
    "drop ending": instance(
        loaded("ending", 0), "response 0 is another prefix than the one it leads to", "ending"
    ),
}
