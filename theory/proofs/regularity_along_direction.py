"""Cauchy-Schwarz twice: |w.g| <= |w| |g|, for g the gradient and for its change."""

from theory.proofs._prelude import *
from theory.proofs._vectors import dot_bound, dot_of_change
from theory.proofs._witness import vector_witness
from theory.statements.regularity_along_direction import (
    STATEMENT,
    gradient,
    on_segment,
    score,
    score_t,
    w,
)


@cache
def prove(goal: Term) -> Proof:
    hypotheses = STATEMENT.formal_hypotheses
    unit = assume(hypotheses["unit"])
    bounded, lipschitz = assume(hypotheses["bounded"]), assume(hypotheses["lipschitz"])
    start, end = gradient(i, o, 0), gradient(i, o, t)
    s, s_t = STATEMENT.expand(score), STATEMENT.expand(score_t)

    bounded_at_o = specialise(part(bounded, 1), o)
    small = solve(absolute(s) <= G, *dot_bound(w(i), start), unit, part(bounded, 0), bounded_at_o)
    segment = assume(on_segment)
    close = solve(
        absolute(s_t - s) <= L * t,
        dot_of_change(w(i), start, end),
        *dot_bound(w(i), end - start),
        apply_implication(specialise(part(lipschitz, 1), o, t), segment),
        segment,
        part(lipschitz, 0),
        unit,
    )
    return conclude(goal, small, discharge(close, on_segment))


witness = partial(vector_witness, STATEMENT)
