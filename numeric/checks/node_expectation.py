"""The expectation over the next token. All three hypotheses are needed."""

import numpy as np

from numeric.checks import _tree_step
from numeric.checks._base import BITS
from numeric.checks._instances import Number, two_arms, unnormalised
from numeric.checks._tree_instances import Counters, TreeInstance, row, tree_counters
from numeric.checks._trees import PAIR, on_prefixes
from numeric.core.balls import ball_precision, to_balls
from theory.evaluate import Values
from theory.statements.node_expectation import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """f and g of any size at a random node of a random policy, f below g."""
    pi, _ = _tree_step.at_node(rng, _tree_step.draw(rng, log_odds))
    with ball_precision(BITS):
        f = to_balls(rng.normal(size=len(pi)) * 10 ** rng.uniform(-6, 3))
        g = f + to_balls(rng.exponential(size=len(pi)))
        a, b, c = to_balls(rng.normal(size=3))
        return {
            "a": a,
            "b": b,
            "c": c,
            "mean_f": pi @ f,
            "mean_g": pi @ g,
            "mean_of_sum": pi @ (a * f + b * g + c),
            "scale": pi @ abs(a * f) + pi @ abs(b * g) + abs(c),
        }


FAIR = on_prefixes(PAIR, two_arms(1))
LEAKING = on_prefixes(PAIR, unnormalised((1, 1), (0, 0)))
COEFFICIENTS = {"a": 1, "b": 2, "c": 3}


def tabulated(*rows: tuple[Number, Number], p: int = 0, normalised: bool = True) -> TreeInstance:
    """f and g by their values at the two tokens, after the prefix p."""
    tables = {name: row(*values) for name, values in zip("fg", rows, strict=True)}
    line = FAIR if normalised else LEAKING
    return TreeInstance(PAIR, line, COEFFICIENTS, functions={**tables, "p": p})


instance = tree_counters(STATEMENT)
ZERO, ONE = (0, 0), (1, 1)

COUNTERS: Counters = {
    "not normalised": instance(tabulated(ZERO, ZERO), "E_p[3] is 3"),
    "order reversed": instance(tabulated(ZERO, ONE), "E_p[g] = 1"),
    "coefficients exchanged": instance(tabulated(ZERO, ONE), "E_p[f + 2 g + 3] = 5"),
    "drop normalised": instance(
        tabulated(ZERO, ZERO, normalised=False), "each token has weight 1: E_p[3] = 6", "normalised"
    ),
    "drop open": instance(
        tabulated(ZERO, ZERO, p=1), "no token follows a response: E_p[3] = 6, over both", "open"
    ),
    "drop ordered": instance(tabulated(ONE, ZERO), "E_p[f] = 1 and E_p[g] = 0", "ordered"),
}
