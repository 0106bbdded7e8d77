"""Forwards to x = U eta/(L + U) by Jensen, backwards from eta by Hoeffding; L x = U (eta - x)."""

from theory.proofs._prelude import *
from theory.proofs._growth import smooth_growth
from theory.proofs._step import ceiling_within, success_interior
from theory.proofs._witness import STEP_VALUES, ZERO, facts_at, near_zero, step_model
from theory.proofs._witness import witness as proved_witness
from theory.statements.two_ended_step import STATEMENT, U, loss, m, rate, rate_next

HYPOTHESES = STATEMENT.formal_hypotheses
X = U * eta / (L + U)  # where the two halves meet
REST = eta - X
J, J_NEXT, J_X = STEP.success(), STEP.success(eta), STEP.success(X)
RATE, RATE_NEXT = STATEMENT.expand(rate), STATEMENT.expand(rate_next)


@cache
def meeting() -> tuple[Proof, ...]:
    """0 <= x <= eta and L x = U (eta - x)."""
    positive, forward = assume(HYPOTHESES["positive_L"]), assume(HYPOTHESES["forward"])
    upward = solve(0 < U, positive)
    times = solve(eq(X * (L + U), U * eta), positive, upward)
    low = solve_hiding(0 <= X, (X, U), times, positive, upward, forward)
    high = solve_hiding(X <= eta, (X, U), times, positive, upward, forward)
    balance = solve_hiding(eq(L * X, U * REST), (X, U), times, positive, upward)
    return low, high, balance, times, upward


def close(start: Term, end: Term, *ordered: Proof) -> Proof:
    """|score(end) - score(start)| <= L (end - start), where 0 <= start <= end <= eta."""
    conditions = (0 <= start, start <= end, end <= eta)
    inside = both(*(solve(c, *ordered) for c in conditions))
    return apply_implication(at(HYPOTHESES["smooth"], o, start, end), inside)


@cache
def forwards() -> Proof:
    """J exp(x E+[s] - L x^2/2) <= J(x)."""
    low, high, *_ = meeting()
    inside = conj(0 <= t, t <= X)
    near = close(const(0), t, assume(inside), high)
    bound = solve(near.conclusion.args[0] <= L * t, near)
    smooth = generalise(generalise(discharge(bound, inside), t), o)
    return use(instantiate(smooth_growth(True), {eta: X}), smooth, low, success_interior()[0])


@cache
def backwards_remainder() -> Proof:
    """|log pi(x) - log pi(eta) + (eta - x) score(eta)| <= L (eta - x)^2/2."""
    low, high, *_ = meeting()
    slope = at(HYPOTHESES["differentiable"], o)
    ordered = assume(X <= t), assume(t <= eta)
    near = close(t, eta, *ordered, low)
    line = STEP.logp(t) - t * STEP.score(eta)

    def side(sign: int) -> Proof:
        moving = differentiate(t, const(sign) * line + -(L * (eta - t) ** 2 / 2), slope)
        rising = solve(0 <= moving.conclusion.args[2], near)
        return nondecreasing(moving, rising, X, eta)

    change = STEP.logp(X) - STEP.logp(eta) + REST * STEP.score(eta)
    return use(solve(absolute(change) <= L * REST**2 / 2, side(1), side(-1), high), high)


@cache
def next_positive() -> Proof:
    """0 < J'."""
    inside = conj(0 <= t, t <= eta)
    ordered = assume(inside)
    near = close(const(0), t, ordered)
    smooth = generalise(
        generalise(discharge(solve(near.conclusion.args[0] <= L * t, near), inside), t), o
    )
    grows = use(smooth_growth(True), smooth, assume(HYPOTHESES["forward"]), success_interior()[0])
    exponent = grows.conclusion.args[0].args[1].args[0]
    return solve(0 < J_NEXT, grows, exp_positive(exponent), *success_interior())


@cache
def backwards() -> Proof:
    """J(x) <= J' exp(-(eta - x) E+'[s] + U (eta - x)^2/2), with the mean where the step arrives."""
    length = var("length")
    general = instantiate(
        instantiate(ceiling_within(True), {eta: length}),
        functions={
            STEP.logp_symbol: Lambda((o, t), STEP.logp(eta - t)),
            STEP.score_symbol: Lambda((o, t), -STEP.score(eta - t)),
        },
    )
    reversed_step = instantiate(general, {length: REST})
    end, meet = eta + Term("neg", (const(0),)), eta - REST
    at_end, at_meet = solve(eq(end, eta)), solve(eq(meet, X))
    score = equal_inside(at_end, STEP.score)
    weight = equal_inside(at_end, STEP.correct)
    bounded = solve(absolute(-STEP.score(end)) <= G, score, at(HYPOTHESES["bounded"], o))
    mass = sum_equal(weight, o, (1, STEP.correct(eta)))
    positive = solve(0 < STEP.success(end), mass, next_positive())
    logs = equal_inside(at_end, STEP.logp), equal_inside(at_meet, STEP.logp)
    change = STEP.logp(meet) - STEP.logp(end) - REST * -STEP.score(end)
    near = solve(absolute(change) <= L * REST**2 / 2, backwards_remainder(), *logs, score)
    step = use(reversed_step, generalise(bounded, o), positive, generalise(near, o))

    # the same, without the differences eta - 0 and eta - (eta - x)
    arrived = sum_equal(equal_inside(at_meet, STEP.correct), o, (1, STEP.correct(X)))
    product = step.conclusion.args[1]
    exponent = product.args[1].args[0]
    moment = exponent.args[0].args[1].args[0]  # sum of weight * (-score), at eta - 0
    flipped = solve(eq(moment.args[1], -1 * (STEP.correct(eta) * STEP.score(eta))), weight, score)
    means = sum_equal(flipped, o, (-1, STEP.correct(eta) * STEP.score(eta)))
    tidy = -REST * RATE_NEXT + U * REST**2 / 2
    mean = solve(eq(exponent.args[0].args[1], -RATE_NEXT), means, mass, next_positive())
    same = equal_inside(solve(eq(exponent, tidy), mean), exp)
    return solve(J_X <= J_NEXT * exp(tidy), step, arrived, mass, same)


@cache
def gain() -> Proof:
    """J exp(m eta - loss) <= J'."""
    up, down = forwards(), backwards()
    a = up.conclusion.args[0].args[1].args[0]
    b = down.conclusion.args[1].args[1].args[0]
    least = m * eta - loss(U)
    low, high, balance, times, upward = meeting()
    cost = solve(
        eq(loss(U) * (2 * (L + U)), L * U * eta**2), upward, assume(HYPOTHESES["positive_L"])
    )
    squares = solve_hiding(
        eq(L * X**2 + U * REST**2, 2 * loss(U)),
        (X, loss(U)),
        balance,
        times,
        cost,
        upward,
        assume(HYPOTHESES["positive_L"]),
    )
    aligned = assume(HYPOTHESES["aligned"])
    rest = solve(0 <= REST, high)
    first = solve_hiding(X * m <= X * RATE, (X, RATE), part(aligned, 0), low)
    second = solve_hiding(REST * m <= REST * RATE_NEXT, (REST, RATE_NEXT), part(aligned, 1), rest)
    enough = solve_hiding(least <= a - b, (X, RATE, RATE_NEXT, loss(U)), first, second, squares)
    split = exp_sum(a - b, b, a)
    below = exp_monotone(enough)
    together = solve_hiding(
        J * exp(a - b) * exp(b) <= J_NEXT * exp(b),
        (J, J_NEXT, J_X, exp(a), exp(b), exp(a - b)),
        up,
        down,
        split,
    )
    scaled = solve_hiding(
        J * exp(a - b) <= J_NEXT, (J, J_NEXT, exp(b), exp(a - b)), together, exp_positive(b)
    )
    return solve_hiding(
        J * exp(least) <= J_NEXT,
        (J, J_NEXT, exp(least), exp(a - b)),
        scaled,
        below,
        success_interior()[0],
    )


def prove(goal: Term) -> Proof:
    least = m * eta - loss(U)
    low = success_interior()[0]
    split = exp_sum(log(J), least)
    below = solve(exp(log(J) + least) <= J_NEXT, split, exp_log(low), gain())
    log_gain = solve(least <= log(J_NEXT) - log(J), log_at_least(below, next_positive()))
    short = assume(conj(0 < eta, L * U * eta < 2 * m * (L + U)))
    _, _, _, _, upward = meeting()
    positive_L = assume(HYPOTHESES["positive_L"])
    cost = solve(eq(loss(U) * (2 * (L + U)), L * U * eta**2), upward, positive_L)
    price = solve_hiding(
        loss(U) * (2 * (L + U)) < m * eta * (2 * (L + U)), (loss(U), U), cost, short
    )
    rise = solve_hiding(0 < least, (loss(U), U), price, upward, positive_L)
    rises = discharge(solve(J < J_NEXT, gain(), tangent(least), rise, low), short.conclusion)
    return conclude(goal, log_gain, rises, next_positive(), low, upward, positive_L)


def witness() -> Instance:
    """The logistic policy, one step of 1/20, m = 1/4."""
    end = const(1) / 20
    model = step_model(STEP, t, {**STEP_VALUES, m: const(1) / 4})
    at_end = (*facts_at(end), exp_sum(end, const(0), end), tangent(end), tangent(-end))
    known = (*facts_at(t), *facts_at(ZERO), *near_zero(), *at_end)
    between = u - t
    moves = exp_sum(t, between, u), tangent(between), tangent(-between), exp_inverse(between)
    narrow = {"smooth": (*facts_at(t), *facts_at(u), *moves)}
    numbers = {"J": "1/2", "m": "1/4", "eta": "1/20", "L": "1", "G": "1"}
    return proved_witness(STATEMENT, model, known, numbers, narrow)
