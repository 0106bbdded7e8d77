"""No probability grows by more than a factor e^c in one update, so a sum that is 0 stays 0.

Then induction over the steps, once for the correct and once for the incorrect responses.
"""

from theory.proofs._prelude import *
from theory.proofs._step import incorrect_mass, remainder, reweighting, weights_nonnegative
from theory.proofs._trajectory import NEXT, along, arrival
from theory.proofs._witness_paths import halting_witness
from theory.statements.theorem_1b_edges import STATEMENT


def bounded_growth(correct: bool) -> tuple[Proof, Proof]:
    """0 <= W' and W' <= W e^c with c = eta G + L eta^2/2, for W = J or W = 1 - J."""
    before, after = (
        (STEP.correct(), STEP.correct(eta)) if correct else (STEP.incorrect(), STEP.incorrect(eta))
    )
    X = STEP.logp(eta) - STEP.logp(0)
    largest = eta * G + L * eta**2 / 2
    below = solve(X <= largest, remainder(), at(STEP.bounded(), o), assume(0 <= eta))
    pointwise = solve(
        after <= exp(largest) * before,
        reweighting(before, after),
        exp_monotone(below),
        weights_nonnegative()[0 if correct else 1],
    )
    grown = sum_at_most(pointwise, o, (exp(largest), before))
    positive = solve(0 * after <= after, at(STEP.verifiable(), o), exp_positive(STEP.logp(eta)))
    summed = sum_at_least(positive, o, (const(0), after))
    if correct:
        return solve(0 <= total(o, after), summed), grown
    masses = incorrect_mass(), incorrect_mass(eta)
    now, then = STEP.failure(), STEP.failure(eta)
    return solve(0 <= then, summed, *masses), solve(then <= exp(largest) * now, grown, *masses)


def stays(correct: bool, value: int) -> Proof:
    """For all k: J(0) = value implies J(k) = value, where W is 0 at that value."""

    def claim(success: Term) -> Term:
        return implies(eq(line_at(0).success(), value), eq(success, value))

    steps = (along(fact) for fact in bounded_growth(correct))
    grown = solve(claim(NEXT.success()), assume(claim(AT_K.success())), *steps, arrival())
    return induction(k, claim(AT_K.success()), solve(claim(line_at(0).success())), grown)


def prove(goal: Term) -> Proof:
    return conclude(goal, specialise(stays(False, 1), K), specialise(stays(True, 0), K))


def witness() -> Instance:
    return halting_witness(STATEMENT, {})
