"""As `group_safe_rate`, with the mean of |ghat|^2 in place of a bound: `group_second_moment` in
each coordinate, added up."""

from theory.proofs._prelude import *
from theory.proofs._group import nonempty, some_member
from theory.proofs._group_step import J_MOVED, along, in_outcome, mean_gain
from theory.proofs._group_witness import told_update_witness
from theory.proofs._grpo import F, J
from theory.proofs._step import success_interior
from theory.proofs.group_second_moment import mean_square, mean_update
from theory.statements._group import CHANCES, SIZE, expected, law, z
from theory.statements._group_step import GAP_OF_GRADIENTS
from theory.statements.group_rate import PUSH, STATEMENT, gradient
from theory.statements.group_second_moment import ALONG, SQUARES, variances

HYPOTHESES = STATEMENT.formal_hypotheses
FACTOR, NORM2, LENGTH2 = expected(ALONG), total(i, GAP_OF_GRADIENTS**2), total(i, PUSH**2)
MOMENT, GAINED, SAFE = STATEMENT.formal_conclusion.args
ALONG2, RIGHTS, WRONGS = (notation.body for notation in SQUARES)
COMPONENT = {STEP.score_symbol: Lambda((o, t), gradient(i, o))}
"""A coordinate of the gradient in place of the score."""


def moment() -> Proof:
    """E|ghat|^2."""
    square = instantiate(mean_square(), functions=COMPONENT)
    spread_plus, spread_minus = variances(gradient(i, o))
    parts = (
        (ALONG2, GAP_OF_GRADIENTS**2),
        (RIGHTS / SIZE, spread_plus),
        (WRONGS / SIZE, spread_minus),
    )
    left, weighed = square.conclusion.args[0], law(z) * PUSH**2
    whole = ALONG2 * parts[0][1] + parts[1][0] * spread_plus + parts[2][0] * spread_minus
    hidden = left, ALONG2, RIGHTS, WRONGS, SIZE, spread_plus, spread_minus, GAP_OF_GRADIENTS
    summed = sum_equal(solve_hiding(eq(left, whole), hidden, square, nonempty()), i, *parts)
    listed = sum_equal(solve(eq(weighed, weighed)), i, (law(z), PUSH**2))
    across = sum_monotone(listed, z)
    exchanged = sum_exchange(z, i, weighed)
    sums = (side for fact in (exchanged, across) for side in fact.conclusion.args)
    pieces = (total(i, f) for _, f in parts)
    names = *sums, ALONG2, RIGHTS, WRONGS, SIZE, *pieces
    return solve_hiding(MOMENT, names, summed, across, exchanged, nonempty())


def prove(goal: Term) -> Proof:
    outcome = in_outcome(HYPOTHESES, PUSH)
    grows, positive = part(outcome, 0), part(outcome, 1)
    chances, rate = assume(CHANCES.formula), assume(HYPOTHESES["rate"])
    whole, chance = part(chances, 0), specialise(part(chances, 1), z)
    gain, after, cost = along(PUSH), log(J_MOVED), L * alpha**2 / 2
    pairs = (log(J), law(z)), (alpha, law(z) * gain), (-cost, law(z) * LENGTH2)
    below = solve_hiding(
        log(J) * law(z) + alpha * (law(z) * gain) + -cost * (law(z) * LENGTH2) <= law(z) * after,
        (law(z), log(J), gain, LENGTH2, after),
        grows,
        chance,
    )
    added = sum_at_least(below, z, *pairs)
    direction = instantiate(mean_update(), functions=COMPONENT)
    slope = mean_gain(HYPOTHESES, PUSH, FACTOR, direction)
    before, later, second = log(J), expected(after), expected(LENGTH2)
    hidden = later, second, before, FACTOR, NORM2, F, total(z, law(z)), expected(gain)
    growth = solve_hiding(GAINED, hidden, added, whole, slope)
    condition, rises = SAFE.args
    risen = solve_hiding(rises, hidden, growth, rate, assume(condition))
    parts = moment(), growth, discharge(risen, condition), nonempty()
    return conclude(goal, *map(some_member, parts), positive, *success_interior())


witness = partial(told_update_witness, STATEMENT)
