"""Arithmetic: 2 G^2 T_psi bound = (1-J) gap, and (sigma/(1-J))^2 = J/(1-J)."""

from theory.proofs._prelude import *
from theory.proofs._scalars import facts, scalar_witness
from theory.statements._common import F, J, gap
from theory.statements._grpo import B, T_psi, bound, eta_dr_grpo, eta_grpo, sigma
from theory.statements.grpo_versus_dr_grpo import STATEMENT, late

BOUND, GRPO, DR_GRPO = (STATEMENT.expand(x) for x in (bound, eta_grpo, eta_dr_grpo))
RATIO = 2 * alpha * G**2 * sigma / F


@cache
def ratio() -> Proof:
    """eta_grpo = 2 alpha G^2 sigma/(1-J) bound."""
    known = facts("G", "T_psi", "F")
    allowed = solve(eq(2 * G**2 * T_psi * BOUND, F * gap), *known)
    share = solve(eq(RATIO * F, 2 * alpha * G**2 * sigma), *known)
    step = solve(eq(GRPO * T_psi, alpha * gap * sigma), *known)
    scaled = solve(eq(RATIO * BOUND * T_psi, alpha * gap * sigma), allowed, share, *known)
    return solve(eq(GRPO, RATIO * BOUND), step, scaled, *facts("T_psi"))


@cache
def positive_bound() -> Proof:
    """0 < bound."""
    return solve(0 < BOUND, *facts("G", "T_psi", "F", "gap"))


def prove(goal: Term) -> Proof:
    positive = positive_bound()
    dr_ratio = 2 * alpha * G**2 * T_psi * J
    allowed = solve(eq(2 * G**2 * T_psi * BOUND, F * gap), *facts("G", "T_psi", "F"))
    dr = solve(eq(DR_GRPO, dr_ratio * BOUND), allowed)

    level = assume(STATEMENT.formal_hypotheses["level"])
    deviation = facts("deviation")
    square = solve(eq(RATIO**2 * F, 4 * alpha**2 * G**4 * J), *deviation, *facts("F"))
    above = solve(B**2 * F <= RATIO**2 * F, assume(late), square)
    large = solve(B**2 <= RATIO**2, above, *facts("F"))
    ratio_positive = solve(0 < RATIO, *facts("alpha", "G", "F"), *deviation)
    more = solve(B <= RATIO, large, ratio_positive, level)
    over = discharge(solve(B * BOUND <= GRPO, more, ratio(), positive), late)

    slow = assume(2 * alpha * G**2 * T_psi <= 1)
    rate = 2 * alpha * G**2 * T_psi
    high = solve(J <= 1, *facts("F", "whole"))
    positive_rate = solve(0 < rate, *facts("alpha", "G", "T_psi"))
    small = solve_hiding(rate * J <= 1, (rate,), slow, high, positive_rate)
    under = discharge(solve(DR_GRPO <= BOUND, dr, small, positive), slow.conclusion)
    return conclude(goal, ratio(), dr, over, under, *facts("G", "T_psi", "F"))


def witness() -> Instance:
    return scalar_witness(STATEMENT, {B: 1})
