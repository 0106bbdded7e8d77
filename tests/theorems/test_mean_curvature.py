"""`sharp_step` and `log_success_step` are the case B(o) = L of `mean_curvature_step`; and a bound
that is too small for its own response is seen."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from numeric.checks._base import check, examined
from numeric.checks.mean_curvature_step import bent, draw
from theory.kernel.proof import Proof, conclude, instantiate, solve
from theory.kernel.terms import Lambda, Term, eq
from theory.ledger.ask import discharge
from theory.proofs import mean_curvature_step
from theory.proofs._step import incorrect_mass, success_interior
from theory.proofs._toolkit import sum_equal
from theory.proofs.log_success_step import next_positive
from theory.statements import STATEMENTS
from theory.statements.mean_curvature_step import STATEMENT, B
from theory.vocabulary import STEP, L, o


def special_case(constant: Term) -> Proof:
    """The claim with B(o) = constant for every o."""
    general = mean_curvature_step.prove(STATEMENT.formal_conclusion)
    return instantiate(general, functions={B: Lambda((o,), constant)})


def weighted(weight: Term, constant: Term) -> Proof:
    """sum of weight * constant = constant * sum of weight."""
    flat = solve(eq(weight * constant, constant * weight))
    return sum_equal(flat, o, (constant, weight))


def derived(slug: str, constant: Term) -> Proof:
    """The conclusion of another claim, from the special case."""
    sums = (weighted(weight, constant) for weight in (STEP.correct(), STEP.incorrect()))
    positive = (next_positive(correct) for correct in (True, False))
    known = (special_case(constant), *sums, incorrect_mass(), *positive, *success_interior())
    return conclude(STATEMENTS[slug].formal_conclusion, *known)


def verdicts(proof: Proof) -> set[str]:
    """What the solvers say to its obligations, both of them."""
    return {found.verdict for found, _ in discharge(proof.obligations().values()).values()}


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["log_success_step", "sharp_step"])
@pytest.mark.claim("mean_curvature_step", aspect="proved")
def test_one_constant_for_all_responses_gives_back(slug: str) -> None:
    proof = derived(slug, L)
    assert verdicts(proof) == {"proved"}
    assert proof.hypotheses <= set(STATEMENTS[slug].formal_hypotheses.values())


@pytest.mark.slow
def test_a_larger_constant_does_not() -> None:
    proof = derived("sharp_step", 2 * L)
    assert verdicts(proof) != {"proved"}
    assert not proof.hypotheses <= set(STATEMENTS["sharp_step"].formal_hypotheses.values())


def test_a_curvature_that_is_too_small_for_its_response_is_seen() -> None:
    enough = Fraction(11, 50), Fraction(9, 5)
    assert examined(STATEMENT, bent(9, -1, enough)).broken == set()
    for curvatures in ((enough[0] / 2, enough[1]), (enough[0], enough[1] / 2), enough[::-1]):
        assert examined(STATEMENT, bent(9, -1, curvatures)).broken == {"smooth"}


@pytest.mark.slow
@pytest.mark.claim("mean_curvature_step", aspect="other")
def test_random_steps_are_long_and_short_and_their_curvatures_differ() -> None:
    drawn = [draw(np.random.default_rng(seed), 7.0) for seed in range(20)]
    compared = {len(check(STATEMENT, values)) for values in drawn}
    assert compared == {4, 5}  # the fifth one is the rise of J, for short steps
    assert any(values["curvature_plus"] > 2 * values["curvature_minus"] for values in drawn)
    assert any(values["curvature_minus"] > 2 * values["curvature_plus"] for values in drawn)
