"""For rewards 0 and 1, min(A, 0) = -J (1 - r) and r - 1 = -(1 - r): both look at the incorrect
responses alone. The score has mean zero, so what they say is what the correct ones say."""

from theory.proofs._prelude import *
from theory.proofs._grpo import WRONG, J, dr_grpo_is_gap
from theory.proofs._step import balance, success_interior
from theory.proofs._witness import step_witness
from theory.statements._grpo import BINARY, PI, SCORE, advantage
from theory.statements.negative_only import STATEMENT


def prove(goal: Term) -> Proof:
    inside, binary = success_interior(), at(BINARY.formula, o)
    wrong = WRONG * SCORE
    clipped = solve(eq(PI * minimum(advantage, 0) * SCORE, -J * wrong), clip(), binary)
    minus_one = solve(eq(PI * (STEP.reward - 1) * SCORE, -1 * wrong))
    return conclude(
        goal,
        sum_equal(clipped, o, (-J, wrong)),
        sum_equal(minus_one, o, (-1, wrong)),
        dr_grpo_is_gap(SCORE),
        balance(),
        *inside,
    )


def clip() -> Proof:
    """min(A, 0) = -J (1 - r)."""
    binary, inside = at(BINARY.formula, o), success_interior()
    return solve(eq(minimum(advantage, 0), -J * (1 - STEP.reward)), binary, *inside)


witness = partial(step_witness, STATEMENT)
