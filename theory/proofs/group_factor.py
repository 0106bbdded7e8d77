"""The number S of right responses is 0 or at least 1. So sqrt(p(1-p)) lies below rho p and
sqrt(S(n-S)) above rho S(2-S), and above a parabola that touches it at p = J."""

from theory.proofs._prelude import *
from theory.proofs._group import (
    OF_MEMBERS,
    mean_of_draw,
    nonempty,
    over_members,
    r,
    regroup,
    some_member,
)
from theory.proofs._group_witness import factor_witness
from theory.proofs._grpo import F, J
from theory.proofs.group_dr_grpo import along_reward, of_reward
from theory.statements._group import (
    CHANCES,
    DEVIATION,
    MEMBER,
    RIGHT,
    SIZE,
    a,
    b,
    deviation,
    draw,
    expected,
    law,
    reward,
    same,
    z,
)
from theory.statements._grpo import BINARY, sigma
from theory.statements.group_factor import STATEMENT, rho

D, S = deviation(z), total(a, reward(a))
ROOT = assume(STATEMENT.formal_hypotheses["pair"])
SIGMA = assume(STATEMENT.formal_hypotheses["sigma"])


def whole_number() -> Proof:
    """0 <= S, S <= n and S <= S^2: no right response, or one at least."""
    zero_or_one = at(BINARY.formula, draw(z, a))
    which = specialise(part(assume(OF_MEMBERS), 2), b, a)
    equal, hole = eq(a, b), var("hole", MEMBER)
    moved = discharge(congruence(assume(equal), hole, reward(hole)), equal)
    own = solve(same(b, a) * reward(b) <= reward(a), which, moved, zero_or_one)
    at_least_own = sum_at_least(own, a, (reward(b), same(b, a)))
    own_at_most = solve(reward(b) <= S, at_least_own, specialise(part(assume(OF_MEMBERS), 1), b))
    own_at_most = specialise(generalise(own_at_most, b), a)
    squared = solve(reward(a) <= S * reward(a), own_at_most, zero_or_one)
    square = sum_at_most(squared, a, (S, reward(a)))
    low = sum_at_least(solve(0 * reward(a) <= reward(a), zero_or_one), a, (0, reward(a)))
    high = sum_at_most(solve(reward(a) <= 1 * const(1), zero_or_one), a, (1, const(1)))
    return solve(conj(0 <= S, S <= SIZE, S <= S**2), square, low, high)


@cache
def within() -> Proof:
    """sigma^2 (D - sigma)^2 <= (p - J)^2 (1 - sigma^2), as D^2 - sigma^2 = (p - J)(1 - J - p)."""
    p, d, h, j = map(var, ("p", "d", "h", "j"))
    positive, square = assume(0 < d), assume(eq(d**2, j * (1 - j)))
    share = assume(conj(0 <= p, p <= 1))
    spread = assume(conj(0 <= h, eq(h**2, p * (1 - p))))
    range_j = solve(conj(0 < j, j < 1), positive, square)
    apart = (p - j) * (1 - j - p)
    change = solve(eq(h**2 - d**2, apart), square, spread)
    product = solve(eq((h - d) ** 2 * (h + d) ** 2, (h**2 - d**2) ** 2))
    product = solve_hiding(
        eq(product.conclusion.args[0], apart**2), (h**2 - d**2, apart), product, change
    )
    product = solve(eq(product.conclusion.args[0], (p - j) ** 2 * (1 - j - p) ** 2), product)
    room = solve((1 - j - p) ** 2 <= 1 - d**2, share, range_j, square)
    narrower = solve((p - j) ** 2 * (1 - j - p) ** 2 <= (p - j) ** 2 * (1 - d**2), room)
    wider = solve(d**2 <= (h + d) ** 2, positive, spread)
    shorter = solve((h - d) ** 2 * d**2 <= (h - d) ** 2 * (h + d) ** 2, wider)
    squares = (h - d) ** 2, (h + d) ** 2, (p - j) ** 2, (1 - j - p) ** 2, d**2
    goal = d**2 * (h - d) ** 2 <= (p - j) ** 2 * (1 - d**2)
    bound = solve_hiding(goal, squares, product, narrower, shorter)
    put = instantiate(bound, {p: RIGHT, d: sigma, h: D, j: J})
    known = whole_number(), nonempty()
    share_known = solve(conj(0 <= RIGHT, RIGHT <= 1), *known)
    facts = share_known, at(DEVIATION.formula, z), part(SIGMA, 0), part(SIGMA, 1)
    return use(put, *facts)


@cache
def chance() -> Proof:
    """0 <= law(z)."""
    return specialise(part(assume(CHANCES.formula), 1), z)


def expected_polynomial(bound: Proof, *pairs: tuple[Term, Term]) -> Proof:
    """From f <= D or D <= f, for f = c1 f1 + ..., the same of the means."""
    side = 1 if bound.conclusion.args[0] == D else 0
    f = bound.conclusion.args[side]
    weighed_pairs = tuple((c, law(z) * g) for c, g in pairs)
    if side:
        weighed_ = solve(law(z) * D <= law(z) * f, bound, chance())
        return sum_at_most(weighed_, z, *weighed_pairs)
    weighed_ = solve(law(z) * f <= law(z) * D, bound, chance())
    return sum_at_least(weighed_, z, *weighed_pairs)


def moments() -> tuple[Proof, Proof, Proof]:
    """E[1] = 1, E[p] = J, E[p^2] = J - (1 - 1/n) J(1-J)."""
    p = over_members(reward(a), solve(eq(expected(reward(a)), J), mean_of_draw(r), of_reward()))
    spread = law(z) * (RIGHT * (1 - RIGHT))
    split = sum_equal(
        solve(eq(spread, law(z) * RIGHT + -1 * (law(z) * RIGHT**2))),
        z,
        (1, law(z) * RIGHT),
        (-1, law(z) * RIGHT**2),
    )
    squares = solve(eq(expected(RIGHT**2), J - (1 - 1 / SIZE) * (J * F)), split, p, along_reward())
    return part(assume(CHANCES.formula), 0), p, squares


def prove(goal: Term) -> Proof:
    """The four bounds."""
    one, p, p2 = moments()
    spread, counted = at(DEVIATION.formula, z), whole_number()
    scale = spread, counted, ROOT, nonempty()
    above = solve(D <= rho * RIGHT, *scale)
    below = solve(rho * (2 * RIGHT - SIZE * RIGHT**2) <= D, *scale)
    most = expected_polynomial(above, (rho, RIGHT))
    least = expected_polynomial(below, (2 * rho, RIGHT), (-(rho * SIZE), RIGHT**2))
    f = expected(D)
    jensen = square_of_mean(one, p, p2, spread)
    limit = near_sigma(one, p, p2, spread)
    parts = (
        solve(f <= J * rho, most, p),
        solve(J * rho * (1 - (SIZE - 1) * J) <= f, least, p, p2, nonempty()),
        jensen,
        limit,
    )
    return conclude(goal, *map(some_member, parts), some_member(nonempty()), SIGMA)


def square_of_mean(one: Proof, p: Proof, p2: Proof, spread: Proof) -> Proof:
    """f^2 <= E[D^2] = (1 - 1/n) J(1-J), because E[(D - f)^2] >= 0."""
    f = expected(D)
    square = RIGHT - RIGHT**2
    low = solve(0 * law(z) <= law(z) * (square - 2 * f * D + f**2), chance(), spread)
    inside = solve(
        0 * law(z)
        <= law(z) * RIGHT + -1 * (law(z) * RIGHT**2) + -2 * f * (law(z) * D) + f**2 * law(z),
        low,
    )
    whole = inside.conclusion.args[1]
    added = sum_equal(
        solve(eq(whole, whole)),
        z,
        (1, law(z) * RIGHT),
        (-1, law(z) * RIGHT**2),
        (-2 * f, law(z) * D),
        (f**2, law(z)),
    )
    least = sum_at_least(inside, z, (0, law(z)))
    return solve(f**2 <= (1 - 1 / SIZE) * (J * F), added, least, one, p, p2)


def near_sigma(one: Proof, p: Proof, p2: Proof, spread: Proof) -> Proof:
    """sigma - 1/(2 n sigma) <= f."""
    f, s2 = expected(D), sigma**2
    flat = s2**2 + s2 * (RIGHT - RIGHT**2) + (s2 - 1) * (RIGHT**2 - 2 * J * RIGHT + J**2)
    square = solve(eq(s2 * D**2, s2 * (RIGHT - RIGHT**2)), spread)
    below = solve(flat <= 2 * sigma * s2 * D, within(), square)
    weighed_ = solve(law(z) * flat <= 2 * sigma * s2 * (law(z) * D), below, chance())
    parts = (
        (s2 - 2 * J * (s2 - 1), RIGHT),
        (-s2 + (s2 - 1), RIGHT**2),
        (s2**2 + (s2 - 1) * J**2, const(1)),
    )
    pairs = tuple((c, law(z) * g) for c, g in parts)
    least = sum_at_least(
        solve(law(z) * flat <= 2 * sigma * s2 * (law(z) * D), weighed_),
        z,
        *pairs,
    )
    ones = regroup(z, law(z) * 1, law(z))
    top = sum_equal(
        solve(eq(2 * sigma * s2 * (law(z) * D), 2 * sigma * s2 * (law(z) * D))),
        z,
        (2 * sigma * s2, law(z) * D),
    )
    total_ = solve(
        2 * s2**2 - s2 / SIZE <= 2 * sigma * s2 * f, least, top, ones, one, p, p2, SIGMA, nonempty()
    )
    return solve(sigma * (1 - 1 / (2 * SIZE * (J * F))) <= f, total_, SIGMA, nonempty())


witness = partial(factor_witness, STATEMENT)
