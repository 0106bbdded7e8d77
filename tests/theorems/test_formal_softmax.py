"""What the kernel proves about a softmax, and about eq. (17), is about what is measured.

Hypotheses, abbreviations and derivatives are evaluated as the kernel has them, on the tokens and
responses that the checks draw.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import assume, given
from hypothesis import strategies as st

from numeric.attack.necessity import modules
from numeric.checks import binary_control, expansion, expansion_printed
from numeric.checks._base import BITS, refuted
from numeric.checks._formulas import truth
from numeric.core.balls import ball_precision
from tests.depth import examples
from theory.evaluate import evaluate
from theory.kernel.statement import Notation
from theory.kernel.terms import Symbol, Term, conj, has_derivative
from theory.statements import STATEMENTS
from theory.statements.logit_gradient import slope, value
from theory.vocabulary import STEP, t

SOFTMAX = (
    "logit_gradient",
    "tabular_ascent",
    "stage_boundary",
    "exploitation_stage",
    "exploration_stage",
    "negative_only_graded",
)
CLAIMS = (*SOFTMAX, "binary_control", "expansion")
seeds = st.integers(0, 2**32 - 1)
log_odds = st.floats(-9, 9)


def drawn(slug: str, seed: int, odds: float) -> dict[str, Any]:
    return dict(modules()[slug].draw(np.random.default_rng(seed), odds))


@pytest.mark.parametrize("slug", [pytest.param(s, marks=pytest.mark.claim(s)) for s in CLAIMS])
@given(seeds, log_odds)
@examples(8)
def test_the_formal_hypotheses_hold_on_what_is_drawn(slug: str, seed: int, odds: float) -> None:
    values = drawn(slug, seed, odds)
    with ball_precision(BITS):
        for name, formula in STATEMENTS[slug].formal_hypotheses.items():
            assert truth(formula, values) is not False, name


@pytest.mark.parametrize("slug", [pytest.param(s, marks=pytest.mark.claim(s)) for s in CLAIMS])
@given(seeds, log_odds)
@examples(8)
def test_abbreviations_mean_what_is_measured(slug: str, seed: int, odds: float) -> None:
    values = drawn(slug, seed, odds)
    with ball_precision(4 * BITS):
        for notation in STATEMENTS[slug].notation:
            for formal, measured in both(notation, values):
                assert arb(formal).overlaps(arb(measured)), notation.symbol
                assert arb(formal).rad() < 1e-15, notation.symbol


def both(notation: Notation, values: dict[str, Any]) -> list[tuple[Any, Any]]:
    """The body evaluated, and the number measured; at each token, where there is an argument."""
    if isinstance(notation.symbol, Term):
        return [(evaluate(notation.body, values), values[str(notation.symbol.data)])]
    assert isinstance(notation.symbol, Symbol)
    steps = [0, values["K"]] if len(notation.params) == 2 else [None]
    found = []
    for k in steps:
        for token in values["Response"]:
            row = [token] if k is None else [k, token]
            names = {str(p.data): x for p, x in zip(notation.params, row, strict=True)}
            body = evaluate(notation.body, {**values, **names})
            found.append((body, values[notation.symbol.name](*row)))
    return found


@pytest.mark.claim("logit_gradient")
@given(seeds)
@examples(10)
def test_the_slope_of_the_mean_reward_is_the_expected_update(seed: int) -> None:
    values = drawn("logit_gradient", seed, 0.0)
    with ball_precision(BITS):
        assert truth(has_derivative(t, value(t), slope(t)), values) is not False
        assert truth(has_derivative(t, value(t), 2 * slope(t)), values) is False


@pytest.mark.claim("expansion")
@given(seeds)
@examples(10)
def test_the_gap_is_the_slope_of_the_log_odds_and_the_brace_that_of_the_gap(seed: int) -> None:
    values = drawn("expansion", seed, 0.0)
    curve = expansion.STATEMENT.conclusion.args[1]
    with ball_precision(BITS):
        slopes = has_derivative(t, STEP.log_odds(t), STEP.alignment(t))
        assert truth(conj(slopes, curve), values) is not False
        assert truth(has_derivative(t, STEP.log_odds(t), 2 * STEP.alignment(t)), values) is False


@pytest.mark.claim("expansion_printed", aspect="refuted when weakened")
def test_three_arms_refute_the_printed_coefficient() -> None:
    found = expansion_printed.COUNTERS["printed"]()
    assert refuted(STATEMENTS["expansion_printed"], found.values)
    assert not refuted(STATEMENTS["expansion"], found.values)
    assert float(found.values["coefficient"]) == -1 / 8
    assert float(found.values["var_minus"]) == 1 / 4
    assert set(found.holds) == {h.name for h in STATEMENTS["expansion_printed"].hypotheses}


@given(seeds)
@examples(20)
def test_the_printed_coefficient_is_wrong_on_random_policies_too(seed: int) -> None:
    values = drawn("expansion", seed, 0.0)
    assume(len(values["Response"]) > 2)  # for two, all variances are 0
    assert refuted(STATEMENTS["expansion_printed"], values)


def test_an_instance_that_breaks_its_promise_is_refused() -> None:
    with pytest.raises(ValueError, match="breaks"):
        binary_control.instance(binary_control.CONTROL, "", None, -1)()
    with pytest.raises(ValueError, match="twice"):
        expansion.counter(expansion.three(bent=1), "")()
