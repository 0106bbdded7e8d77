"""With y = X/a - log 2: exp(cy) <= 1 - c + c exp(y), as exp is convex, and 1 + y <= exp(y)."""

from theory.proofs._prelude import *
from theory.proofs._psi1 import in_ball, mean_at_most, psi1_witness, two
from theory.statements.psi1_moment import LOG_2, STATEMENT, share
from theory.statements.psi1_norm import X, a

x = X(o) / a
y = x - LOG_2


def halved() -> Proof:
    """exp(X/a) = 2 exp(y)."""
    return solve(eq(exp(x), 2 * exp(y)), exp_sum(LOG_2, y, x), two())


@cache
def fraction_bounded() -> Proof:
    """E[exp(cX/a)] <= 2^c."""
    between = assume(STATEMENT.formal_hypotheses["share"])
    power, c = exp(share * LOG_2), share
    convex = exp_convex(c, y, const(0), between)
    same = exp_equal(convex.conclusion.args[0].args[0], c * y)
    chord = solve(exp(c * y) <= 1 - c + c * exp(y), convex, same, exp_zero())
    split = exp_sum(c * LOG_2, c * y, c * x)
    positive = exp_positive(c * LOG_2)
    pointwise = solve(
        exp(c * x) <= power * c / 2 * exp(x) + power * (1 - c), chord, split, halved(), positive
    )
    mean = mean_at_most(exp(c * x), power * c / 2, exp(x), power * (1 - c), pointwise)
    return solve(mean.conclusion.args[0] <= power, mean, in_ball(), positive, between)


@cache
def mean_bounded() -> Proof:
    """E[X] <= a log 2."""
    above = solve(x <= LOG_2 - 1 + exp(x) / 2, tangent(y), halved())
    pointwise = solve(X(o) <= a / 2 * exp(x) + a * (LOG_2 - 1), above, in_ball())
    mean = mean_at_most(X(o), a / 2, exp(x), a * (LOG_2 - 1), pointwise)
    return solve(mean.conclusion.args[0] <= a * LOG_2, mean, in_ball())


def prove(goal: Term) -> Proof:
    return conclude(goal, fraction_bounded(), mean_bounded(), in_ball())


def witness() -> Instance:
    return psi1_witness(STATEMENT, {share: const(1) / 2})
