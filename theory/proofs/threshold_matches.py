"""min <= T_psi/(1-J) <= T_inf/((1-J) log 2), and (1-J) log 2 <= 1."""

from theory.proofs._prelude import *
from theory.proofs._psi1 import log_two
from theory.proofs._witness import witness as proved_witness
from theory.statements._common import F, gap
from theory.statements._grpo import T_inf, T_psi, allowed, first_arm
from theory.statements.psi1_moment import LOG_2
from theory.statements.threshold_matches import STATEMENT, collapse

ALLOWED, COLLAPSE = STATEMENT.expand(allowed), STATEMENT.expand(collapse)
DENOMINATOR, D = ALLOWED.args[1], (L + G**2) * T_inf


def prove(goal: Term) -> Proof:
    hypotheses = STATEMENT.formal_hypotheses
    rates, constants = assume(hypotheses["rates"]), assume(hypotheses["constants"])
    light = assume(hypotheses["light"])
    gap_up, L_up, G_up, T_up, psi_up = (part(constants, j) for j in range(5))
    low, high = log_two()
    share = F * LOG_2
    small = solve(share <= 1, rates, low, high), solve(0 < share, rates, low)
    arm = solve(eq(first_arm * F, T_psi), part(rates, 0))
    scaled_arm = solve(first_arm * share <= T_inf, arm, light)
    arms = solve(0 < first_arm, psi_up, part(rates, 0)), solve(0 < 8 * T_inf**2, T_up)
    least = DENOMINATOR.args[1].args[1]
    below = solve(least * share <= T_inf, scaled_arm, small[1])
    loss = solve(L * T_inf * share <= L * T_inf, solve(0 <= L * T_inf, L_up, T_up), small[0])
    scaled = solve(G**2 * (least * share) <= G**2 * T_inf, below)
    compared = solve(DENOMINATOR * share <= D, loss, scaled)
    smaller = solve(0 < least, *arms)
    square = solve(0 < G**2, G_up)
    positive = solve(0 < DENOMINATOR, smaller, square, L_up, T_up), solve(0 < D, square, L_up, T_up)
    times = solve(eq(ALLOWED * DENOMINATOR, gap / 2), positive[0])
    step = solve(0 <= ALLOWED, times, positive[0], gap_up)
    room = solve_hiding(
        share * (gap / 2) <= ALLOWED * D, (ALLOWED, DENOMINATOR, share, D), times, compared, step
    )
    least_step, factor = F * LOG_2 / 2 * gap / D, 240 / share
    inverse = solve(eq(least_step * D, share * (gap / 2)), positive[1])
    first = solve_hiding(
        least_step <= ALLOWED, (least_step, ALLOWED, D, share), inverse, room, positive[1]
    )
    whole = solve(eq(factor * share, 240), small[1]), solve(0 < factor, small[1])
    grown = solve_hiding(
        120 * gap <= factor * ALLOWED * D, (ALLOWED, D, factor, share), room, *whole
    )
    longest = solve(eq(COLLAPSE * D, 120 * gap), positive[1])
    second = solve_hiding(
        COLLAPSE <= factor * ALLOWED, (COLLAPSE, ALLOWED, D, factor), longest, grown, positive[1]
    )
    return conclude(goal, first, second, *positive, *small, arms[0], part(rates, 0))


def witness() -> Instance:
    """J = 1/2, a gap of 1, T_inf = 2 and T_psi = 2, which is below 2/log 2."""
    numbers = {
        F: const(1) / 2,
        gap: lift(1),
        L: lift(1),
        G: lift(1),
        T_inf: lift(2),
        T_psi: lift(2),
    }
    model = Model({}, {}, numbers)
    shown = {"J": "1/2", "gap": "1", "L": "1", "G": "1", "T_inf": "2", "T_psi": "2"}
    return proved_witness(STATEMENT, model, log_two(), shown)
