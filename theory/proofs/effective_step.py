"""With one length, E+[f/|o|] = E+[f]/len; the coordinates of g+ - g- are delta w_i."""

from theory.proofs._prelude import *
from theory.proofs._grpo import RIGHT, WRONG, dr_grpo_is_gap, grpo_is_gap, variance
from theory.proofs._grpo_witness import direction_witness
from theory.proofs._step import success_interior
from theory.statements._grpo import SPREAD, length
from theory.statements.effective_step import STATEMENT, delta, gap_i, gradient, tokens, w

COMPONENT = gradient(i, o, 0)


def per_token(weight: Term) -> Proof:
    """sum of weight f/|o| = (sum of weight f)/len."""
    one_length = assume(STATEMENT.formal_hypotheses["one_length"])
    known = part(one_length, 0), specialise(part(one_length, 1), o)
    f = weight * COMPONENT
    return sum_equal(
        solve(eq(weight * (COMPONENT / length(o)), 1 / tokens * f), *known), o, (1 / tokens, f)
    )


def prove(goal: Term) -> Proof:
    hypotheses = STATEMENT.formal_hypotheses
    direction, unit = at(hypotheses["direction"], i), assume(hypotheses["unit"])
    one_length = assume(hypotheses["one_length"])
    positive = part(one_length, 0)
    interior = success_interior()
    squares = sum_equal(
        solve(eq(w(i) * gap_i, delta * w(i) ** 2), direction), i, (delta, w(i) ** 2)
    )
    return conclude(
        goal,
        squares,
        unit,
        direction,
        grpo_is_gap(COMPONENT),
        per_token(RIGHT),
        per_token(WRONG),
        dr_grpo_is_gap(COMPONENT),
        variance(),
        positive,
        specialise(part(one_length, 1), o),
        part(assume(SPREAD.formula), 0),
        *interior,
    )


witness = partial(direction_witness, STATEMENT)
