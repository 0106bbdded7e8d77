"""The sums of eqs. (4) and (5): E[A f] = J(1-J)(E+[f] - E-[f]), and sigma^2 = J(1-J)."""

from theory.proofs._prelude import *
from theory.proofs._step import success_interior
from theory.statements._grpo import (
    BINARY,
    PI,
    SPREAD,
    advantage,
    dr_grpo_of,
    grpo_of,
    length,
    sigma,
)

J, F = STEP.success(), STEP.failure()
RIGHT, WRONG = STEP.correct(), STEP.incorrect()


@cache
def variance() -> Proof:
    """sigma^2 = J(1-J), for 0/1 rewards."""
    spread = solve(eq(PI * advantage**2, (1 - 2 * J) * RIGHT + J**2 * PI), at(BINARY.formula, o))
    sums = sum_equal(spread, o, (1 - 2 * J, RIGHT), (J**2, PI))
    normalised = at(STEP.normalised(), 0)
    return solve(eq(sigma**2, J * F), sums, normalised, assume(SPREAD.formula))


def dr_grpo_is_gap(f: Term) -> Proof:
    """E[A f] = J(1-J)(E+[f] - E-[f])."""
    split = solve(eq(PI * advantage * f, F * (RIGHT * f) + -J * (WRONG * f)))
    sums = sum_equal(split, o, (F, RIGHT * f), (-J, WRONG * f))
    gap = STEP.mean_correct(f) - STEP.mean_incorrect(f)
    return solve(eq(dr_grpo_of(f), J * F * gap), sums, *success_interior())


def grpo_is_gap(f: Term) -> Proof:
    """E[A/sigma f/|o|] = sigma (E+[f/|o|] - E-[f/|o|])."""
    per_token, spread = f / length(o), assume(SPREAD.formula)
    scaled = solve(
        eq(PI * (advantage / sigma) * per_token, 1 / sigma * (PI * advantage * per_token)), spread
    )
    sums = sum_equal(scaled, o, (1 / sigma, PI * advantage * per_token))
    gap = STEP.mean_correct(per_token) - STEP.mean_incorrect(per_token)
    known = sums, dr_grpo_is_gap(per_token), variance(), spread
    return solve(eq(grpo_of(f), sigma * gap), *known)
