"""Theorem 3. `indicators`, `nonempty`, `positive_L` and `short` are not needed.

`indicators`: without it n paths may lead from the empty prefix to one response. By the other
hypotheses begins(p, o) is then the share of these paths that go through p, and there are n such
responses: no different from n distinct ones.

`nonempty`: a response without a token is the empty prefix. This is then complete, so that exactly
one response begins with it: there is no other, and nothing moves.

`positive_L`: if L = 0, a step with eta > 0 has constant token scores on its segment; as the mean of
score^2 is minus the mean of the score's derivative, they are all 0. So nothing moves, and M = 0.

`short`, the second branch of (18a): Lemma 1 and Lemma 2 need no condition on the step.
"""

from numeric.checks._prelude import *
from numeric.checks import theorem_1b
from numeric.checks._paths import OUTSIDE, SHORT_STEPS, fitting, in_one_token, unneeded
from numeric.checks._tree_trajectory import PRINTED, draw_convergence
from theory.statements.theorem_3 import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_convergence(rng, log_odds, PRINTED)


PATHS = theorem_1b.PATHS | OUTSIDE | SHORT_STEPS
COUNTERS = counters(STATEMENT, in_one_token(PATHS))

WITHOUT = fitting(STATEMENT, unneeded())
