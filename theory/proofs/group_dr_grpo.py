"""E[(r_b - mean r) f_b] = (1 - 1/n) Cov(r, f): the own reward is 1/n of the mean. f = s, f = r."""

from theory.proofs._prelude import *
from theory.proofs._group import (
    CORRECT,
    INCORRECT,
    PI,
    mean_of_centred,
    nonempty,
    over_members,
    r,
    regroup,
    score_of,
    some_member,
)
from theory.proofs._group_witness import group_witness
from theory.proofs._grpo import F, J
from theory.proofs._step import success_interior
from theory.statements._group import RIGHT, SIZE, a, b, draw, expected, law, mean, reward, score, z
from theory.statements._grpo import BINARY
from theory.statements.group_dr_grpo import STATEMENT


@cache
def of_reward() -> Proof:
    """sum pi r = J."""
    return regroup(o, PI * r(o), CORRECT)


def along_score() -> Proof:
    """E[mean of (r - mean r) s] = (1 - 1/n) J(1-J) gap."""
    each = specialise(generalise(mean_of_centred(r, score_of), b), a)
    right, wrong = CORRECT * score_of(o), INCORRECT * score_of(o)
    products = regroup(o, PI * (r(o) * score_of(o)), right)
    scores = sum_equal(solve(eq(PI * score_of(o), right + wrong)), o, (1, right), (1, wrong))
    whole = over_members((reward(a) - RIGHT) * score(a), each)
    known = products, scores, of_reward(), nonempty(), *success_interior()
    gap = solve(eq(each.conclusion.args[1], (1 - 1 / SIZE) * (J * F * STEP.alignment())), *known)
    return solve(eq(whole.conclusion.args[0], gap.conclusion.args[1]), whole, gap)


def along_reward() -> Proof:
    """E[p (1 - p)] = (1 - 1/n) J(1-J): p (1 - p) is the mean of (r - p) r."""
    each = specialise(generalise(mean_of_centred(r, r), b), a)
    body = (reward(a) - RIGHT) * reward(a)
    whole = over_members(body, each)
    centred = solve(eq(body, (1 - RIGHT) * reward(a)), at(BINARY.formula, draw(z, a)))
    listed = sum_equal(centred, a, (1 - RIGHT, reward(a)))
    pointwise = solve(eq(law(z) * (RIGHT * (1 - RIGHT)), law(z) * mean(body)), listed, nonempty())
    spread = sum_equal(pointwise, z, (1, law(z) * mean(body)))
    square = solve(eq(PI * (r(o) * r(o)), CORRECT), at(BINARY.formula, o))
    squares = sum_equal(square, o, (1, CORRECT))
    goal = eq(expected(RIGHT * (1 - RIGHT)), (1 - 1 / SIZE) * (J * F))
    return solve(goal, spread, whole, squares, of_reward(), nonempty())


def prove(goal: Term) -> Proof:
    known = along_score(), along_reward(), nonempty()
    return conclude(goal, *map(some_member, known), *success_interior())


witness = partial(group_witness, STATEMENT)
