"""Cauchy-Schwarz turns vector bounds into bounds along w; E+ goes inside sums over coordinates."""

from theory.proofs._prelude import *
from theory.kernel.terms import instantiate as put
from theory.proofs import lemma_1_sharp, regularity_along_direction, sharp_step
from theory.proofs._step import success_interior
from theory.proofs._vectors import mean_of_dot
from theory.proofs._witness import vector_witness
from theory.proofs.log_success_step import next_positive
from theory.statements import lemma_1_sharp as lemma
from theory.statements import regularity_along_direction as regularity
from theory.statements import sharp_step as sharp
from theory.statements.regularity_along_direction import gradient, w
from theory.statements.step_under_assumption_1 import STATEMENT, g_minus, g_plus, score


def assumption_along_w() -> tuple[Proof, Proof]:
    """For all o: |score| <= G, and the score is L-Lipschitz on the segment."""
    proved = regularity_along_direction.prove(regularity.STATEMENT.formal_conclusion)
    return generalise(part(proved, 0), o), generalise(part(proved, 1), o, t)


def along_w(step_theorem: Proof) -> Proof:
    """A theorem about one direction, for the score w.grad log pi."""
    moved = instantiate(step_theorem, functions={STEP.score_symbol: score})
    facts = assumption_along_w()
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


witness = partial(vector_witness, STATEMENT)
