"""Theorem 3 under the sharp step size. `indicators`, `nonempty` and `positive_L` are not
needed, as in theorem_3."""

from numeric.checks._prelude import *
from numeric.checks import theorem_1b_sharp
from numeric.checks._paths import OUTSIDE, in_one_token, unneeded
from numeric.checks._tree_trajectory import SHARP, draw_convergence
from theory.statements.theorem_3_sharp import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_convergence(rng, log_odds, SHARP)


PATHS = theorem_1b_sharp.PATHS | OUTSIDE
COUNTERS = counters(STATEMENT, in_one_token(PATHS))

WITHOUT = {"indicators": unneeded()["indicators"]}
