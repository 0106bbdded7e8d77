"""The step allowed by (18a) is gap/2 over L T + G^2 times the smaller arm: at most gap/2 over G^2
T_psi/(1-J), at least gap/2 over L T + 8 G^2 T^2. And sigma^2 <= 1-J."""

from theory.proofs._prelude import *
from theory.proofs._scalars import facts, scalar_witness
from theory.proofs.grpo_versus_dr_grpo import BOUND, GRPO, RATIO, ratio
from theory.statements._common import F, J, gap
from theory.statements._grpo import T_inf, T_psi, allowed, first_arm, late_loss, second_arm, sigma
from theory.statements.grpo_overshoot_scope import STATEMENT, close, safe, scale

ALLOWED, SAFE = STATEMENT.expand(allowed), STATEMENT.expand(safe)
DENOMINATOR = ALLOWED.args[1]


@cache
def denominator() -> Proof:
    """0 < L T + G^2 min."""
    arms = solve(0 < first_arm, *facts("T_psi", "F")), solve(0 < second_arm, *facts("T_inf"))
    least = DENOMINATOR.args[1].args[1]
    smaller = solve(0 < least, *arms)
    square = solve(0 < G**2, *facts("G"))
    loss = solve(0 <= L * T_inf, *facts("L", "T_inf"))
    return solve(0 < DENOMINATOR, smaller, square, loss)


@cache
def late_positive() -> Proof:
    """0 < L T + 8 G^2 T^2."""
    return solve(0 < late_loss, *facts("G", "L", "T_inf"))


@cache
def allowed_times() -> Proof:
    """allowed * denominator = gap/2."""
    return solve(eq(ALLOWED * DENOMINATOR, gap / 2), denominator())


@cache
def at_least_late() -> Proof:
    """gap/2 <= allowed (L T + 8 G^2 T^2)."""
    positive = solve(0 < ALLOWED, allowed_times(), denominator(), *facts("gap"))
    larger = solve(DENOMINATOR <= late_loss, solve(0 <= G**2))
    return solve(gap / 2 <= ALLOWED * late_loss, allowed_times(), larger, positive)


@cache
def step_times() -> Proof:
    """eta_grpo T_psi = alpha gap sigma."""
    return solve(eq(GRPO * T_psi, alpha * gap * sigma), *facts("T_psi"))


def first_regime() -> Proof:
    """T_psi/(1-J) <= 8 T^2  =>  2 alpha G^2 sigma/(1-J) allowed <= eta_grpo."""
    early = assume(first_arm <= second_arm)
    loss = solve(0 <= L * T_inf, *facts("L", "T_inf"))
    smaller = solve(G**2 * first_arm <= DENOMINATOR, early, loss)
    positive = solve(0 < G**2 * first_arm, *facts("G", "T_psi", "F"))
    product = solve(eq(BOUND * (G**2 * first_arm), gap / 2), positive)
    known = allowed_times(), product, smaller, positive, denominator(), *facts("gap")
    below = solve(ALLOWED <= BOUND, *known)
    rising = solve(0 < RATIO, *facts("alpha", "G", "F", "deviation"))
    return discharge(solve(RATIO * ALLOWED <= GRPO, below, ratio(), rising), early.conclusion)


def second_regime() -> Proof:
    """8 T^2 <= T_psi/(1-J)  =>  eta_grpo = 2 alpha (L T + 8 G^2 T^2) sigma/T_psi allowed."""
    late = assume(second_arm <= first_arm)
    same = solve(eq(DENOMINATOR, late_loss), late)
    product = solve(eq(ALLOWED * late_loss, gap / 2), allowed_times(), same)
    share = scale * sigma / T_psi
    times = solve(eq(share * T_psi, scale * sigma), *facts("T_psi"))
    scaled = solve(eq(share * ALLOWED * T_psi, alpha * gap * sigma), times, product)
    exact = solve_hiding(
        eq(GRPO, share * ALLOWED), (GRPO, share, ALLOWED), scaled, step_times(), *facts("T_psi")
    )
    return discharge(exact, late.conclusion)


@cache
def small_deviation() -> Proof:
    """close  |-  2 alpha (L T + 8 G^2 T^2) sigma <= eps T_psi."""
    variance = solve(sigma**2 <= F, *facts("deviation", "F", "J", "whole"))
    squares = solve((scale * sigma) ** 2 <= scale**2 * F, variance, solve(0 <= scale**2))
    bound = solve((scale * sigma) ** 2 <= (eps * T_psi) ** 2, squares, assume(close))
    positive = solve(
        0 < eps * T_psi, assume(STATEMENT.formal_hypotheses["tolerance"]), *facts("T_psi")
    )
    return solve(scale * sigma <= eps * T_psi, bound, positive)


def ends_below_allowed() -> Proof:
    """close  =>  eta_grpo <= eps allowed."""
    scaled = solve(
        2 * late_loss * GRPO * T_psi <= eps * T_psi * gap,
        step_times(),
        small_deviation(),
        *facts("gap"),
    )
    below = solve(late_loss * GRPO <= eps * (gap / 2), scaled, *facts("T_psi"))
    tolerance = assume(STATEMENT.formal_hypotheses["tolerance"])
    room = solve_hiding(
        late_loss * GRPO <= late_loss * (eps * ALLOWED),
        (late_loss, GRPO, ALLOWED),
        below,
        at_least_late(),
        tolerance,
    )
    return discharge(solve(GRPO <= eps * ALLOWED, room, late_positive()), close)


def ends_below_safe() -> Proof:
    """close and J >= 1/2  =>  eta_grpo <= eps safe."""
    half_way = conj(close, 1 <= 2 * J)
    both = assume(half_way)
    D = L * T_inf + G**2 * T_inf**2
    positive = solve(0 < D, *facts("L", "G", "T_inf"))
    product = solve(eq(SAFE * D, 2 * J * gap), positive)
    larger = solve(gap <= SAFE * D, product, part(both, 1), *facts("gap"))
    smaller = solve(D <= 2 * late_loss, *facts("L", "T_inf"))
    scaled = solve(
        2 * late_loss * GRPO * T_psi <= eps * T_psi * gap,
        step_times(),
        use(small_deviation(), part(both, 0)),
        *facts("gap"),
    )
    step = solve(0 < GRPO, *facts("alpha", "gap", "T_psi", "deviation"))
    twice = solve(2 * late_loss * GRPO <= eps * gap, scaled, *facts("T_psi"))
    below = solve(D * GRPO <= eps * gap, twice, smaller, step)
    tolerance = assume(STATEMENT.formal_hypotheses["tolerance"])
    room = solve(D * GRPO <= D * (eps * SAFE), below, larger, tolerance)
    return discharge(solve(GRPO <= eps * SAFE, room, positive), half_way)


def prove(goal: Term) -> Proof:
    regimes = first_regime(), second_regime(), ends_below_allowed(), ends_below_safe()
    positive = facts("T_psi", "F", "G", "L", "T_inf")
    return conclude(goal, *regimes, denominator(), *positive)


def witness() -> Instance:
    return scalar_witness(STATEMENT, {})
