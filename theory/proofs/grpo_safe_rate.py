"""With m the smaller arm: (1-J) m <= T_psi and m <= peak^2 T_psi, so sigma m <= peak T_psi. And
sigma <= 1/2."""

from theory.proofs._prelude import *
from theory.proofs._scalars import facts, scalar_witness
from theory.proofs.grpo_overshoot_scope import (
    ALLOWED,
    DENOMINATOR,
    allowed_times,
    denominator,
    step_times,
)
from theory.proofs.grpo_versus_dr_grpo import GRPO
from theory.statements._common import F
from theory.statements._grpo import T_inf, T_psi, first_arm, second_arm, sigma
from theory.statements.grpo_safe_rate import PEAK, STATEMENT, peak, worst

SMALLER = DENOMINATOR.args[1].args[1]


def prove(goal: Term) -> Proof:
    positive = facts("T_psi")
    spread = part(assume(PEAK.formula), 0), part(assume(PEAK.formula), 1)
    deviation = facts("deviation")

    # sigma m <= peak T_psi
    arm = solve(eq(first_arm * F, T_psi), *facts("F"))
    low = solve(SMALLER * F <= T_psi, arm, *facts("F"))
    high = solve(SMALLER <= peak**2 * T_psi, spread[1])
    arms = solve(0 < first_arm, *facts("T_psi", "F")), solve(0 < second_arm, *facts("T_inf"))
    least = solve(0 < SMALLER, *arms)
    variance = solve(sigma**2 <= F, *deviation, *facts("F", "J", "whole"))
    square = solve_hiding((sigma * SMALLER) ** 2 <= F * SMALLER * SMALLER, (SMALLER,), variance)
    first = solve_hiding(F * SMALLER * SMALLER <= T_psi * SMALLER, (SMALLER,), low, least)
    second = solve_hiding(T_psi * SMALLER <= (peak * T_psi) ** 2, (SMALLER,), high, *positive)
    bound = solve(0 < peak * T_psi, spread[0], *positive)
    product = solve_hiding(
        sigma * SMALLER <= peak * T_psi, (SMALLER, peak * T_psi), square, first, second, bound
    )

    # 2 alpha sigma (L T + G^2 m) <= T_psi
    half = solve(2 * sigma <= 1, *deviation, *facts("J", "F", "whole"))
    loss = solve(0 <= alpha * L * T_inf, *facts("alpha", "L", "T_inf"))
    line = solve(2 * alpha * sigma * (L * T_inf) <= alpha * L * T_inf, half, loss)
    rate = solve(0 <= 2 * alpha * G**2, *facts("alpha"))
    curve = solve_hiding(
        2 * alpha * G**2 * (sigma * SMALLER) <= 2 * alpha * G**2 * (peak * T_psi),
        (sigma * SMALLER, 2 * alpha * G**2),
        product,
        rate,
    )
    price = solve(eq(worst * T_psi, L * T_inf + 2 * G**2 * peak * T_psi), *positive)
    slow = assume(STATEMENT.formal_hypotheses["rate"])
    whole = solve_hiding(alpha * worst * T_psi <= T_psi, (worst,), slow, *positive)
    cost = solve_hiding(
        2 * alpha * sigma * DENOMINATOR <= T_psi, (SMALLER, worst), line, curve, price, whole
    )

    step = step_times()
    gained = solve_hiding(
        2 * GRPO * DENOMINATOR * T_psi <= 2 * ALLOWED * DENOMINATOR * T_psi,
        (GRPO, ALLOWED, DENOMINATOR),
        step,
        allowed_times(),
        cost,
        *facts("gap"),
    )
    below = solve_hiding(
        GRPO <= ALLOWED, (GRPO, ALLOWED, DENOMINATOR), gained, denominator(), *positive
    )
    return conclude(goal, below, denominator(), *facts("T_psi", "F"))


def witness() -> Instance:
    """peak = T_inf sqrt(8/T_psi) = T_inf = 8."""
    return scalar_witness(STATEMENT, {peak: 8})
