"""In each group sum A = 0 and mean A r = deviation; the rest is `group_direction`."""

from theory.proofs._prelude import *
from theory.proofs import group_direction
from theory.proofs._group import nonempty
from theory.proofs._group_witness import standard_witness
from theory.proofs._step import success_interior
from theory.statements import group_direction as direction
from theory.statements._group import (
    DEVIATION,
    RIGHT,
    a,
    advantage,
    deviation,
    draw,
    law,
    mean,
    reward,
    z,
)
from theory.statements._grpo import BINARY
from theory.statements.group_grpo import STATEMENT

A, D = advantage(z, a), deviation(z)
SILENT = eq(D, 0)
RULE = at(STATEMENT.formal_hypotheses["standardised"], z, a)


def silent(body: Term) -> Proof:
    """Without deviation: sum_a A f = 0."""
    nothing = apply_implication(part(RULE, 1), assume(SILENT))
    none = sum_equal(solve(eq(body, 0 * body), nothing), a, (0, body))
    return discharge(none, SILENT)


def balanced() -> Proof:
    """sum_a A = 0, in every group."""
    centred = solve(eq(D * A, reward(a) - RIGHT * 1), part(RULE, 0))
    rewards = sum_equal(centred, a, (1, reward(a)), (-RIGHT, const(1)))
    scaled = sum_equal(solve(eq(D * A, D * A)), a, (D, A))
    nothing = solve(eq(total(a, A), 0), rewards, scaled, silent(A), nonempty())
    return generalise(nothing, z)


def mean_advantage() -> Proof:
    """The mean of A r is the deviation."""
    right, spread = A * reward(a), at(DEVIATION.formula, z)
    binary = at(BINARY.formula, draw(z, a))
    centred = solve(eq(D * right, (1 - RIGHT) * reward(a)), part(RULE, 0), binary)
    rewards = sum_equal(centred, a, (1 - RIGHT, reward(a)))
    scaled = sum_equal(solve(eq(D * right, D * right)), a, (D, right))
    return solve(eq(mean(right), D), rewards, scaled, silent(right), spread, nonempty())


def prove(goal: Term) -> Proof:
    along = group_direction.prove(direction.STATEMENT.formal_conclusion)
    along = use(along, balanced())
    inside = law(z) * mean(A * reward(a))
    factor = sum_equal(solve(eq(inside, law(z) * D), mean_advantage()), z, (1, law(z) * D))
    return conclude(goal, along, factor, nonempty(), *success_interior())


witness = partial(standard_witness, STATEMENT)
