"""What the kernel proves about a softmax, and about eq. (17), is about what is measured.

That the hypotheses and the claims hold on what is drawn is tested for all claims at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import assume, given
from hypothesis import strategies as st

from numeric.attack.pool import modules
from numeric.checks import expansion
from numeric.checks._base import BITS, Truth, decide, drawn, refuted
from numeric.checks._softmax import draw_tokens
from numeric.core.balls import ball_precision
from tests.depth import examples
from theory.kernel.terms import conj, has_derivative
from theory.statements import STATEMENTS
from theory.statements.logit_gradient import slope, value
from theory.vocabulary import STEP, t

seeds = st.integers(0, 2**32 - 1)


def values_of(slug: str, seed: int) -> dict[str, Any]:
    return dict(modules()[slug].draw(np.random.default_rng(seed), 0.0))


@pytest.mark.claim("tabular_ascent")
@given(seeds, st.floats(-9, 9))
@examples(20)
def test_abbreviations_mean_what_is_computed_from_the_logits(seed: int, log_odds: float) -> None:
    tokens = draw_tokens(np.random.default_rng(seed), log_odds)
    found = drawn(STATEMENTS["tabular_ascent"], tokens, tokens.bits)
    with ball_precision(tokens.bits):
        p, after, u = tokens.probabilities(), tokens.moved().probabilities(), tokens.updates()
        for name, row in (("p", p), ("p_next", after), ("u", u)):
            for o in range(tokens.n):
                assert arb(found[name](o)).overlaps(row[o]), name
        assert arb(found["V"]).overlaps(p @ tokens.rewards)
        assert not arb(found["V"]).overlaps(p @ tokens.rewards + 1)


@pytest.mark.claim("logit_gradient")
@given(seeds)
@examples(10)
def test_the_slope_of_the_mean_reward_is_the_expected_update(seed: int) -> None:
    values = values_of("logit_gradient", seed)
    with ball_precision(BITS):
        assert decide(has_derivative(t, value(t), slope(t)), values).kept
        assert decide(has_derivative(t, value(t), 2 * slope(t)), values) is Truth.FALSE


@pytest.mark.claim("expansion")
@given(seeds)
@examples(10)
def test_the_gap_is_the_slope_of_the_log_odds_and_the_brace_that_of_the_gap(seed: int) -> None:
    values = values_of("expansion", seed)
    curve = expansion.STATEMENT.conclusion.args[1]
    with ball_precision(BITS):
        slopes = has_derivative(t, STEP.log_odds(t), STEP.alignment(t))
        wrong = has_derivative(t, STEP.log_odds(t), 2 * STEP.alignment(t))
        assert decide(conj(slopes, curve), values).kept
        assert decide(wrong, values) is Truth.FALSE


@given(seeds)
@examples(20)
def test_the_printed_coefficient_is_wrong_on_random_policies_too(seed: int) -> None:
    values = values_of("expansion", seed)
    assume(len(values["Response"]) > 2)  # for two, all variances are 0
    assert refuted(STATEMENTS["expansion_printed"], values)
