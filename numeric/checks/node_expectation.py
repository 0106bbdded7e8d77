"""The expectation over the next token. All three hypotheses are needed."""

from numeric.checks._prelude import *
from numeric.checks import _tree_step
from numeric.checks._trees import PAIR, TreeInstance, on_prefixes, row
from theory.statements.node_expectation import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
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


TOKENS = {True: FAIR, False: unnormalised((1, 1), (0, 0))}
ZERO, ONE = (0, 0), (1, 1)


def tabulated(f: Numbers, g: Numbers, p: int = 0, normalised: bool = True) -> TreeInstance:
    """f and g by their values at the two tokens, after the prefix p."""
    return TreeInstance(
        PAIR,
        on_prefixes(PAIR, TOKENS[normalised]),
        {"a": 1, "b": 2, "c": 3},
        functions={"f": row(*f), "g": row(*g), "p": p},
    )


COUNTERS = counters(
    STATEMENT,
    {
        "not normalised": tabulated(ZERO, ZERO),
        "order reversed": tabulated(ZERO, ONE),
        "coefficients exchanged": tabulated(ZERO, ONE),
        "drop normalised": tabulated(ZERO, ZERO, normalised=False),
        "drop open": tabulated(ZERO, ZERO, p=1),
        "drop ordered": tabulated(ONE, ZERO),
    },
)
