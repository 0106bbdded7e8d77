"""J' = sum r pi e^X >= J e^{E+[X]}, E+[X] >= eta m+ - L eta^2/2; the same for 1 - J."""

from theory.proofs._prelude import *
from theory.proofs import _growth
from theory.proofs._growth import constant_loss, mean_constant
from theory.proofs._step import incorrect_mass, success_interior, with_interior
from theory.proofs._witness import step_witness
from theory.statements._common import curvature
from theory.statements.log_success_step import STATEMENT


@cache
def rate_grows(correct: bool) -> Proof:
    """W * exp(x) <= W' with W = J, x = eta (1-J) gap - L eta^2/2 (or W = 1-J, x = -eta J gap -
    ...)."""
    raw = constant_loss(_growth.rate_grows(correct))
    product, then = raw.conclusion.args
    now, exponent = product.args[0], product.args[1].args[0]
    same = exp_equal(exponent, in_closed_form(correct), mean_of_loss(correct))
    return solve(now * exp(in_closed_form(correct)) <= then, raw, same)


def in_closed_form(correct: bool) -> Term:
    """x = eta (1-J) gap - L eta^2/2, or -eta J gap - L eta^2/2."""
    drift = eta * STEP.failure() if correct else -eta * STEP.success()
    return drift * STEP.alignment() - curvature()


@cache
def mean_of_loss(correct: bool) -> Proof:
    """E+[L eta^2/2] (or E-) is L eta^2/2."""
    mean = STEP.mean_correct(curvature()) if correct else STEP.mean_incorrect(curvature())
    masses = () if correct else (incorrect_mass(),)
    constant = with_interior(mean_constant(correct))
    return solve(eq(mean, curvature()), constant, *masses, *success_interior())


@cache
def log_rate_grows(correct: bool) -> Proof:
    """x <= log W' - log W."""
    raw = constant_loss(_growth.log_rate_grows(correct))
    change = raw.conclusion.args[1]
    return solve(in_closed_form(correct) <= change, raw, mean_of_loss(correct))


@cache
def next_positive(correct: bool) -> Proof:
    """0 < W'."""
    return constant_loss(_growth.next_positive(correct))


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


witness = partial(step_witness, STATEMENT)
