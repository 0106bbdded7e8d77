"""x = max(x, 0) - max(-x, 0), with x = r - r(good); take the mean."""

from theory.proofs._prelude import *
from theory.proofs._softmax import P, nonempty, normalised
from theory.proofs._softmax_witness import softmax_witness
from theory.statements._softmax import good, r
from theory.statements.stage_boundary import STATEMENT


def prove(goal: Term) -> Proof:
    above, below = P * maximum(r(o) - r(good), 0), P * maximum(r(good) - r(o), 0)
    split = solve(eq(P * r(o), 1 * above + -1 * below + r(good) * P))
    sums = sum_equal(split, o, (1, above), (-1, below), (r(good), P))
    return conclude(goal, sums, normalised(), nonempty())


witness = partial(softmax_witness, STATEMENT)
