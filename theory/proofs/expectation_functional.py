"""Sums are linear and monotone; divide by the total weight."""

from theory.proofs._prelude import *
from theory.proofs._witness import table_witness
from theory.statements.expectation_functional import STATEMENT, a, b, c, f, g
from theory.statements.jensen_exp import weight


def prove(goal: Term) -> Proof:
    hypotheses = STATEMENT.formal_hypotheses
    w = weight(o)
    spread = solve(eq(w * (a * f(o) + b * g(o) + c), a * (w * f(o)) + b * (w * g(o)) + c * w))
    linear = sum_equal(spread, o, (a, w * f(o)), (b, w * g(o)), (c, w))
    ordered = at(hypotheses["ordered"], o), at(hypotheses["nonnegative"], o)
    monotone = sum_at_most(solve(w * f(o) <= w * g(o), *ordered), o, (1, w * g(o)))
    return conclude(goal, linear, monotone, assume(hypotheses["massive"]))


def witness() -> Instance:
    return table_witness(STATEMENT, {weight: (1, 1), f: (0, 1), g: (1, 1)})
