"""One instance per hypothesis of a one-step claim, which breaks that hypothesis and no other.

The numbers suit all of log_success_step, sharp_step, lemma_1_sharp and lemma_1: steps are short,
L > 0, and G bounds the scores, even where a claim does not ask for it.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import partial

from numeric.checks._base import Counter
from numeric.checks._instances import (
    Instance,
    counter,
    log_linear,
    two_arms,
    unnormalised,
    without_success,
)
from theory.kernel.statement import Statement

Counters = dict[str, Callable[[], Counter]]

HALF, TINY = Fraction(1, 2), Fraction(1, 100)
SHORT = Fraction(1, 16)

FAIR = two_arms(1)
"""pi(0) = sigmoid(t): L = 1/4 and G = 1/2 on the whole line, Delta mu = 1."""

BENT = two_arms(1, slope=0, bend=-1)
"""log odds -t^2: all scores vanish at t = 0."""

FADING = unnormalised((HALF, HALF), (-1, 0))
"""Probability leaks out: the sum is one at t = 0 and smaller after the update."""

# Responses of slope 0, 1, -1 and probability 9/10, 1/20, 1/20: Delta mu = 0 by symmetry.
SYMMETRIC = log_linear((Fraction(9, 10), Fraction(1, 20), Fraction(1, 20)), (0, 1, -1))
SYMMETRIC_L = Fraction(4, 35)
SYMMETRIC_SMOOTH = (
    "|score'| = Var(slopes) <= cosh(t)/10 / (9/10 + cosh(t)/10) <= cosh(1/2)/10 < (8/7)/10 = L"
)


def rare_failure(eta: Fraction, G: int = 1) -> Instance:
    """J = 9/10 and the two rare responses fail; eta <= 1/2."""
    because = {"smooth": SYMMETRIC_SMOOTH}
    return Instance(SYMMETRIC, eta, SYMMETRIC_L, G, reward=(1, 0, 0), because=because)


def rare_success(eta: Fraction, G: int = 1) -> Instance:
    """J = 1/10 and the two rare responses succeed; eta <= 1/2."""
    because = {"smooth": SYMMETRIC_SMOOTH}
    return Instance(SYMMETRIC, eta, SYMMETRIC_L, G, reward=(0, 1, 1), because=because)


EMPTY = {"smooth": "for eta < 0 the segment 0 <= t <= eta is empty"}

DROPPED = {
    "normalised": (Instance(FADING, SHORT, TINY, 1), "J falls faster than the scores tell"),
    "differentiable": (
        Instance(FAIR.misreported(-1), SHORT, Fraction(1, 4), HALF),
        "the reported score has the wrong sign",
    ),
    "smooth": (Instance(BENT, 1, TINY), "the score is 0 at the start and -t on the way"),
    "verifiable": (
        Instance(
            two_arms(Fraction(2, 3)), Fraction(2, 5), Fraction(1, 4), Fraction(3, 5), reward=(2, 0)
        ),
        "a reward of 2: J = 2 pi(0) reaches 1 at pi(0) = 1/2 and its log odds blow up",
    ),
    "forward": (Instance(BENT, -1, TINY, because=EMPTY), "a step back, where no L is promised"),
}


def dropped(statement: Statement) -> Counters:
    """'drop <h>' for every hypothesis that one-step claims share."""
    counters: Counters = {"drop interior": partial(without_success, statement)}
    for name, (instance, note) in DROPPED.items():
        counters[f"drop {name}"] = partial(counter, statement, instance, note, name)
    return counters


def balance_counters(statement: Statement) -> Counters:
    """For the identities between J, m_plus and m_minus at one theta: no step, no constants."""
    uneven = Instance(two_arms(Fraction(1, 3)), HALF, Fraction(1, 4), 1)
    leaking = Instance(FADING, HALF)
    shifted = Instance(FAIR.misreported(shift=1), HALF)
    twin_counter = partial(counter, statement, uneven, "J = 1/4, scores 3/4 and -1/4")
    return {
        **{twin.name: twin_counter for twin in statement.twins if twin.conclusion is not None},
        "drop normalised": partial(
            counter, statement, leaking, "mean score -1/2: the sum falls", "normalised"
        ),
        "drop differentiable": partial(
            counter, statement, shifted, "every reported score is 1 too large", "differentiable"
        ),
        "drop interior": partial(without_success, statement),
    }
