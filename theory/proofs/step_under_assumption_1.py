"""Cauchy-Schwarz turns vector bounds into bounds along w; E+ goes inside sums over coordinates."""

from theory.instance import Instance
from theory.kernel.proof import (
    Proof,
    apply_implication,
    assume,
    conclude,
    discharge,
    generalise,
    instantiate,
    part,
    solve,
    specialise,
)
from theory.kernel.terms import Term, absolute, conj, eq, total
from theory.kernel.terms import instantiate as put
from theory.proofs import lemma_1_sharp, sharp_step
from theory.proofs._step import success_interior
from theory.proofs._toolkit import sum_equal, use
from theory.proofs._vectors import dot_bound, dot_of_change, mean_of_dot
from theory.proofs._witness import logistic_vector_witness
from theory.proofs.log_success_step import next_positive
from theory.statements import lemma_1_sharp as lemma
from theory.statements import sharp_step as sharp
from theory.statements.regularity_along_direction import gradient, w
from theory.statements.step_under_assumption_1 import STATEMENT, g_minus, g_plus, score
from theory.symbols import STEP, G, L, eta, i, o, t

HYPOTHESES = STATEMENT.formal_hypotheses


def bounded_along_w() -> Proof:
    """|w.grad log pi| <= G at the start."""
    bounded = assume(HYPOTHESES["bounded"])
    start = gradient(i, o, 0)
    small = solve(
        absolute(total(i, w(i) * start)) <= G,
        *dot_bound(w(i), start),
        assume(HYPOTHESES["unit"]),
        part(bounded, 0),
        specialise(part(bounded, 1), o),
    )
    return generalise(small, o)


def smooth_along_w() -> Proof:
    """The score along w is L-Lipschitz on the segment."""
    lipschitz = assume(HYPOTHESES["lipschitz"])
    start, end = gradient(i, o, 0), gradient(i, o, t)
    on_segment = assume(conj(0 <= t, t <= eta))
    close = solve(
        absolute(total(i, w(i) * end) - total(i, w(i) * start)) <= L * t,
        dot_of_change(w(i), start, end),
        *dot_bound(w(i), end - start),
        apply_implication(specialise(part(lipschitz, 1), o, t), on_segment),
        on_segment,
        part(lipschitz, 0),
        assume(HYPOTHESES["unit"]),
    )
    return generalise(discharge(close, on_segment.conclusion), o, t)


def along_w(step_theorem: Proof) -> Proof:
    """A theorem about one direction, for the score w.grad log pi."""
    moved = instantiate(step_theorem, functions={STEP.score_symbol: score})
    facts = (smooth_along_w(), bounded_along_w())
    return use(moved, *(fact for fact in facts if fact.conclusion in moved.hypotheses))


def alignment_is_dot() -> Proof:
    """E+[w.grad] - E-[w.grad] = sum_i w_i (g+_i - g-_i)."""
    interior = success_interior()
    component = gradient(i, o, 0)
    J, F = STEP.success(), STEP.failure()
    plus, minus = (w(i) * total(o, kind * component) for kind in (STEP.correct(), STEP.incorrect()))
    pointwise = solve(eq(w(i) * (g_plus - g_minus), 1 / J * plus - 1 / F * minus), *interior)
    added = sum_equal(pointwise, i, (1 / J, plus), (-(1 / F), minus))
    swapped = (mean_of_dot(kind, w(i), component) for kind in (STEP.correct(), STEP.incorrect()))
    gap = total(i, w(i) * (g_plus - g_minus))
    alignment = put(STEP.alignment(), {}, {STEP.score_symbol: score})
    return solve(eq(alignment, gap), added, *swapped, *interior)


def prove(goal: Term) -> Proof:
    facts = (
        along_w(sharp_step.prove(sharp.STATEMENT.formal_conclusion)),
        along_w(lemma_1_sharp.prove(lemma.STATEMENT.formal_conclusion)),
        alignment_is_dot(),
        along_w(next_positive(True)),
        along_w(next_positive(False)),
    )
    return conclude(goal, *facts, *success_interior())


def witness() -> Instance:
    return logistic_vector_witness(STATEMENT)
