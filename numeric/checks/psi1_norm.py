"""The psi_1 norm. Of `normalised` and `length` either is enough, so that neither is needed.

Radii add up for any non-negative weights, as exp((X+Y)/(a+c)) is at most the mean of exp(X/a) and
exp(Y/c) with weights a and c. A larger radius: if X >= 0, the moment falls. If the weights sum to
one, the moment is convex in 1/b, is 1 at 1/b = 0 and at most 2 at 1/a; so it is at most 2 between.
"""

from collections.abc import Callable

import numpy as np
from flint import arb

from numeric.checks._base import BITS, Counter
from numeric.checks._psi1 import (
    at_least,
    draw_probabilities,
    evaluated_counter,
    moment,
    radius,
    responses,
)
from numeric.checks._raw_trajectory import Exact, exact
from numeric.checks._vectors import Row, numbers
from numeric.core.balls import Array, ball_precision, to_balls
from theory.evaluate import Values
from theory.statements.psi1_norm import STATEMENT


def norms(weight: Array, X: Array, Y: Array, a: arb, b: arb, c: arb, scale: arb) -> Values:
    """Every moment that the claim and its twins speak of; arrays (n,)."""
    with ball_precision(BITS):
        return {
            "a": a,
            "b": b,
            "c": c,
            "scale": scale,
            "wider": moment(weight, X / b),
            "scaled": moment(weight, (scale * X) / (scale * a)),
            "added": moment(weight, (X + Y) / (a + c)),
            "narrower": moment(weight, X / (a / 2)),
            "unscaled": moment(weight, (X + Y) / a),
        }


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """Radii close to the norms, or larger; Y has any sign. ``log_odds`` has no part in this."""
    weight, value = draw_probabilities(rng)
    with ball_precision(BITS):
        X = abs(value)
    Y = to_balls(rng.normal(size=len(X)) * 10 ** rng.uniform(-6, 3))
    a, c = at_least(rng, radius(weight, X)), at_least(rng, radius(weight, Y))
    b, scale = at_least(rng, a), float(10 ** rng.uniform(-9, 9))
    return norms(weight, X, Y, arb(a), arb(b), arb(c), arb(scale))


def instance(
    note: str,
    drop: str | None = None,
    weight: Row = (1,),
    X: Row = (1,),
    Y: Row = (1,),
    a: Exact = 2,
    b: Exact = 2,
    c: Exact = 2,
    scale: Exact = 1,
    meaningless: bool = False,
) -> Callable[[], Counter]:
    def make() -> Counter:
        w, x, y = numbers(weight), numbers(X), numbers(Y)
        values = norms(w, x, y, exact(a), exact(b), exact(c), exact(scale))
        why = {
            "nonnegative": "as listed",
            "normalised": "the weights sum to 1",
            "length": "as listed",
            "in_ball": f"E[exp(X/a)] = {float(moment(w, x / exact(a))):.3f} <= 2",
            "wider": f"a = {a} <= b = {b}",
            "second": f"E[exp(Y/c)] = {float(moment(w, y / exact(c))):.3f} <= 2",
            "scale": f"the factor is {scale}",
        }
        return evaluated_counter(
            STATEMENT,
            values,
            note,
            drop,
            why,
            meaningless,
            responses(weight=w, X=x, Y=y),
            weight=weight,
            X=X,
            Y=Y,
            a=a,
            b=b,
            c=c,
            scale=scale,
        )

    return make


CONSTANT = instance("X = Y = 1 and a = c = 2: every moment is sqrt(e) = 1.65, within 2")

COUNTERS: dict[str, Callable[[], Counter]] = {
    "half the radius": CONSTANT,
    "the second radius forgotten": CONSTANT,
    "three quarters": CONSTANT,
    "drop nonnegative": instance(
        "-6 + 10 x - 3 x^2 is 2.3 at x = sqrt(e), and negative at x = e",
        "nonnegative",
        weight=(-6, 10, -3),
        X=(0, 1, 2),
        Y=(0, 0, 0),
        a=1,
        b=2,
    ),
    "drop in_ball": instance("E[exp(X/a)] = e", "in_ball", a=1, b=1),
    "drop wider": instance("a smaller radius: e", "wider", b=1),
    "drop second": instance("Y = 4 has the norm 4/log 2 > c: exp(5/4)", "second", Y=(4,)),
    "drop scale": instance("the factor 0: exp(0/0)", "scale", scale=0, meaningless=True),
}
