"""log J' >= log J + alpha ghat.g+ - L |ghat|^2 alpha^2/2 for every outcome; take the mean.

ghat.g+ has the mean (1 - 1/n) J(1-J) g.g+ (`group_dr_grpo`), and |ghat|^2 <= G^2 p(1-p)."""

from theory.proofs._prelude import *
from theory.proofs import group_dr_grpo
from theory.proofs._group import CORRECT, INCORRECT, OF_MEMBERS, nonempty, r, some_member
from theory.proofs._group_witness import update_witness
from theory.proofs._growth import smooth_growth
from theory.proofs._grpo import F, J
from theory.proofs._step import success_interior
from theory.proofs._vectors import mean_of_dot
from theory.statements._group import (
    CHANCES,
    PI,
    RIGHT,
    SIZE,
    a,
    b,
    draw,
    expected,
    law,
    mean,
    reward,
    same,
    z,
)
from theory.statements._grpo import BINARY
from theory.statements.group_safe_rate import (
    GAP_OF_GRADIENTS,
    MOVED,
    PUSH,
    STATEMENT,
    gradient,
)

HYPOTHESES = STATEMENT.formal_hypotheses
A, SLOPE = reward(a) - RIGHT, gradient(i, draw(z, a))
PLUS = STEP.mean_correct(gradient(i, o))
RATE = assume(HYPOTHESES["rate"])
LENGTH2 = total(i, PUSH**2)
GAIN, J_MOVED = total(i, PLUS * PUSH), MOVED.success(alpha)


def hypothesis(name: str, *values: Term) -> Proof:
    return at(HYPOTHESES[name], *values)


def in_outcome() -> Proof:
    """log J + alpha ghat.g+ - L |ghat|^2 alpha^2/2 <= log J', for the outcome z; and 0 < J'."""
    put = {
        STEP.logp_symbol: Lambda((o, t), MOVED.logp(t)),
        STEP.score_symbol: Lambda((o, t), MOVED.score(t)),
    }
    general = instantiate(smooth_growth(True), {eta: alpha, L: L * LENGTH2}, put)
    started = equal_inside(hypothesis("starts", z, o), exp)
    same_J = sum_equal(solve(eq(MOVED.correct(), CORRECT), started), o, (1, CORRECT))
    low = success_interior()[0]
    positive = solve(0 < MOVED.success(), same_J, low)
    binary = at(BINARY.formula, o)
    rewards = generalise(solve(conj(0 <= r(o), r(o) <= 1), binary), o)
    known = hypothesis("differentiable", z), hypothesis("smooth", z), rewards, positive
    grows = use(general, *known, solve(0 <= alpha, RATE))
    weighted = MOVED.correct() * MOVED.score()
    along = total(i, PUSH * gradient(i, o))
    moved = solve(eq(weighted, CORRECT * along), started, hypothesis("updates", z, o))
    scores = sum_equal(moved, o, (1, CORRECT * along))
    swapped = mean_of_dot(CORRECT, PUSH, gradient(i, o))
    inner = swapped.conclusion.args[1].args[1]
    means = sum_equal(solve(eq(inner, J * (PLUS * PUSH)), low), i, (J, PLUS * PUSH))
    x = grows.conclusion.args[0].args[1].args[0]
    gain = alpha * GAIN - L * LENGTH2 * alpha**2 / 2
    same = exp_equal(x, gain, scores, swapped, means, same_J, low)
    whole = exp_sum(log(J), gain)
    below = solve(exp(log(J) + gain) <= J_MOVED, grows, same, whole, exp_log(low), same_J)
    return both(log_at_least(below, next_positive(grows, positive)), next_positive(grows, positive))


def next_positive(grows: Proof, positive: Proof) -> Proof:
    """0 < J'."""
    x = grows.conclusion.args[0].args[1].args[0]
    return solve(0 < J_MOVED, grows, exp_positive(x), positive)


def mean_gain() -> Proof:
    """E[ghat.g+] = (1 - 1/n) J (1-J)^2 |g|^2."""
    component = {STEP.score_symbol: Lambda((o, t), gradient(i, o))}
    general = group_dr_grpo.along_score()
    expected_push = instantiate(general, functions=component)
    centred = hypothesis("centred", i)
    right, wrong = CORRECT * gradient(i, o), INCORRECT * gradient(i, o)
    parts = solve(eq(PI * gradient(i, o), right + wrong))
    split = sum_equal(parts, o, (1, right), (1, wrong))
    share = solve(eq(PLUS, F * GAP_OF_GRADIENTS), split, centred, *success_interior())
    factor = (1 - 1 / SIZE) * (J * F) * F
    weighed = law(z) * (PLUS * PUSH)
    each = sum_equal(solve(eq(weighed, PLUS * (law(z) * PUSH))), z, (PLUS, law(z) * PUSH))
    squares = solve(eq(total(z, weighed), factor * GAP_OF_GRADIENTS**2), each, expected_push, share)
    summed = sum_equal(squares, i, (factor, GAP_OF_GRADIENTS**2))
    listed = sum_equal(solve(eq(weighed, weighed)), i, (law(z), PLUS * PUSH))
    across = sum_monotone(listed, z)
    return solve(
        eq(expected(GAIN), factor * total(i, GAP_OF_GRADIENTS**2)),
        across,
        sum_exchange(z, i, weighed),
        summed,
    )


def length() -> Proof:
    """|ghat|^2 <= G^2 p(1-p), for every outcome."""
    product = A * SLOPE
    m, squares = mean(product), total(a, product**2)
    deviation = solve(0 * product <= product**2 + -2 * m * product + m**2 * 1)
    spread = sum_at_least(deviation, a, (0, product))
    parts = deviation.conclusion.args[1]
    listed = sum_equal(
        solve(eq(parts, parts)), a, (1, product**2), (-2 * m, product), (m**2, const(1))
    )
    jensen = solve(PUSH**2 <= 1 / SIZE * squares, spread, listed, nonempty())
    by_coordinate = sum_at_most(jensen, i, (1 / SIZE, squares))
    swap = sum_exchange(i, a, product**2)
    bounded = hypothesis("bounded", draw(z, a))
    of_member = sum_equal(solve(eq(product**2, A**2 * SLOPE**2)), i, (A**2, SLOPE**2))
    member = solve(total(i, product**2) <= G**2 * A**2, of_member, bounded)
    by_member = sum_at_most(member, a, (G**2, A**2))
    binary = at(BINARY.formula, draw(z, a))
    square = solve(eq(A**2, (1 - 2 * RIGHT) * reward(a) + RIGHT**2 * 1), binary)
    variance = sum_equal(square, a, (1 - 2 * RIGHT, reward(a)), (RIGHT**2, const(1)))
    spread_of_group = solve(
        eq(1 / SIZE * total(a, A**2), RIGHT * (1 - RIGHT)), variance, nonempty()
    )
    known = by_coordinate, swap, by_member, spread_of_group, nonempty()
    return solve(LENGTH2 <= G**2 * (RIGHT * (1 - RIGHT)), *known)


def prove(goal: Term) -> Proof:
    grows, positive = part(in_outcome(), 0), part(in_outcome(), 1)
    total_mass, chance = (
        part(assume(CHANCES.formula), 0),
        specialise(part(assume(CHANCES.formula), 1), z),
    )
    spread, cost = RIGHT * (1 - RIGHT), L * G**2 * alpha**2 / 2
    shorter = solve(L * LENGTH2 * alpha**2 / 2 <= cost * spread, length(), RATE)
    after = log(J_MOVED)
    below = solve(
        law(z) * log(J) + alpha * (law(z) * GAIN) - cost * (law(z) * spread) <= law(z) * after,
        grows,
        shorter,
        chance,
    )
    pairs = (log(J), law(z)), (alpha, law(z) * GAIN), (-cost, law(z) * spread)
    added = sum_at_least(below, z, *pairs)
    known = added, total_mass, mean_gain(), group_dr_grpo.along_reward()
    promised, least = STATEMENT.formal_conclusion.args[0].args
    growth = solve(promised <= least, *known, nonempty())
    factor = alpha * (1 - 1 / SIZE) * (J * F)
    shares = solve(0 <= factor, at_least_one(), RATE, *success_interior())
    rest = F * total(i, GAP_OF_GRADIENTS**2) - alpha * L * G**2 / 2
    room = assume(0 <= rest)
    gained = solve_hiding(0 <= factor * rest, (factor, rest), shares, room)
    rises = discharge(solve(log(J) <= least, growth, gained), 0 <= rest)
    parts = growth, rises, nonempty()
    return conclude(goal, *map(some_member, parts), positive, *success_interior())


def at_least_one() -> Proof:
    """1 <= n."""
    which = specialise(part(assume(OF_MEMBERS), 2), b, a)
    at_most = sum_at_most(solve(same(b, a) <= 1 * const(1), which), a, (1, const(1)))
    return solve(1 <= SIZE, at_most, specialise(part(assume(OF_MEMBERS), 1), b))


witness = partial(update_witness, STATEMENT)
