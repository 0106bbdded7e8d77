"""Theorem 1(b) in vectors. `positive_L` is not needed, as in ``theorem_1b``.

With one coordinate and w = 1 the gradient is the score: the instances of ``theorem_1b`` serve.
"""

from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np

from numeric.checks import theorem_1b
from numeric.checks._base import Counter
from numeric.checks._orbits import Counters, even_wave
from numeric.checks._raw_trajectory import counter
from numeric.checks.step_under_assumption_1 import RENAMED, in_one_coordinate
from theory.evaluate import Values
from theory.statements.theorem_1b import STATEMENT as ALONG


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """The runs of theorem_1b: their L and G bound gradient vectors, and every |w| <= 1."""
    return theorem_1b.draw(rng, log_odds)


def long_directions() -> Counter:
    """w = 20: along a unit direction the wave has 1/20 of its slope and 1/400 of its curvature."""
    wave = even_wave()
    why = {
        "smooth": "L is that of a unit direction, 1/400 of the curvature along w",
        "bounded": "G is that of a unit direction, 1/20 of the slope along w",
        "adapted": "eta = 6, the gap along w is 1, the bound is 1/(2 (11/4000 + 8/400)) > 21",
    }
    path = replace(wave, L=Fraction(11, 4000), G=Fraction(1, 20), why={**wave.why, **why})
    return counter(ALONG, path, 2, "each step follows one period of a wave; J stays")


SAME: Counters = {
    name.replace("drop smooth", f"drop {RENAMED['smooth']}"): partial(in_one_coordinate, make)
    for name, make in theorem_1b.COUNTERS.items()
}
COUNTERS: Counters = SAME | {"drop unit": partial(in_one_coordinate, long_directions, "unit")}
