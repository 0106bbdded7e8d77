"""Three lower bounds on progress, one for each branch; whichever threshold is largest decides."""

from theory.proofs._prelude import *
from theory.proofs import lemma_1_sharp
from theory.proofs._step import success_interior
from theory.proofs._witness import step_witness
from theory.proofs.lemma_1_sharp import rate_bounded
from theory.proofs.log_success_step import next_positive, rate_grows
from theory.statements.eta_safe import STATEMENT, branch_both, branch_failure, branch_success
from theory.statements.lemma_1_sharp import STATEMENT as SHARP


@cache
def started() -> tuple[Proof, Proof]:
    """0 < eta and 0 <= eta, from the hypotheses."""
    below = assume(STATEMENT.formal_hypotheses["below_threshold"])
    return solve(0 < eta, below), solve(0 <= eta, below)


def increases_below(threshold: Term, *facts: Proof) -> Proof:
    """0 < eta  |-  eta < threshold  =>  J < J', from facts about the update."""
    below = assume(eta < STATEMENT.expand(threshold))
    given = assume(STATEMENT.formal_hypotheses["positive_L"]), assume(0 < eta)
    goal = STEP.success() < STEP.success(eta)
    return discharge(solve(goal, below, *given, *facts, *success_interior()), below.conclusion)


def by_success() -> Proof:
    """J' >= J e^x with x > 0."""
    grows = rate_grows(True)
    x = grows.conclusion.args[0].args[1].args[0]
    return increases_below(branch_failure, grows, tangent(x))


def by_failure() -> Proof:
    """1 - J' <= (1-J) e^y with y < 0."""
    bounded = rate_bounded(False)
    y = bounded.conclusion.args[1].args[1].args[0]
    return increases_below(branch_success, bounded, tangent(-y), exp_inverse(y))


@cache
def no_gain() -> Proof:
    """J' <= J  =>  the log odds do not rise."""
    falls = assume(STEP.success(eta) <= STEP.success())
    success = log_monotone(falls, next_positive(True))
    rises = solve(STEP.failure() <= STEP.failure(eta), falls)
    failure = log_monotone(rises, solve(0 < STEP.failure(), *success_interior()))
    return discharge(solve(STEP.log_odds_change() <= 0, success, failure), falls.conclusion)


def by_log_odds() -> Proof:
    """The log odds rise, so J does."""
    sharp = lemma_1_sharp.prove(SHARP.formal_conclusion)
    return increases_below(branch_both, sharp, no_gain())


def prove(goal: Term) -> Proof:
    hypotheses = STATEMENT.formal_hypotheses
    given = (assume(hypotheses["positive_L"]), assume(hypotheses["below_threshold"]))
    branches = (use(branch, *started()) for branch in (by_success(), by_failure(), by_log_odds()))
    return conclude(goal, *branches, *given, *success_interior())


witness = partial(step_witness, STATEMENT)
