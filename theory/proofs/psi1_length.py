"""X log 2/T_inf <= log 2, so the moment is at most 2; and exp(1/a) <= E[exp(X/a)] <= 2."""

from theory.proofs._prelude import *
from theory.proofs._psi1 import in_ball, log_two, mean_at_most, psi1_witness, two
from theory.proofs.psi1_moment import mean_bounded
from theory.statements.jensen_exp import weight
from theory.statements.psi1_length import STATEMENT, longest
from theory.statements.psi1_moment import LOG_2
from theory.statements.psi1_norm import X, a


def prove(goal: Term) -> Proof:
    hypotheses = STATEMENT.formal_hypotheses
    bounded = assume(hypotheses["bounded"])
    positive, most = part(bounded, 0), specialise(part(bounded, 1), o)
    low, high = log_two()
    ratio = X(o) / (longest / LOG_2)
    small = exp_monotone(solve(ratio <= LOG_2, most, positive, low))
    one = const(1)
    at_longest = mean_at_most(exp(ratio), const(0), one, lift(2), small, two())

    # a constant below every X: E[exp(1/a)] = exp(1/a)
    nonempty = at(hypotheses["nonempty"], o)
    radius = solve(0 < a, in_ball())
    above = exp_monotone(solve(1 / a <= X(o) / a, nonempty, radius))
    inverse = exp_inverse(1 / a), exp_positive(-(1 / a))
    pointwise = solve(one <= exp(-(1 / a)) * exp(X(o) / a), above, *inverse)
    least = mean_at_most(one, exp(-(1 / a)), exp(X(o) / a), const(0), pointwise)
    mass = assume(hypotheses["normalised"])
    ones = sum_equal(solve(eq(weight(o) * one, weight(o))), o, (1, weight(o)))
    grown = solve(exp(1 / a) <= 2, least, ones, mass, in_ball(), exp_positive(1 / a), *inverse)
    least_norm = log_at_least(grown, trivially(0 < lift(2)))
    return conclude(goal, at_longest, mean_bounded(), in_ball(), low, high, least_norm, positive)


def witness() -> Instance:
    return psi1_witness(STATEMENT, {longest: const(2)})
