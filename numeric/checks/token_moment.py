"""The moment generating function of the score. All eight hypotheses are needed."""

from numeric.checks._prelude import *
from numeric.checks import _tree_step
from numeric.checks._sums import SHORTEST
from numeric.checks._trees import (
    PAIR,
    Shape,
    TreeInstance,
    grow,
    on_prefixes,
    stray_instances,
)
from theory.statements.token_moment import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """u is over six decades, or close to the largest one."""
    step = _tree_step.draw(rng, log_odds)
    G, T_psi = step.score_bound, step.length_norm
    share = rng.choice([-1, 1]) * rng.choice([1.0, 10 ** rng.uniform(-6, 0)]) * (1 - 1e-9)
    u = arb(float(share / (G * (2 * T_psi) ** 0.5)))
    with ball_precision(BITS):
        moment = np.exp(step.logp) @ np.exp(u * step.score)
        return {"moment": moment, "u": u, "G": arb(G), "T_psi": arb(T_psi)}


TENTH = Fraction(1, 10)
TWO = two_arms(1, slope=2)
"""Scores 1 and -1."""
CHAIN = grow(*("1" * n + "0" for n in range(10)), "1" * 10)
"""Responses of 1 to 10 tokens: 0 ends, 1 goes on. Length n has probability 2^-n, score 2 - n."""


def policy(node: Line, shape: Shape = PAIR, **numbers: Number) -> TreeInstance:
    """G = 1, and one token unless a shape is given."""
    values = {"u": QUARTER, "G": Fraction(1), "T_psi": SHORTEST, **numbers}
    return TreeInstance(shape, on_prefixes(shape, node), values)


COUNTERS = counters(
    STATEMENT,
    dict.fromkeys((t.name for t in STATEMENT.twins if t.conclusion is not None), policy(TWO))
    | stray_instances(TWO, HALF, 5, u=TENTH, G=1, T_psi=10)
    | {
        "drop normalised": policy(
            unnormalised((Fraction(3, 4), Fraction(3, 4)), (1, -1)), T_psi=10, u=TENTH
        ),
        "drop differentiable": policy(two_arms(1).misreported(shift=HALF), u=TENTH),
        "drop bounded": policy(TWO, G=0),
        "drop light": policy(TWO, u=1, T_psi=TINY),
        "drop small": policy(TWO, CHAIN, u=Fraction(-3, 2), T_psi=Fraction(7, 2)),
    },
)
