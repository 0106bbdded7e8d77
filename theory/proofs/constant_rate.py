"""The step along v = g+ has E+[score] = |g+|^2 and curvature L |g+|^2: log J gains alpha |g+|^2
(1 - alpha L/2)."""

from theory.proofs._prelude import *
from theory.proofs._growth import smooth_growth
from theory.proofs._step import success_interior
from theory.proofs._vectors import dot_bound, dot_of_change, mean_of_dot
from theory.proofs._witness import gradient_witness
from theory.statements.constant_rate import STATEMENT, g_plus, gradient, norm2, score

V = STATEMENT.expand(norm2)
HYPOTHESES = STATEMENT.formal_hypotheses


def smooth_along_g() -> Proof:
    """|score(o, t) - score(o, 0)| <= L |g+|^2 t on the segment, by Cauchy-Schwarz."""
    start, end = gradient(i, o, 0), gradient(i, o, t)
    on_segment = assume(conj(0 <= t, t <= alpha))
    close = solve(
        absolute(score(t) - score(0)) <= L * V * t,
        dot_of_change(g_plus, start, end),
        *dot_bound(g_plus, end - start),
        apply_implication(at(HYPOTHESES["lipschitz"], o, t), on_segment),
        on_segment,
        assume(HYPOTHESES["positive_L"]),
    )
    return generalise(discharge(close, on_segment.conclusion), o, t)


def mean_score_is_norm() -> Proof:
    """J E+[score] = J |g+|^2: the mean of g+ . gradient is g+ . g+."""
    low, weight, component = success_interior()[0], STEP.correct(), gradient(i, o, 0)
    J, averaged = STEP.success(), g_plus * total(o, weight * component)
    swapped = mean_of_dot(weight, g_plus, component)
    squares = sum_equal(solve(eq(averaged, J * g_plus**2), low), i, (J, g_plus**2))
    return solve(eq(total(o, weight * score(0)), J * V), swapped, squares)


def prove(goal: Term) -> Proof:
    low = success_interior()[0]
    rate, positive_L = assume(HYPOTHESES["rate"]), assume(HYPOTHESES["positive_L"])
    general = instantiate(
        smooth_growth(True), {eta: alpha, L: L * V}, {STEP.score_symbol: Lambda((o, t), score(t))}
    )
    forward = solve(0 <= alpha, rate)
    grows = use(general, smooth_along_g(), low, forward)
    x = grows.conclusion.args[0].args[1].args[0]
    J, J_next = STEP.success(), STEP.success(alpha)
    gain = alpha * (1 - alpha * L / 2) * V
    exponent = solve(eq(x, gain), mean_score_is_norm(), low)
    length = dot_bound(g_plus, g_plus)[1]
    rises = solve(0 <= gain, rate, positive_L, length)
    higher = solve(J <= J_next, grows, tangent(x), exponent, rises, low)
    positive_next = solve(0 < J_next, higher, low)
    whole = exp_sum(log(J), x)
    below = solve(exp(log(J) + x) <= J_next, whole, exp_log(low), grows)
    log_gain = solve(gain <= log(J_next) - log(J), log_at_least(below, positive_next), exponent)
    return conclude(goal, log_gain, higher, positive_next, low)


witness = partial(gradient_witness, STATEMENT)
