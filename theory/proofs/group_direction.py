"""E[A s] = E[A r] E+[s] + E[A (1-r)] E-[s]; add up over the group, where sum A = 0."""

from theory.proofs._prelude import *
from theory.proofs import given_rewards
from theory.proofs._group import by_member, nonempty
from theory.proofs._group_witness import CENTRED, advantage_witness
from theory.proofs._step import success_interior
from theory.statements import given_rewards as given
from theory.statements._group import (
    BALANCED,
    UPDATE,
    a,
    advantage,
    expected,
    law,
    mean,
    reward,
    score,
    z,
)
from theory.statements.group_direction import STATEMENT

A = advantage(z, a)
RIGHT, WRONG = A * reward(a), A * (1 - reward(a))


def balanced() -> Proof:
    """sum_a E[A r] + sum_a E[A (1-r)] = 0."""
    inside = law(z) * A
    parts = solve(eq(inside, law(z) * RIGHT + law(z) * WRONG))
    of_member = sum_equal(parts, z, (1, law(z) * RIGHT), (1, law(z) * WRONG))
    of_group = sum_equal(of_member, a, (1, expected(RIGHT)), (1, expected(WRONG)))
    listed = sum_equal(solve(eq(inside, inside)), a, (law(z), A))
    nothing = solve(eq(total(a, inside), 0 * law(z)), listed, at(BALANCED.formula, z))
    sums = total(a, expected(RIGHT)) + total(a, expected(WRONG))
    zero = sum_equal(nothing, z, (0, law(z)))
    return solve(eq(sums, 0), of_group, sum_exchange(z, a, inside), zero)


@cache
def along_gap() -> Proof:
    """E[mean of A s] = E[mean of A r] gap."""
    plus, minus = STEP.mean_correct(STEP.score()), STEP.mean_incorrect(STEP.score())
    member = given_rewards.prove(given.STATEMENT.formal_conclusion)
    added = sum_equal(member, a, (plus, expected(RIGHT)), (minus, expected(WRONG)))
    update, rights = by_member(A * score(a)), by_member(RIGHT)
    goal = eq(UPDATE, expected(mean(RIGHT)) * STEP.alignment())
    return solve(goal, update, rights, added, balanced(), nonempty())


@cache
def prove(goal: Term) -> Proof:
    return conclude(goal, along_gap(), nonempty(), *success_interior())


witness = partial(advantage_witness, STATEMENT, *CENTRED)
