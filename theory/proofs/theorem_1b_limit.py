"""(1-J(K)) <= (1-J(0))/J(0) e^(-M(K)/2), and e^(-M(K)/2) <= J(0) eps/(1-J(0)) once M(K) is
large."""

from theory.proofs._prelude import *
from theory.proofs._trajectory import interior
from theory.proofs._witness_paths import growing_witness
from theory.proofs.theorem_1b import END, START, odds_bound, step_gain
from theory.statements.theorem_1b_limit import DIVERGES, ENOUGH, STATEMENT


def limit(goal: Term, gain: Proof) -> Proof:
    """1 - J(K) <= eps once M(K) is large enough, from the gain of each step."""
    inside = (*interior(START), *interior(END))
    tolerance = assume(0 < eps)
    bound = odds_bound(gain)
    enough = STATEMENT.expand(ENOUGH)
    ratio = enough.args[1].args[0]
    positive = solve(0 < ratio, tolerance, *inside)
    M = cumulative_gap(K)

    large = assume(enough <= M)
    grown = exp_monotone(solve(log(ratio) <= half * M, large))
    close = solve(
        END.failure() <= eps,
        bound,
        grown,
        exp_log(positive),
        exp_inverse(half * M),
        exp_positive(-(half * M)),
        tolerance,
        *inside,
    )
    by_gap = discharge(close, enough <= M)

    diverges = STATEMENT.expand(DIVERGES.formula)
    late = at(diverges, enough, K)
    by_time = solve(implies(late.conclusion.args[0], END.failure() <= eps), late, by_gap)
    return conclude(goal, by_gap, by_time, positive, tolerance, *inside, *interior(AT_K))


def prove(goal: Term) -> Proof:
    return limit(goal, step_gain())


witness = partial(growing_witness, STATEMENT)
