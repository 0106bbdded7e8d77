"""exp(x) >= exp(m) * (1 + x - m) for every value x; multiply by the weight, add up."""

from theory.proofs._prelude import *
from theory.proofs._witness import table_witness
from theory.statements.jensen_exp import STATEMENT, mean, mean_exp, value, weight


def prove(goal: Term) -> Proof:
    hypotheses = STATEMENT.formal_hypotheses
    w, x = weight(o), value(o)
    m = STATEMENT.expand(mean)
    slope = exp(m)
    pointwise = solve(
        w * (slope * (1 - m)) + w * x * slope <= w * exp(x),
        at(hypotheses["nonnegative"], o),
        tangent_at(m, x),
    )
    added = sum_at_least(pointwise, o, (slope * (1 - m), w), (slope, w * x))
    massive = assume(hypotheses["massive"])
    divided = solve(exp(m) <= STATEMENT.expand(mean_exp), added, massive, exp_positive(m))
    return conclude(goal, divided, massive)


def witness() -> Instance:
    return table_witness(STATEMENT, {weight: (1, 1), value: (1, 0)})
