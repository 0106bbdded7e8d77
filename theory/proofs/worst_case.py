"""W' = sum of weight e^X, for W = J and for W = 1 - J: at least W e^(E[X]) by Jensen, at most
e^(L eta^2/2) times the sum of weight e^(eta s), which lies below the chord of exp."""

from theory.proofs._prelude import *
from theory.proofs._growth import rates, shares
from theory.proofs._step import (
    incorrect_mass,
    kind,
    of_scores,
    remainder,
    success_interior,
    tilted,
    with_interior,
)
from theory.proofs._witness import step_witness
from theory.proofs.hoeffding_lemma import below_chord
from theory.proofs.log_success_step import rate_grows
from theory.statements._common import curvature
from theory.statements.worst_case import MINUS, PLUS, STATEMENT, highest

POSITIVE_G = STATEMENT.formal_hypotheses["positive_G"]


@cache
def rate_bounded(correct: bool) -> Proof:
    """W' <= W highest(m) with W = J, m = (1-J) gap (or W = 1-J, m = -J gap)."""
    before, after, _, positive = kind(correct)
    mass, mass_next = total(o, before), total(o, after)
    chord = of_scores(below_chord(), correct)
    mean, bent = chord.conclusion.args[1].args[1].args[0], exp(curvature())
    tilt = chord.conclusion.args[0].args[0]
    hidden = mass, mass_next, mean, tilt, exp(eta * G), exp(-(eta * G)), bent
    moved, growth = tilted(correct)
    spread = solve_hiding(
        mass_next <= bent * tilt, (*hidden, growth.conclusion.args[0]), moved, growth
    )
    below = solve_hiding(tilt <= mass * chord.conclusion.args[1], hidden, chord, positive)
    wide = assume(POSITIVE_G)
    bound = solve_hiding(
        mass_next <= mass * highest(mean), hidden, spread, below, exp_positive(curvature()), wide
    )
    bound = with_interior(use(bound, generalise(remainder(), o)))
    closed = STATEMENT.expand(PLUS if correct else MINUS)
    now, then = rates(correct)
    masses = () if correct else (incorrect_mass(), incorrect_mass(eta))
    same = solve(eq(mean, closed), shares(), *masses, *success_interior())
    sides = closed, now, then, *hidden
    return solve_hiding(then <= now * highest(closed), sides, bound, same, wide, *masses)


@cache
def rate_at_least(correct: bool) -> Proof:
    """W lowest(m) <= W'."""
    grows = rate_grows(correct)
    now, exponential = grows.conclusion.args[0].args
    closed = eta * STATEMENT.expand(PLUS if correct else MINUS) - curvature()
    same = exp_equal(closed, exponential.args[0])
    hidden = exponential, exp(closed)
    return solve_hiding(now * exp(closed) <= grows.conclusion.args[1], hidden, grows, same)


def prove(goal: Term) -> Proof:
    sides = (f(correct) for f in (rate_at_least, rate_bounded) for correct in (True, False))
    return conclude(goal, *sides, assume(POSITIVE_G), *success_interior())


witness = partial(step_witness, STATEMENT)
