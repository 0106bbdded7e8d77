"""The tower property. All five hypotheses are needed."""

from fractions import Fraction

import numpy as np

from numeric.checks import _tree_step
from numeric.checks._base import BITS
from numeric.checks._instances import Number, two_arms, unnormalised
from numeric.checks._tree_instances import Counters, TreeInstance, at_end, row, tree_counters
from numeric.checks._trees import DEFECTS, PAIR, on_prefixes, with_stray
from numeric.core.balls import ball_precision, to_balls
from theory.evaluate import Values
from theory.statements.tower_property import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """Any values at the responses of a random policy, averaged node by node."""
    step = _tree_step.draw(rng, log_odds)
    tree = step.policy.tree
    with ball_precision(BITS):
        pi = np.exp(step.policy.token_log_probs(to_balls(step.theta)))
        V = to_balls(rng.normal(size=len(tree.prefixes)) * 10 ** rng.uniform(-6, 3))
        for p, weights in zip(tree.open_prefixes[::-1], pi[::-1], strict=True):
            V[p] = weights @ V[tree.extend[p]]
        mass, leaves = np.exp(step.logp), V[tree.responses]
        return {
            "mean": mass @ leaves,
            "at_root": V[0],
            "mass": mass.sum(),
            "scale": mass @ abs(leaves),
        }


HALF = Fraction(1, 2)
FAIR = on_prefixes(PAIR, two_arms(1))
LEAKING = on_prefixes(PAIR, unnormalised((Fraction(1, 4), Fraction(1, 4)), (0, 0)))


def tabulated(*V: Number, normalised: bool = True) -> TreeInstance:
    return TreeInstance(PAIR, FAIR if normalised else LEAKING, functions={"V": row(*V)})


def loaded(defect: str) -> TreeInstance:
    """V = 1 at the stray response, of weight 1/2, and 0 elsewhere."""
    shape = DEFECTS[defect](PAIR)
    return TreeInstance(shape, with_stray(FAIR, HALF, 0), functions={"V": at_end(shape)})


instance = tree_counters(STATEMENT)

COUNTERS: Counters = {
    "twice the value": instance(tabulated(1, 1, 1), "V = 1 everywhere"),
    "twice the mass": instance(tabulated(1, 1, 1), "the mass is 1"),
    "drop averaged": instance(tabulated(0, 1, 1), "V(root) = 0 and E[V] = 1", "averaged"),
    "drop normalised": instance(
        tabulated(HALF, 1, 1, normalised=False), "both tokens have weight 1/4", "normalised"
    ),
    "drop rooted": instance(
        loaded("rooted"), "a response that does not begin with the root", "rooted"
    ),
    "drop branching": instance(
        loaded("branching"), "a response that no token leads to", "branching"
    ),
    "drop ending": instance(
        loaded("ending"), "response 0 is another prefix than the one it leads to", "ending"
    ),
}
