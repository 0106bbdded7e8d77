"""Cauchy-Schwarz twice: |w.g| <= |w| |g|, for g the gradient and for its change."""

from theory.instance import Instance
from theory.kernel.proof import (
    Proof,
    assume,
    conclude,
    discharge,
    instantiate,
    part,
    solve,
    specialise,
)
from theory.kernel.terms import Lambda, Term, absolute, conj, const, eq
from theory.proofs import cauchy_schwarz
from theory.proofs._toolkit import sum_equal
from theory.proofs._witness import constant_vector_witness
from theory.proofs.cauchy_schwarz import nonnegative_square
from theory.statements import cauchy_schwarz as schwarz
from theory.statements.regularity_along_direction import STATEMENT, gradient, score, score_t, w
from theory.symbols import G, L, eta, i, o, t


def dot_bound(left: Term, right: Term) -> tuple[Proof, Proof]:
    """(a.b)^2 <= |a|^2 |b|^2 and 0 <= |a|^2, for vectors given by terms in the coordinate i."""
    vectors = {schwarz.a: Lambda((i,), left), schwarz.b: Lambda((i,), right)}
    general = cauchy_schwarz.prove(schwarz.STATEMENT.formal_conclusion)
    length = solve(
        0 <= schwarz.STATEMENT.expand(schwarz.norm2_a), nonnegative_square(const(1), const(0))
    )
    return instantiate(general, functions=vectors), instantiate(length, functions=vectors)


def dot_of_change(left: Term, start: Term, end: Term) -> Proof:
    """a.(end - start) = a.end - a.start."""
    split = solve(eq(left * (end - start), left * end - left * start))
    return sum_equal(split, i, (1, left * end), (-1, left * start))


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
