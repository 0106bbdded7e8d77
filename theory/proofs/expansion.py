"""f = log J - log(1-J). Its derivative is J'/J + J'/(1-J) = m+ - m-, because the score has mean
zero; and that of E+[s] = (sum r pi s)/J is E+[s^2] + E+[H] - E+[s] J'/J = Var+ + E+[H]."""

from theory.proofs._prelude import *
from theory.proofs import gradient_identity
from theory.proofs._step import balance
from theory.proofs._three_arms import three_arms
from theory.statements.expansion import STATEMENT, bend, curvature

HYPOTHESES = STATEMENT.formal_hypotheses
J, F, SCORE, BEND = STEP.success(t), STEP.failure(t), STEP.score(t), bend(o, t)


def interior(where: TermLike) -> tuple[Proof, Proof]:
    """0 < J and 0 < 1 - J."""
    inside = at(HYPOTHESES["interior"], where)
    return part(inside, 0), solve(0 < STEP.failure(where), part(inside, 1))


def weighted_score(weight: Term) -> Proof:
    """d/dt sum c pi s = sum c pi s^2 + sum c pi H, where the weight is c pi."""
    known = at(HYPOTHESES["differentiable"], o), at(HYPOTHESES["twice"], o)
    raw = differentiate(t, total(o, weight * SCORE), *known)
    function, found = raw.conclusion.args[1:]
    square, bent = weight * SCORE**2, weight * BEND
    tidy = sum_equal(solve(eq(found.args[1], square + bent)), o, (1, square), (1, bent))
    target = total(o, square) + total(o, bent)
    return rename_derivative(raw, solve(eq(function, function)), solve(eq(found, target), tidy))


def mean_derivative(correct: bool) -> Proof:
    """d/dt E+[s] = Var+ + E+[H], and the same for the incorrect responses."""
    weight = STEP.correct(t) if correct else STEP.incorrect(t)
    mean, mass = (STEP.mean_correct, J) if correct else (STEP.mean_incorrect, F)
    apart = solve(negate(eq(mass, 0)), *interior(t))
    known = weighted_score(weight), gradient_identity.derivative(), apart
    raw = differentiate(t, mean(SCORE, t), *known)
    function, found = raw.conclusion.args[1:]
    slope = mean(SCORE**2, t) - mean(SCORE, t) ** 2 + mean(BEND, t)
    same = solve(eq(found, slope), balance(t), *interior(t))
    return rename_derivative(raw, solve(eq(function, function)), same)


@cache
def slope_is_gap() -> Proof:
    """f' = m+ - m-."""
    raw = differentiate(t, STEP.log_odds(t), gradient_identity.derivative(), *interior(t))
    function, found = raw.conclusion.args[1:]
    same = solve(eq(found, STEP.alignment(t)), balance(t), *interior(t))
    return rename_derivative(raw, solve(eq(function, function)), same)


@cache
def gap_derivative() -> Proof:
    """(m+ - m-)' = Var+ - Var- + E+[H] - E-[H]."""
    raw = differentiate(t, STEP.alignment(t), mean_derivative(True), mean_derivative(False))
    function, found = raw.conclusion.args[1:]
    same = solve(eq(found, curvature(t)), *interior(t))
    return rename_derivative(raw, solve(eq(function, function)), same)


def prove(goal: Term) -> Proof:
    slope, curve = slope_is_gap(), gap_derivative()
    second = specialise(derivative_unique(assume(HYPOTHESES["second"]), curve), const(0))
    parts = goal.args if goal.op == "and" else (goal,)
    known = {proof.conclusion: (proof, *interior(t)) for proof in (slope, curve)}
    return both(*(conclude(p, *known.get(p, (second, *interior(0)))) for p in parts))


witness = partial(three_arms, STATEMENT)
