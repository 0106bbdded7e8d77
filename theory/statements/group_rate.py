"""A safe learning rate for any update of a group, by its exact second moment.

`group_safe_rate` bounds the length of the update by G, which nothing attains: here is what that
length is in the mean. The advantages are any that are computed from the rewards and add up to 0,
those of Dr. GRPO and of GRPO without 1/|o| among them.
"""

from theory.statements._group_step import *
from theory.statements.group_second_moment import (
    ALONG,
    SQUARES,
    A,
    along,
    right_squares,
    variances,
    wrong_squares,
)

factor, second, trace_plus, trace_minus = map(
    var, ("factor", "second", "trace_plus", "trace_minus")
)
PUSH = mean(A * gradient(i, draw(z, a)))
TRACES = tuple(total(i, f) for f in variances(gradient(i, o)))
MOMENT = along * gap2 + (right_squares * trace_plus + wrong_squares * trace_minus) / n
SLOPE = factor * (F * gap2)


def safe(rate: Term) -> Term:
    """Steps up to ``rate`` times the safe one never lower E[log J]."""
    return implies(alpha * L * second <= rate * SLOPE, before <= after)


STATEMENT = Statement(
    slug="group_rate",
    title="One step on one sampled group, for any advantages, by the exact second moment",
    paper_ref="not in the paper",
    kind="lower",
    hypotheses=(INTERIOR, BINARY, *TWO_BY_TWO, CHANCES, CENTRED, *STEPS),
    conclusion=conj(
        eq(second, MOMENT),
        before + alpha * SLOPE - L * alpha**2 / 2 * second <= after,
        safe(const(2)),
    ),
    notation=(
        SUCCESS,
        FAILURE,
        GROUP_SIZE,
        Notation(push, PUSH, "coordinate i of the update ghat", (z, i)),
        Notation(factor, expected(ALONG), "E of the group's mean of A r; E[ghat] = factor g"),
        Notation(second, expected(total(i, PUSH**2)), "E|ghat|^2"),
        *SQUARES,
        Notation(trace_plus, TRACES[0], "E+ of |grad log pi - g+|^2"),
        Notation(trace_minus, TRACES[1], "E- of |grad log pi - g-|^2"),
        GAP2,
        BEFORE,
        AFTER,
    ),
    twins=(
        Twin("a longer step", safe(const(3))),
        Twin("no noise", eq(second, along * gap2)),
        Twin("half the curvature", before + alpha * SLOPE - L * alpha**2 / 4 * second <= after),
        Twin("copies of one response", drop="independent"),
    ),
)
