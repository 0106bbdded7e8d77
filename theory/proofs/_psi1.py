"""Facts about log 2 and about weights that sum to one; and a witness for the psi_1 claims."""

from collections.abc import Mapping

from theory.proofs._prelude import *
from theory.proofs._witness import RIGHT, WRONG, Rows, witness
from theory.statements.jensen_exp import NONNEGATIVE, weight
from theory.statements.psi1_moment import LOG_2
from theory.statements.psi1_norm import IN_BALL, PROBABILITIES, X, Y, a, b, c, scale


@cache
def two() -> Proof:
    """exp(log 2) = 2."""
    return exp_log(trivially(0 < lift(2)))


@cache
def log_two() -> tuple[Proof, Proof]:
    """0 < log 2 and log 2 <= 1."""
    falls = exp_monotone(assume(LOG_2 <= 0))
    positive = solve(0 < LOG_2, discharge(solve(lift(1) < 1, falls, exp_zero(), two()), LOG_2 <= 0))
    return positive, log_at_most(solve(lift(2) <= exp(lift(1)), tangent(1)), trivially(0 < lift(2)))


@cache
def nonnegative() -> Proof:
    """0 <= weight(o)."""
    return specialise(assume(NONNEGATIVE.formula), o)


@cache
def in_ball() -> Proof:
    """0 < a and E[exp(X/a)] <= 2."""
    return assume(IN_BALL.formula)


def mean_at_most(f: Term, factor: Term, bound: Term, more: Term, *pointwise: Proof) -> Proof:
    """From f <= factor * bound + more for every response: E[f] <= factor E[bound] + more."""
    w = weight(o)
    below = solve(w * f <= factor * (w * bound) + more * w, nonnegative(), *pointwise)
    sums = sum_at_most(below, o, (factor, w * bound), (more, w))
    mass = assume(PROBABILITIES.formula)
    goal = total(o, w * f) <= factor * total(o, w * bound) + more
    return solve(goal, sums, mass)


def psi1_witness(statement: Statement, values: Mapping[Term, Term]) -> Instance:
    """Two equally likely responses, X = 1 and X = 2: (e^(1/3) + e^(2/3))/2 = 1.67, so the psi_1
    norm of X is at most 3."""
    third = const(1) / const(3)
    rows = {weight: (half, half), X: (const(1), const(2)), Y: (const(2), const(1))}
    functions: dict[Symbol, Rows] = {
        symbol: {(RIGHT,): Lambda((), x), (WRONG,): Lambda((), y)}
        for symbol, (x, y) in rows.items()
    }
    radii = {a: const(3), b: const(4), c: const(3), scale: const(5)}
    model = Model({RESPONSE: (RIGHT, WRONG)}, functions, {**radii, **values})
    powers = (exp_inverse(third), exp_positive(third), exp_sum(third, third, const(2) / const(3)))
    return witness(statement, model, (tangent(-third), *powers), {"X": "1, 2", "a": "3"})
