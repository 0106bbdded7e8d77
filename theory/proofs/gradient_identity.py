"""d/dt sum r pi = sum r pi s = J m+, and m+ = (1-J) * gap."""

from theory.instance import Instance
from theory.kernel.proof import Proof, both, conclude, differentiate, rename_derivative, solve
from theory.kernel.terms import Term, eq
from theory.proofs._step import balance, success_interior
from theory.proofs._toolkit import at, sum_equal
from theory.proofs._witness import step_witness
from theory.statements.gradient_identity import SLOPE_AT_T, STATEMENT
from theory.symbols import STEP, o, t


def prove(goal: Term) -> Proof:
    raw = differentiate(t, STEP.success(t), at(STEP.differentiable(), o))
    function, slope = raw.conclusion.args[1:]
    same = sum_equal(solve(eq(slope.args[1], SLOPE_AT_T.args[1])), o, (1, SLOPE_AT_T.args[1]))
    tidy = solve(eq(slope, SLOPE_AT_T), same)
    derivative = rename_derivative(raw, solve(eq(function, function)), tidy)
    identity = STATEMENT.formal_conclusion.args[1]
    return both(derivative, conclude(goal.args[1], balance(), *success_interior()))


def witness() -> Instance:
    return step_witness(STATEMENT)
