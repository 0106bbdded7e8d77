"""Along a fixed direction: a function whose slope is at least ``gap`` at both ends of a step.

Its slope falls at a rate of at most L and rises at a rate of at most U. Then it gains at least
gap eta - L U eta^2/(2(L + U)), so it rises for every step below 2 gap (1/L + 1/U). With curvature
between -L and L that is 4 gap/L, where the triangle wave of numeric.experiments.collapse.landscapes
begins to fall.
"""

from theory.statements._prelude import *
from theory.statements._common import gap

f, slope = Symbol("f", (REAL,)), Symbol("slope", (REAL,))
U, start, end = var("U"), var("start"), var("end")
inside = conj(0 <= t, t <= eta)


def loss(divisor: int) -> Term:
    """L U eta^2/(divisor (L + U))."""
    return L * U * eta**2 / (divisor * (L + U))


STATEMENT = Statement(
    slug="fixed_direction",
    title="Along a fixed direction J rises below 2 gap (1/L + 1/U)",
    paper_ref="not in the paper; sharpens Theorem 1(b) for a fixed direction",
    kind="lower",
    hypotheses=(
        Hypothesis(
            "differentiable", has_derivative(t, f(t), slope(t)), "slope is the derivative of f"
        ),
        Hypothesis(
            "falls",
            forall(t, implies(inside, slope(0) - L * t <= slope(t))),
            "the slope falls at a rate of at most L",
        ),
        Hypothesis(
            "rises",
            forall(t, implies(inside, slope(eta) - U * (eta - t) <= slope(t))),
            "and rises at a rate of at most U",
        ),
        Hypothesis(
            "aligned", conj(gap <= slope(0), gap <= slope(eta)), "the slope is >= gap at both ends"
        ),
        Hypothesis("constants", conj(0 < L, 0 < U, 0 <= eta), "rates and step size"),
    ),
    conclusion=conj(
        gap * eta - loss(2) <= end - start,
        implies(conj(0 < eta, L * U * eta < 2 * gap * (L + U)), start < end),
    ),
    notation=(
        Notation(start, f(0), "f where the step starts"),
        Notation(end, f(eta), "f where the step arrives"),
    ),
    twins=(
        Twin("half of the loss", gap * eta - loss(4) <= end - start),
        Twin("no loss", gap * eta <= end - start),
        Twin(
            "twice the step", implies(conj(0 < eta, L * U * eta < 4 * gap * (L + U)), start < end)
        ),
        Twin("aligned at the start only", drop="aligned"),
        Twin("any slope", drop="falls"),
    ),
)
