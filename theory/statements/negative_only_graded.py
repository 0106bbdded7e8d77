"""Negative-only updates with graded rewards: tokens above the mean gain by their probability, not
by their reward.

Read as min(A, 0), the expected update moves logit o by p(o) (min(r(o) - V, 0) + m), where m is the
mean shortfall. Above the mean that is p(o) m: a likely good token gains more than a rare best one.
Read as reward minus one, it is the policy gradient.
"""

from theory.statements._prelude import *
from theory.statements._softmax import NONEMPTY, PROBABILITY, SOFTMAX, VALUE, V, good, p, r
from theory.statements.logit_gradient import drift, w

clipped, minus_one, shortfall = map(var, ("clipped", "minus_one", "shortfall"))
below = minimum(SOFTMAX.advantage(o), 0)
score = w(o) - SOFTMAX.mean(w(o))


def along(factor: Term) -> Term:
    """sum of p factor w: what an update p(o) factor(o) of the logits has along w."""
    return total(o, p(o) * factor * w(o))


STATEMENT = Statement(
    slug="negative_only_graded",
    title="Negative-only updates of logits with graded rewards",
    paper_ref="second paper: GRPO-N and GSPO-N, in two readings of ours",
    kind="equality",
    hypotheses=(NONEMPTY,),
    conclusion=conj(
        eq(clipped, along(minimum(r(o) - V, 0) + shortfall)),
        implies(V <= r(good), eq(minimum(r(good) - V, 0) + shortfall, shortfall)),
        eq(minus_one, along(r(o) - V)),
    ),
    notation=(
        PROBABILITY,
        VALUE,
        Notation(drift, SOFTMAX.mean(w(o)), "sum of p w, the mean move of a logit"),
        Notation(clipped, SOFTMAX.mean(below * score), "E[min(A, 0) s] along w"),
        Notation(minus_one, SOFTMAX.mean((r(o) - 1) * score), "E[(r - 1) s] along w"),
        Notation(shortfall, -SOFTMAX.mean(below), "m = E[(V - r)_+], the mean shortfall"),
    ),
    twins=(
        Twin("no shortfall", eq(clipped, along(minimum(r(o) - V, 0)))),
        Twin("the same as the full update", eq(clipped, along(r(o) - V))),
        Twin("reward minus one is clipped", eq(minus_one, along(minimum(r(o) - V, 0)))),
    ),
)
