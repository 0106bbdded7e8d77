"""What the kernel proves is about the numbers that are measured.

The formal statements know sums over responses, logp, score and r, and nothing else. Here they are
evaluated on policies, term by term as the kernel has them, and compared with what ``numeric``
measures in its own way. A slip in an abbreviation would show.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from numeric.checks._base import BITS, check
from numeric.checks._instances import on_line
from numeric.checks._paths import Path, fixed, steady, wave
from numeric.checks._step import Step, defined, draw, measured, moderate
from numeric.checks._trajectory import Point, trajectory_values
from numeric.checks.mean_curvature_step import mean_curvatures
from numeric.core.balls import ball_precision, to_balls
from tests.depth import examples
from theory.evaluate import evaluate
from theory.kernel.statement import Notation
from theory.kernel.terms import Symbol, Term
from theory.statements import STATEMENTS, _common, _trajectory

STEP_CLAIMS = (
    *("normalisation", "log_success_step", "sharp_step", "mean_curvature_step"),
    *("lemma_1_sharp", "lemma_1"),
)
seeds = st.integers(0, 2**32 - 1)


def formal_step(step: Step) -> dict[str, Any]:
    """logp, score and r of one update as functions, and its constants."""
    theta, w = to_balls(step.theta), to_balls(step.w)

    def at(t: Any) -> Any:
        return theta + arb(t) * w

    return {
        "Response": range(step.policy.n),
        "logp": on_line(lambda t: step.policy.log_probs(at(t))),
        "score": on_line(lambda t: step.policy.scores(at(t)) @ w),
        "r": lambda o: to_balls(step.reward)[o],
        "eta": arb(step.eta),
        "L": arb(step.smoothness),
        "B": lambda o: arb(step.curvatures[o]),
        "G": measured(step)["G"],
    }


@examples(40)
@given(seeds, st.floats(-27.6, 27.6))
def test_every_abbreviation_of_a_step_is_what_is_measured(seed: int, log_odds: float) -> None:
    step = moderate(draw(np.random.default_rng(seed), log_odds))
    ahead = abs(float(step.measure().log_odds_next))
    with ball_precision(BITS + 2 * int(ahead) + 8):
        formal = formal_step(step)
        numbers = measured(step) | defined(step) | mean_curvatures(step)
        own = STATEMENTS["mean_curvature_step"].notation
        for notation in dict.fromkeys((*_common.STEP_NOTATION, *own)):
            name = str(notation.symbol.data)
            assert evaluate(notation.body, formal).overlaps(arb(numbers[name])), name


@pytest.mark.hypothesis
@pytest.mark.parametrize(
    "slug", [pytest.param(s, id=s, marks=pytest.mark.claim(s)) for s in STEP_CLAIMS]
)
def test_the_formal_conclusion_holds_on_random_policies(slug: str) -> None:
    statement = STATEMENTS[slug]

    @examples(15)
    @given(seeds, st.floats(-10, 10))
    def holds(seed: int, log_odds: float) -> None:
        step = moderate(draw(np.random.default_rng(seed), log_odds))
        ahead = abs(float(step.measure().log_odds_next))
        with ball_precision(BITS + 2 * int(ahead) + 8):
            found = check(statement, formal_step(step), statement.formal_conclusion)
        assert found
        assert all(one.holds is not False for one in found)

    holds()


@pytest.mark.parametrize("path", [steady(3, fixed(Fraction(1, 17))), wave(2, 1, 5)])
def test_every_abbreviation_of_a_trajectory_is_what_is_measured(path: Path) -> None:
    with ball_precision(BITS):
        numbers = trajectory_values([Point(*path.point(k), path.eta(k)) for k in range(5)])
        for notation in _trajectory.NOTATION:
            (param,) = notation.params
            name = notation.symbol.name
            for k in range(4):
                value = evaluate(notation.body, {**path.formal(), str(param.data): k})
                assert arb(value).overlaps(arb(numbers[name](k))), (name, k)


def agrees(body: Term, name: str, step: Step) -> bool:
    with ball_precision(BITS):
        return bool(evaluate(body, formal_step(step)).overlaps(arb(measured(step)[name])))


def test_a_slip_in_an_abbreviation_is_noticed() -> None:
    step = draw(np.random.default_rng(1), 0.5)
    right: Notation = _common.SUCCESS
    assert agrees(right.body, "J", step)
    assert not agrees(_common.FAILURE.body, "J", step)
    assert not agrees(_common.MEAN_PLUS.body, "gap", step)
    assert not agrees(_common.SUCCESS_NEXT.body, "J", step)


def test_the_abbreviations_stand_for_closed_terms_of_the_policy() -> None:
    for statement in STATEMENTS.values():
        for notation in statement.notation:
            short = {n.symbol for n in statement.notation if isinstance(n.symbol, Symbol)}
            assert not notation.body.symbols & short
