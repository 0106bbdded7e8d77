"""V is a quotient N/Z of sums; differentiate it. And sum p (r - c) = V - c for a baseline c."""

from theory.proofs._prelude import *
from theory.proofs._softmax import P, V, normalised
from theory.proofs._softmax_witness import TILT, softmax_witness, tilted
from theory.statements._softmax import SOFTMAX, r
from theory.statements.logit_gradient import (
    STATEMENT,
    baseline,
    normaliser,
    slope,
    value,
    w,
    weight,
)

NONEMPTY = STATEMENT.formal_hypotheses["nonempty"]


def derivative() -> Proof:
    """d/dt V = sum p (r - V) w."""
    e, Z, mean = weight(t), normaliser(t), value(t)
    N = total(o, e * r(o))
    positive = at(NONEMPTY, t)
    raw = differentiate(t, N / Z, solve(negate(eq(Z, 0)), positive))
    found = raw.conclusion.args[2]
    dN, dZ = total(o, e * w(o) * r(o)), total(o, e * w(o))
    first, second = found.args[0].args[0].args[0], found.args[0].args[1].args[0].args[1]
    tops = sum_equal(solve(eq(first.args[1], dN.args[1])), o, (1, dN.args[1]))
    bottoms = sum_equal(solve(eq(second.args[1], dZ.args[1])), o, (1, dZ.args[1]))
    quotient = sum_equal(
        solve(eq(e / Z * r(o), 1 / Z * (e * r(o))), positive), o, (1 / Z, e * r(o))
    )
    split = solve(eq(slope(t).args[1], 1 / Z * dN.args[1] + -mean / Z * dZ.args[1]), positive)
    sums = sum_equal(split, o, (1 / Z, dN.args[1]), (-mean / Z, dZ.args[1]))
    function = solve(eq(N / Z, mean), quotient, positive)
    same = solve(eq(found, slope(t)), tops, bottoms, sums, quotient, positive)
    return rename_derivative(raw, function, same)


def baseline_free() -> Proof:
    """sum p (r - c) (w - d) = sum p (r - V) w, where d = sum p w."""
    drift = SOFTMAX.mean(w(o))
    terms = (P * r(o) * w(o), P * w(o), P * r(o), P)
    c, d = baseline, drift
    left = P * (r(o) - c) * (w(o) - d)
    expanded = solve(eq(left, 1 * terms[0] + -c * terms[1] + -d * terms[2] + c * d * terms[3]))
    sums = sum_equal(expanded, o, (1, terms[0]), (-c, terms[1]), (-d, terms[2]), (c * d, terms[3]))
    right = P * (r(o) - V) * w(o)
    gradient = sum_equal(
        solve(eq(right, 1 * terms[0] + -V * terms[1])), o, (1, terms[0]), (-V, terms[1])
    )
    goal = eq(total(o, left), total(o, right))
    return solve(goal, sums, gradient, normalised())


def prove(goal: Term) -> Proof:
    same = exp_equal(SOFTMAX.logit(o) + 0 * w(o), SOFTMAX.logit(o))
    start = sum_equal(same, o, (1, SOFTMAX.weight(o)))
    positive = solve(0 < SOFTMAX.normaliser, at(NONEMPTY, 0), start)
    free = use(baseline_free(), positive)
    if goal.op != "and":
        return conclude(goal, free, positive)
    slope = derivative()
    defined = conclude(slope.conclusion, slope, at(NONEMPTY, t))
    return both(defined, conclude(goal.args[1], free, positive))


def witness() -> Instance:
    logits = (logit + t * slope for logit, slope in tilted())
    return softmax_witness(STATEMENT, functions=TILT, known=tuple(map(exp_positive, logits)))
