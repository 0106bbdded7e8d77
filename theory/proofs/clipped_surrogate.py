"""min(x, y) <= x, and E[rho A] = sum pi' (r - J) = J' - J."""

from theory.proofs._prelude import *
from theory.proofs._step import reweighting
from theory.proofs._witness import step_witness
from theory.statements._grpo import PI, advantage
from theory.statements.clipped_surrogate import CLIPPED, RATIO, STATEMENT, high, low


def prove(goal: Term) -> Proof:
    moved, J = exp(STEP.logp(eta)), STEP.success()
    ratio = solve(eq(PI * RATIO, moved), reweighting(PI, moved))
    smaller = solve(minimum(RATIO * advantage, CLIPPED * advantage) <= RATIO * advantage)
    pointwise = solve(
        PI * minimum(RATIO * advantage, CLIPPED * advantage) <= STEP.correct(eta) + -J * moved,
        solve_hiding(
            PI * minimum(RATIO * advantage, CLIPPED * advantage) <= PI * (RATIO * advantage),
            (PI, minimum(RATIO * advantage, CLIPPED * advantage), RATIO * advantage),
            smaller,
            exp_positive(STEP.logp()),
        ),
        ratio,
    )
    added = sum_at_most(pointwise, o, (1, STEP.correct(eta)), (-J, moved))
    return conclude(goal, added, at(STEP.normalised(), eta))


witness = partial(step_witness, STATEMENT, {low: const(4) / 5, high: const(6) / 5})
