"""The exact GRPO gradient against the gap: the printed reduction fails where its repair holds."""

from __future__ import annotations

import numpy as np
import pytest

from numeric.checks import grpo_along_gap_printed as printed
from numeric.checks._base import check, with_abbreviations
from theory.statements import STATEMENTS

REPAIR = STATEMENTS["grpo_length_covariance"]

pytestmark = pytest.mark.claim("grpo_along_gap_printed", aspect="holds on random policies")


def is_turned(values):
    """Certainly against the gap, while the exact form is not refuted."""
    (sign,) = check(printed.STATEMENT, values)
    repaired = check(REPAIR, with_abbreviations(REPAIR, values))
    return sign.holds is False and all(one.holds is not False for one in repaired)


def test_the_countermodel_turns_the_gradient_round() -> None:
    assert is_turned(printed.COUNTERS["printed"]().values)


def test_so_do_random_policies_with_suitable_lengths() -> None:
    drawn = {seed: printed.turned(np.random.default_rng(seed)) for seed in range(40)}
    assert [seed for seed, values in drawn.items() if not is_turned(values)] == []


def test_a_gradient_along_the_gap_is_not_turned() -> None:
    values = dict(printed.COUNTERS["printed"]().values)
    assert not is_turned({**values, "grpo": -values["grpo"]})
