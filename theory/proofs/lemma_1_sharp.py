"""log W' <= log W + eta m + (L + G^2) eta^2/2 (Hoeffding) and >= log W + eta m - L eta^2/2
(Jensen)."""

from theory.proofs._prelude import *
from theory.proofs._growth import shares
from theory.proofs._step import ceiling, incorrect_mass, success_interior, with_interior
from theory.proofs._witness import step_witness
from theory.proofs.log_success_step import log_rate_grows, next_positive
from theory.statements.lemma_1_sharp import STATEMENT


@cache
def rate_bounded(correct: bool) -> Proof:
    """W' <= W * exp(y) with W = J, y = eta (1-J) gap + (L+G^2) eta^2/2 (or W = 1-J, y = -eta J
    gap + ...)."""
    J, F, gap = STEP.success(), STEP.failure(), STEP.alignment()
    now, then = (J, STEP.success(eta)) if correct else (F, STEP.failure(eta))
    y = (eta * F * gap if correct else -eta * J * gap) + (L + G**2) * eta**2 / 2
    raw = with_interior(ceiling(correct))
    exponent = raw.conclusion.args[1].args[1].args[0]
    masses = () if correct else (incorrect_mass(), incorrect_mass(eta))
    same = exp_equal(exponent, y, shares(), *masses, *success_interior())
    return solve(then <= now * exp(y), raw, same, *masses)


@cache
def log_rate_bounded(correct: bool) -> Proof:
    """log W' - log W <= y."""
    bounded = rate_bounded(correct)
    then, product = bounded.conclusion.args
    now, y = product.args[0], product.args[1].args[0]
    positive = solve(0 < now, *success_interior())
    whole = exp_sum(log(now), y)
    below = solve(then <= exp(log(now) + y), whole, exp_log(positive), bounded)
    return solve(log(then) - log(now) <= y, log_at_most(below, next_positive(correct)))


@cache
def prove(goal: Term) -> Proof:
    sides = (f(correct) for f in (log_rate_grows, log_rate_bounded) for correct in (True, False))
    positive = (next_positive(True), next_positive(False))
    return conclude(goal, *sides, *positive, *success_interior())


witness = partial(step_witness, STATEMENT)
