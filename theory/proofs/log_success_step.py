"""J' = sum r pi e^X >= J e^{E+[X]}, E+[X] >= eta m+ - L eta^2/2; the same for 1 - J."""

from functools import cache

from theory.instance import Instance
from theory.kernel.proof import Proof, conclude, solve
from theory.kernel.terms import Term, exp, log
from theory.proofs import alignment_decomposition
from theory.proofs._step import growth, incorrect_mass, success_interior, with_interior
from theory.proofs._toolkit import exp_equal, exp_log, exp_positive, exp_sum, log_at_least
from theory.proofs._witness import step_witness
from theory.statements import alignment_decomposition as alignment
from theory.statements._common import curvature
from theory.statements.log_success_step import STATEMENT
from theory.symbols import STEP, eta


@cache
def shares() -> Proof:
    """m+ = (1-J) gap and m- = -J gap."""
    return alignment_decomposition.prove(alignment.STATEMENT.formal_conclusion)


@cache
def rate_grows(correct: bool) -> Proof:
    """W * exp(x) <= W' with W = J, x = eta (1-J) gap - L eta^2/2 (or W = 1-J, x = -eta J gap -
    ...)."""
    J, F, gap = STEP.success(), STEP.failure(), STEP.alignment()
    now, then = (J, STEP.success(eta)) if correct else (F, STEP.failure(eta))
    x = (eta * F * gap if correct else -eta * J * gap) - curvature()
    raw = with_interior(growth(correct))
    exponent = raw.conclusion.args[0].args[1].args[0]
    interior = success_interior()
    masses = () if correct else (incorrect_mass(), incorrect_mass(eta))
    same = exp_equal(exponent, x, shares(), *masses, *interior)
    return solve(now * exp(x) <= then, raw, same, *masses)


def log_rate_grows(correct: bool) -> Proof:
    """x <= log W' - log W, and 0 < W'."""
    grows = rate_grows(correct)
    product, then = grows.conclusion.args
    now, x = product.args[0], product.args[1].args[0]
    interior = success_interior()
    positive_now = solve(0 < now, *interior)
    positive_then = next_positive(correct)
    whole = exp_sum(log(now), x)
    below = solve(exp(log(now) + x) <= then, whole, exp_log(positive_now), grows)
    return solve(x <= log(then) - log(now), log_at_least(below, positive_then))


@cache
def next_positive(correct: bool) -> Proof:
    """0 < W'."""
    grows = rate_grows(correct)
    product, then = grows.conclusion.args
    x = product.args[1].args[0]
    return solve(0 < then, grows, exp_positive(x), *success_interior())


@cache
def prove(goal: Term) -> Proof:
    return conclude(
        goal,
        log_rate_grows(True),
        log_rate_grows(False),
        next_positive(True),
        next_positive(False),
        *success_interior(),
    )


def witness() -> Instance:
    return step_witness(STATEMENT)
