"""log J' >= log J + alpha ghat.g+ - L |ghat|^2 alpha^2/2 for every outcome; take the mean.

ghat.g+ has the mean (1 - 1/n) J(1-J) g.g+ (`group_dr_grpo`), and |ghat|^2 <= G^2 p(1-p)."""

from theory.proofs._prelude import *
from theory.proofs import group_dr_grpo
from theory.proofs._group import OF_MEMBERS, nonempty, some_member
from theory.proofs._group_step import J_MOVED, along, in_outcome, mean_gain
from theory.proofs._group_witness import update_witness
from theory.proofs._grpo import F, J
from theory.proofs._step import success_interior
from theory.statements._group import (
    CHANCES,
    RIGHT,
    SIZE,
    a,
    b,
    draw,
    law,
    mean,
    reward,
    same,
    z,
)
from theory.statements._grpo import BINARY
from theory.statements.group_safe_rate import (
    GAP_OF_GRADIENTS,
    PUSH,
    STATEMENT,
    gradient,
)

HYPOTHESES = STATEMENT.formal_hypotheses
A, SLOPE = reward(a) - RIGHT, gradient(i, draw(z, a))
RATE = assume(HYPOTHESES["rate"])
LENGTH2 = total(i, PUSH**2)
GAIN = along(PUSH)


def hypothesis(name: str, *values: Term) -> Proof:
    return at(HYPOTHESES[name], *values)


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
    outcome = in_outcome(HYPOTHESES, PUSH)
    grows, positive = part(outcome, 0), part(outcome, 1)
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
    general = group_dr_grpo.along_score()
    direction = instantiate(general, functions={STEP.score_symbol: Lambda((o, t), gradient(i, o))})
    gained = mean_gain(HYPOTHESES, PUSH, (1 - 1 / SIZE) * (J * F), direction)
    known = added, total_mass, gained, group_dr_grpo.along_reward()
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
