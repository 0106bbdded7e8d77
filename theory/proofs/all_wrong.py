"""quiet(K+1) = (1 - J(K)) quiet(K); induction over the responses."""

from theory.proofs._prelude import *
from theory.proofs._silence import QUIET, at_start, one_more, silence_witness
from theory.statements.all_wrong import STATEMENT, J

HYPOTHESES = STATEMENT.formal_hypotheses
LOGS, RATES = log(1 - J(k)), J(k)


def claim(count: Term) -> Term:
    """The product, and its bound."""
    put = {K: count}
    product = eq(QUIET, exp(prefix_sum(k, K, LOGS)))
    return substitute(conj(product, QUIET <= 1, 1 - prefix_sum(k, K, RATES) <= QUIET), put)


def by_induction() -> Proof:
    start = at_start(assume(HYPOTHESES["whole"]))
    nothing = equal_inside(prefix_zero(k, LOGS), exp)
    base = solve(claim(const(0)), start, nothing, exp_zero(), prefix_zero(k, RATES))
    here, rate = assume(claim(K)), at(HYPOTHESES["rates"], K)
    factor = 1 - J(K)
    longer = solve(
        eq(substitute(QUIET, {K: K + 1}), factor * QUIET),
        one_more(),
        at(HYPOTHESES["independent"], K),
    )
    step_log = prefix_step(k, K, LOGS)
    logs = prefix_sum(k, K, LOGS)
    added = solve(
        eq(exp(logs + log(factor)), exp(logs) * factor),
        exp_sum(logs, log(factor)),
        exp_log(solve(0 < factor, rate)),
    )
    grown = equal_inside(step_log, exp)
    positive = exp_positive(logs)
    step = solve(claim(K + 1), here, longer, added, grown, prefix_step(k, K, RATES), rate, positive)
    return specialise(induction(K, claim(K), base, step), K)


def prove(goal: Term) -> Proof:
    below_one = solve(0 < 1 - J(k), at(HYPOTHESES["rates"], k))
    return conclude(goal, by_induction(), below_one)


def witness() -> Instance:
    first = maximum(1 - k, 0)
    return silence_witness(STATEMENT, {J: {(): Lambda((k,), first / (1 + first))}}, {})
