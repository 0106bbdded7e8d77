"""J' >= J e^x gives 1-J' <= (1-J)(1 - Jx/(1-J)) <= (1-J) e^{-Jx/(1-J)}: both logs move by
x/(1-J)."""

from functools import cache

from theory.instance import Instance
from theory.kernel.proof import Proof, conclude, solve
from theory.kernel.terms import Term, exp, log
from theory.proofs._step import success_interior
from theory.proofs._toolkit import exp_log, exp_sum, log_at_most, tangent
from theory.proofs._witness import step_witness
from theory.proofs.log_success_step import log_rate_grows, next_positive, rate_grows
from theory.statements.sharp_step import STATEMENT
from theory.symbols import STEP, eta


@cache
def side(correct: bool) -> Proof:
    """x/(1-W) <= change of log W/(1-W), for W = J (or W = 1-J)."""
    grows, log_grows = rate_grows(correct), log_rate_grows(correct)
    product = grows.conclusion.args[0]
    W, x = product.args[0], product.args[1].args[0]
    interior = success_interior()
    other = STEP.failure() if correct else STEP.success()
    other_next = STEP.failure(eta) if correct else STEP.success(eta)
    shrink = -(W * x / other)
    falls = solve(other_next <= other * exp(shrink), grows, tangent(x), tangent(shrink), *interior)
    positive = solve(0 < other, *interior)
    whole = exp_sum(log(other), shrink)
    below = solve(other_next <= exp(log(other) + shrink), falls, whole, exp_log(positive))
    log_falls = log_at_most(below, next_positive(not correct))
    now, then = (
        (STEP.log_odds(0), STEP.log_odds(eta))
        if correct
        else (-STEP.log_odds(0), -STEP.log_odds(eta))
    )
    return solve(x / other <= then - now, log_falls, log_grows, *interior)


@cache
def prove(goal: Term) -> Proof:
    facts = (side(True), side(False), next_positive(True), next_positive(False))
    return conclude(goal, *facts, *success_interior())


def witness() -> Instance:
    return step_witness(STATEMENT)
