"""One instance per hypothesis of a one-step claim, which breaks that hypothesis and no other.

The numbers suit all of log_success_step, sharp_step, lemma_1_sharp and lemma_1: steps are short,
L > 0, and G bounds the scores, even where a claim does not ask for it.
"""

from dataclasses import replace
from fractions import Fraction

from numeric.checks._instances import Instance, log_linear, two_arms, unnormalised
from theory.kernel.statement import Statement

HALF, QUARTER, TINY = Fraction(1, 2), Fraction(1, 4), Fraction(1, 100)
SHORT = Fraction(1, 16)

FAIR = two_arms(1)
"""pi(0) = sigmoid(t): L = 1/4 and G = 1/2 on the whole line, Delta mu = 1."""

BENT = two_arms(1, slope=0, bend=-1)
"""log odds -t^2: all scores vanish at t = 0."""

FADING = unnormalised((HALF, HALF), (-1, 0))
"""Probability leaks out: the sum is one at t = 0 and smaller after the update."""

# Responses of slope 0, 1, -1 and probability 9/10, 1/20, 1/20: Delta mu = 0 by symmetry, and
# Var(slopes) <= cosh(t)/10 / (9/10 + cosh(t)/10) <= cosh(1/2)/10 < (8/7)/10 for t <= 1/2.
SYMMETRIC = log_linear((Fraction(9, 10), Fraction(1, 20), Fraction(1, 20)), (0, 1, -1))
SYMMETRIC_L = Fraction(4, 35)

RISING = Instance(FAIR, SHORT, QUARTER, HALF)
NO_SUCCESS = Instance(FAIR, HALF, QUARTER, HALF, reward=(0, 0))
"""J = 0: the mean over correct responses is 0/0."""


def rare_failure(eta: Fraction, G: int = 1) -> Instance:
    """J = 9/10 and the two rare responses fail; eta <= 1/2."""
    return Instance(SYMMETRIC, eta, SYMMETRIC_L, G, reward=(1, 0, 0))


def rare_success(eta: Fraction, G: int = 1) -> Instance:
    """J = 1/10 and the two rare responses succeed; eta <= 1/2."""
    return Instance(SYMMETRIC, eta, SYMMETRIC_L, G, reward=(0, 1, 1))


BENDING = Instance(BENT, 1, TINY)
"""The score is 0 at the start and -t on the way."""

DROPPED = {
    "drop normalised": Instance(FADING, SHORT, TINY, 1),
    "drop differentiable": Instance(FAIR.misreported(-1), SHORT, QUARTER, HALF),
    "drop smooth": BENDING,
    # J = 2 pi(0) reaches 1 at pi(0) = 1/2, and its log odds blow up
    "drop verifiable": Instance(
        two_arms(Fraction(2, 3)), Fraction(2, 5), QUARTER, Fraction(3, 5), reward=(2, 0)
    ),
    "drop interior": NO_SUCCESS,
    "drop forward": replace(BENDING, eta=-1),  # a step back, where no L is promised
}


def balance_instances(statement: Statement) -> dict[str, Instance]:
    """For the identities between J, m_plus and m_minus at one theta: no step, no constants."""
    return {
        **dict.fromkeys(
            (twin.name for twin in statement.twins if twin.conclusion is not None),
            Instance(two_arms(Fraction(1, 3)), HALF, QUARTER, 1),
        ),
        "drop normalised": Instance(FADING, HALF),
        "drop differentiable": Instance(FAIR.misreported(shift=1), HALF),
        "drop interior": NO_SUCCESS,
    }
