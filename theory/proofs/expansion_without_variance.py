"""Differentiate sum pi s = 0 once more: sum pi (s^2 + H) = 0. With it the terms of `expansion` over
the incorrect responses are sums over the correct ones."""

from theory.proofs._prelude import *
from theory.proofs._step import balance, mean_score
from theory.proofs._three_arms import three_arms
from theory.proofs.expansion import BEND, SCORE, J, gap_derivative, interior, weighted_score
from theory.statements.expansion_without_variance import STATEMENT, by_correct

RIGHT, WRONG = STEP.correct(t), STEP.incorrect(t)


@cache
def no_mean_square() -> Proof:
    """sum r pi (s^2 + H) + sum (1-r) pi (s^2 + H) = 0."""
    pi = exp(STEP.logp(t))
    raw = weighted_score(pi)
    slope = raw.conclusion.args[2]
    flat = rename_derivative(raw, mean_score(t), solve(eq(slope, slope)))
    zero = specialise(derivative_unique(flat, differentiate(t, const(0))), t)
    square = SCORE**2 + BEND
    split = solve(eq(pi * SCORE**2, RIGHT * square + WRONG * square - pi * BEND))
    added = sum_equal(split, o, (1, RIGHT * square), (1, WRONG * square), (-1, pi * BEND))
    whole = total(o, RIGHT * square) + total(o, WRONG * square)
    return solve(eq(whole, 0), added, zero)


@cache
def split_squares(correct: bool) -> Proof:
    """sum c pi (s^2 + H) = sum c pi s^2 + sum c pi H."""
    weight = RIGHT if correct else WRONG
    square, bent = weight * SCORE**2, weight * BEND
    pointwise = solve(eq(weight * (SCORE**2 + BEND), square + bent))
    return sum_equal(pointwise, o, (1, square), (1, bent))


@cache
def slope_by_correct() -> Proof:
    """The gap has derivative E+[s^2 + H]/(1-J) - (1-2J) gap^2."""
    raw = gap_derivative()
    function, slope = raw.conclusion.args[1:]
    hidden = (
        J,
        *(total(o, w * f) for w in (RIGHT, WRONG) for f in (SCORE, SCORE**2, BEND)),
        *(total(o, w * (SCORE**2 + BEND)) for w in (RIGHT, WRONG)),
    )
    known = (no_mean_square(), split_squares(True), split_squares(False), balance(t), *interior(t))
    same = solve_hiding(eq(slope, by_correct(t)), hidden, *known)
    return rename_derivative(raw, solve(eq(function, function)), same)


def prove(goal: Term) -> Proof:
    curve = slope_by_correct()
    given = assume(STATEMENT.formal_hypotheses["second"])
    second = specialise(derivative_unique(given, curve), const(0))
    parts = goal.args if goal.op == "and" else (goal,)
    known = {curve.conclusion: (curve, *interior(t))}
    return both(*(conclude(p, *known.get(p, (second, *interior(0)))) for p in parts))


def witness() -> Instance:
    return three_arms(STATEMENT)
