"""Cauchy-Schwarz twice: |w.g| <= |w| |g|, for g the gradient and for its change."""

from theory.instance import Instance
from theory.kernel.proof import Proof, assume, conclude, discharge, part, solve, specialise
from theory.kernel.terms import Term, absolute, conj
from theory.proofs._vectors import dot_bound, dot_of_change
from theory.proofs._witness import constant_vector_witness
from theory.statements.regularity_along_direction import STATEMENT, gradient, score, score_t, w
from theory.symbols import G, L, eta, i, o, t


def prove(goal: Term) -> Proof:
    hypotheses = STATEMENT.formal_hypotheses
    unit = assume(hypotheses["unit"])
    bounded, lipschitz = assume(hypotheses["bounded"]), assume(hypotheses["lipschitz"])
    start, end = gradient(i, o, 0), gradient(i, o, t)
    s, s_t = STATEMENT.expand(score), STATEMENT.expand(score_t)

    bounded_at_o = specialise(part(bounded, 1), o)
    small = solve(absolute(s) <= G, *dot_bound(w(i), start), unit, part(bounded, 0), bounded_at_o)
    on_segment = assume(conj(0 <= t, t <= eta))
    close = solve(
        absolute(s_t - s) <= L * t,
        dot_of_change(w(i), start, end),
        *dot_bound(w(i), end - start),
        specialise(part(lipschitz, 1), o, t),
        on_segment,
        part(lipschitz, 0),
        unit,
    )
    return conclude(goal, small, discharge(close, on_segment.conclusion))


def witness() -> Instance:
    return constant_vector_witness(STATEMENT)
