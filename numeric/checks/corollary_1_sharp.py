"""Corollary 1 under the sharp Lemma 1: the paths of corollary_1, whose steps are shorter."""

from numeric.checks._prelude import *
from numeric.checks import corollary_1
from numeric.checks._trajectory import draw_uniform
from theory.statements.corollary_1_sharp import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_uniform(rng, log_odds, lambda start, least: least / (2 * start.L + start.G**2))


COUNTERS = counters(STATEMENT, corollary_1.PATHS)
WITHOUT = corollary_1.WITHOUT
