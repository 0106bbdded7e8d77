"""The second stage lasts: once the mean reward has passed every token but the best, the best one
gains at every later step, and the mean reward never falls.

`exploration_stage` is one step of it. A sign that exploitation has ended is thus a mean reward
above the reward of the good token, and it does not come back.
"""

from theory.statements._prelude import *
from theory.statements._softmax import (
    ALWAYS_NONEMPTY,
    SOFTMAX_AT_K,
    UPDATED,
    best,
    good,
    r,
)

p, V = Symbol("p", (NAT, RESPONSE)), Symbol("V", (NAT,))

STATEMENT = Statement(
    slug="exploration_lasts",
    title="Exploration lasts: past the boundary the best token gains at every step",
    paper_ref="second paper: second stage (our reading)",
    kind="lower",
    hypotheses=(
        ALWAYS_NONEMPTY,
        UPDATED,
        Hypothesis("moves", forall(k, 0 < steps(k)), "step sizes are positive"),
        Hypothesis(
            "passed",
            forall(o, implies(negate(eq(o, best)), r(o) < V(0))),
            "at the start the mean reward is above that of every token but the best",
        ),
        Hypothesis(
            "unfinished", forall(k, V(k) < r(best)), "the best token has the highest reward"
        ),
        Hypothesis("other", negate(eq(good, best)), "the good token is not the best one"),
    ),
    conclusion=conj(
        r(good) < V(K),
        V(K) <= V(K + 1),
        p(K, best) <= p(K + 1, best),
        p(K, best) * p(K + 1, good) < p(K + 1, best) * p(K, good),
    ),
    notation=(
        Notation(p, SOFTMAX_AT_K.probability(o), "probability before update k", (k, o)),
        Notation(V, SOFTMAX_AT_K.value, "mean reward before update k", (k,)),
    ),
    twins=(
        Twin("the best token falls", p(K + 1, best) <= p(K, best)),
        Twin("the good token gains", p(K + 1, best) * p(K, good) <= p(K, best) * p(K + 1, good)),
        Twin("the mean reward falls", V(K + 1) <= V(K)),
        Twin("before the boundary", drop="passed"),
    ),
)
