"""A wider ball lowers the exponent; a scale cancels; (X+Y)/(a+c) is a mean of X/a and Y/c, and exp
is convex."""

from theory.proofs._prelude import *
from theory.proofs._psi1 import in_ball, mean_at_most, nonnegative, psi1_witness
from theory.statements.jensen_exp import weight
from theory.statements.psi1_norm import STATEMENT, X, Y, a, b, c, scale

ONE, ZERO = const(1), const(0)
x, y = X(o) / a, Y(o) / c


def mean_below(f: Term, *pointwise: Proof) -> Proof:
    """From f <= exp(X/a): E[f] <= 2."""
    return mean_at_most(f, ONE, exp(x), ZERO, *pointwise)


def mean_of_both() -> Proof:
    """E[exp((X+Y)/(a+c))] <= 2: the exponent is a mean of X/a and Y/c."""
    second = assume(STATEMENT.formal_hypotheses["second"])
    positive = solve(0 < a, in_ball()), solve(0 < c, second)
    share, w, whole = a / (a + c), weight(o), (X(o) + Y(o)) / (a + c)
    centre = share * x + (1 - share) * y
    both = solve(eq(centre * (a + c), X(o) + Y(o)), *positive)
    same = exp_equal(centre, whole, both, *positive)
    between = solve(conj(0 <= share, share <= 1), *positive)
    below = exp_convex(share, x, y, between)
    pointwise = solve(
        w * exp(whole) <= share * (w * exp(x)) + (1 - share) * (w * exp(y)),
        below,
        same,
        nonnegative(),
    )
    sums = sum_at_most(pointwise, o, (share, w * exp(x)), (1 - share, w * exp(y)))
    return solve(total(o, w * exp(whole)) <= 2, sums, in_ball(), second, between)


def prove(goal: Term) -> Proof:
    hypotheses = STATEMENT.formal_hypotheses
    length, wider = at(hypotheses["length"], o), assume(hypotheses["wider"])
    second = assume(hypotheses["second"])
    lower = exp_monotone(solve(X(o) / b <= x, length, wider, solve(0 < a, in_ball())))
    positive = assume(hypotheses["scale"]), solve(0 < a, in_ball())
    same = exp_equal(scale * X(o) / (scale * a), x, *positive)
    return conclude(
        goal,
        mean_below(lower.conclusion.args[0], lower),
        mean_below(same.conclusion.args[0], same),
        mean_of_both(),
        in_ball(),
        second,
        wider,
        positive[0],
    )


def witness() -> Instance:
    return psi1_witness(STATEMENT, {})
