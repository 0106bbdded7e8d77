"""The tower property. All five hypotheses are needed."""

from numeric.checks._prelude import *
from numeric.checks import _tree_step
from numeric.checks._trees import (
    DEFECTS,
    PAIR,
    Shape,
    TreeInstance,
    at_end,
    on_prefixes,
    row,
    with_stray,
)
from theory.statements.tower_property import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
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


TOKENS = {
    True: on_prefixes(PAIR, FAIR),
    False: on_prefixes(PAIR, unnormalised((QUARTER, QUARTER), (0, 0))),
}


def tabulated(*V: Number, normalised: bool = True) -> TreeInstance:
    return TreeInstance(PAIR, TOKENS[normalised], functions={"V": row(*V)})


def loaded(shape: Shape) -> TreeInstance:
    """V = 1 at the stray response, of weight 1/2, and 0 elsewhere."""
    line = with_stray(TOKENS[True], HALF, 0)
    return TreeInstance(shape, line, functions={"V": at_end(shape)})


COUNTERS = counters(
    STATEMENT,
    {f"drop {defect}": loaded(spoil(PAIR)) for defect, spoil in DEFECTS.items()}
    | {
        "twice the value": tabulated(1, 1, 1),
        "twice the mass": tabulated(1, 1, 1),
        "drop averaged": tabulated(0, 1, 1),
        "drop normalised": tabulated(HALF, 1, 1, normalised=False),
    },
)
