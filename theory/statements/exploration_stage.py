"""The second stage: once the mean reward has passed every other token, mass flows to the best one.

The good token's advantage is negative now. Its logit falls, the best token's rises, and the best
token's probability rises at every step, however long. The stage lasts: V never falls
(`tabular_ascent`), so what it has passed stays passed.
"""

from theory.statements._prelude import *
from theory.statements._softmax import *
from theory.statements.exploitation_stage import MOVES

STATEMENT = Statement(
    slug="exploration_stage",
    title="Exploration: past the boundary the best token gains at every step, for good",
    paper_ref="second paper: second stage (our reading)",
    kind="lower",
    hypotheses=(
        NONEMPTY,
        MOVES,
        Hypothesis(
            "passed",
            forall(o, implies(negate(eq(o, best)), r(o) < V)),
            "the mean reward is above that of every token but the best",
        ),
        Hypothesis("unfinished", V < r(best), "the best token has the highest reward"),
        Hypothesis("other", negate(eq(good, best)), "the good token is not the best one"),
    ),
    conclusion=conj(
        logit_update(good) < 0,
        0 < logit_update(best),
        p(best) * p_next(good) < p_next(best) * p(good),
        p(best) <= p_next(best),
        r(good) < V_next,
    ),
    notation=(PROBABILITY, PROBABILITY_NEXT, VALUE, VALUE_NEXT, UPDATE),
    twins=(
        Twin("the good token gains", p_next(best) * p(good) <= p(best) * p_next(good)),
        Twin("the best token falls", p_next(best) <= p(best)),
        Twin("the good token still rises", 0 <= logit_update(good)),
        Twin("before the boundary", drop="passed"),
        Twin("no step", drop="moves"),
    ),
)
