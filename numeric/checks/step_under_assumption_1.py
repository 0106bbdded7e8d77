"""Assumption 1 in vectors. Every hypothesis is needed.

With one coordinate and w = 1 the gradient is the score: the instances of ``lemma_1_sharp`` serve.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np
from flint import arb

from numeric.checks import _step, lemma_1_sharp
from numeric.checks._base import Counter
from numeric.checks._dropped import FAIR, HALF, SHORT, SYMMETRIC_L, Counters, rare_failure
from numeric.checks._instances import Instance, counter, log_linear
from numeric.core.balls import ball_precision, to_balls
from numeric.core.step import gradient_gap
from theory.evaluate import Values
from theory.statements.lemma_1_sharp import STATEMENT as ALONG

RENAMED = {"smooth": "lipschitz"}


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """A random step; L and G bound gradient vectors for all theta, the gap is w.(g+ - g-)."""
    step = _step.draw(rng, log_odds)
    constants = step.policy.constants()
    gaps = gradient_gap(step.policy, to_balls(step.theta), step.reward)
    with ball_precision():
        gap = (to_balls(step.w) * (gaps.g_plus - gaps.g_minus)).sum()
    vectors = {"gap": gap, "L": arb(constants.L), "G": arb(constants.G)}
    return {**_step.measured(step), **vectors}


def in_one_coordinate(make: Callable[[], Counter], drop: str | None = None) -> Counter:
    """The same instance, with its hypotheses under the names they have for vectors."""
    found = make()
    holds = {RENAMED.get(name, name): reason for name, reason in found.holds.items()}
    kept = {"unit": "w = 1", **holds}
    return replace(found, holds={name: why for name, why in kept.items() if name != drop})


def long_direction() -> Counter:
    """w = 4: responses of slope 0, 4, -4 along w, and of slope 0, 1, -1 along a unit direction."""
    line = log_linear((Fraction(9, 10), Fraction(1, 20), Fraction(1, 20)), (0, 4, -4))
    reason = "along a unit direction |score'| = Var(slopes) <= L; the segment has length 1/2"
    G, eta = 4, Fraction(1, 8)
    instance = Instance(line, eta, 16 * SYMMETRIC_L, G, (1, 0, 0), because={"smooth": reason})
    found = counter(ALONG, instance, "log odds fall 16 times as fast as L allows for |w| = 1")
    constants = {"L": found.values["L"] / 16, "G": found.values["G"] / 4}
    return replace(found, values={**found.values, **constants})


SPREADING = partial(counter, ALONG, rare_failure(HALF), "gap 0: failures spread and gain mass")
RISING = partial(counter, ALONG, Instance(FAIR, SHORT, Fraction(1, 4), HALF), "log odds rise")

DROPPED: Counters = {
    f"drop {RENAMED.get(name, name)}": partial(
        in_one_coordinate, lemma_1_sharp.COUNTERS[f"drop {name}"]
    )
    for name in (h.name for h in ALONG.hypotheses)
}
COUNTERS: Counters = DROPPED | {
    "half the curvature": partial(in_one_coordinate, SPREADING),
    "J and 1 - J exchanged": partial(in_one_coordinate, SPREADING),
    "sign flipped": partial(in_one_coordinate, RISING),
    "drop unit": partial(in_one_coordinate, long_direction, "unit"),
}
