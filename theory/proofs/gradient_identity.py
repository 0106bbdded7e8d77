"""d/dt sum r pi = sum r pi s = J m+, and m+ = (1-J) * gap."""

from theory.proofs._prelude import *
from theory.proofs._step import balance, success_interior
from theory.proofs._witness import step_witness
from theory.statements.gradient_identity import SLOPE_AT_T, STATEMENT


def derivative() -> Proof:
    """d/dt J = sum r pi s."""
    raw = differentiate(t, STEP.success(t), at(STEP.differentiable(), o))
    function, slope = raw.conclusion.args[1:]
    same = sum_equal(solve(eq(slope.args[1], SLOPE_AT_T.args[1])), o, (1, SLOPE_AT_T.args[1]))
    tidy = solve(eq(slope, SLOPE_AT_T), same)
    return rename_derivative(raw, solve(eq(function, function)), tidy)


def prove(goal: Term) -> Proof:
    facts = (balance(), *success_interior())
    if goal.op != "and":
        return conclude(goal, *facts)
    slope = derivative()
    return both(conclude(slope.conclusion, slope), conclude(goal.args[1], *facts))


witness = partial(step_witness, STATEMENT)
