"""The moment generating function of the score. All eight hypotheses are needed."""

from fractions import Fraction
from math import sqrt

import numpy as np
from flint import arb

from numeric.checks import _tree_step
from numeric.checks._base import BITS
from numeric.checks._instances import Line, Number, two_arms, unnormalised
from numeric.checks._tree_instances import SHORTEST, Counters, TreeInstance, tree_counters
from numeric.checks._trees import DEFECTS, PAIR, Shape, grow, on_prefixes, with_stray
from numeric.core.balls import ball_precision
from theory.evaluate import Values
from theory.statements.token_moment import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """u is over six decades, or close to the largest one."""
    step = _tree_step.draw(rng, log_odds)
    G, T_psi = step.score_bound, step.length_norm
    share = rng.choice([-1, 1]) * rng.choice([1.0, 10 ** rng.uniform(-6, 0)]) * (1 - 1e-9)
    u = arb(float(share / (G * sqrt(2 * T_psi))))
    with ball_precision(BITS):
        moment = np.exp(step.logp) @ np.exp(u * step.score)
        return {"moment": moment, "u": u, "G": arb(G), "T_psi": arb(T_psi)}


HALF, TENTH = Fraction(1, 2), Fraction(1, 10)
FAIR = two_arms(1, slope=2)
CHAIN = grow(*("1" * n + "0" for n in range(10)), "1" * 10)
"""Responses of 1 to 10 tokens: 0 ends, 1 goes on."""


def policy(node: Line, shape: Shape = PAIR, **numbers: Number) -> TreeInstance:
    """G = 1, and one token unless a shape is given."""
    values = {"u": Fraction(1, 4), "G": Fraction(1), "T_psi": SHORTEST, **numbers}
    return TreeInstance(shape, on_prefixes(shape, node), values)


def stray(defect: str) -> TreeInstance:
    """The stray response has weight 1/2 and score 5."""
    line = with_stray(on_prefixes(PAIR, FAIR), HALF, 5)
    return TreeInstance(DEFECTS[defect](PAIR), line, {"u": TENTH, "G": 1, "T_psi": 10})


instance = tree_counters(STATEMENT)
SIGNS = instance(policy(FAIR), "scores 1 and -1: cosh(1/4) = 1.031, against 2^(3/32) = 1.067")

COUNTERS: Counters = {
    **{twin.name: SIGNS for twin in STATEMENT.twins if twin.conclusion is not None},
    **{
        f"drop {defect}": instance(stray(defect), "a response of score 5 that grew nowhere", defect)
        for defect in DEFECTS
    },
    "drop normalised": instance(
        policy(unnormalised((Fraction(3, 4), Fraction(3, 4)), (1, -1)), T_psi=10, u=TENTH),
        "the mass is 3/2, against 2^(1/10)",
        "normalised",
    ),
    "drop differentiable": instance(
        policy(two_arms(1).misreported(shift=HALF), u=TENTH),
        "scores 1 and 0: 1.05, against 2^(3/200) = 1.01",
        "differentiable",
    ),
    "drop bounded": instance(policy(FAIR, G=0), "G = 0 and scores 1 and -1", "bounded"),
    "drop light": instance(
        policy(FAIR, u=1, T_psi=Fraction(1, 100)), "cosh 1, against 2^(1/100)", "light"
    ),
    "drop small": instance(
        policy(FAIR, CHAIN, u=Fraction(-3, 2), T_psi=Fraction(7, 2)),
        "length n has probability 2^-n and score 2 - n: its share grows like (e^(3/2)/2)^n",
        "small",
    ),
}
