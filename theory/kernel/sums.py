"""Rules about finite sums, sums over steps, and induction over steps."""

from __future__ import annotations

from theory.kernel import terms as t
from theory.kernel.sequent import (
    ZERO,
    Outcome,
    Premises,
    count_premises,
    outcome,
    require_general,
)
from theory.kernel.terms import KernelError, Term


def sum_linear(premises: Premises, index: Term, *pairs: tuple[Term, Term]) -> Outcome:
    """sum (c1*f1 + c2*f2 + ...) = c1*sum f1 + c2*sum f2 + ..., the c's not depending on the
    index."""
    count_premises(premises, 0, "sum_linear")
    if not pairs:
        raise KernelError("sum_linear: nothing to add")
    if any(index in c.free for c, _ in pairs):
        raise KernelError(f"sum_linear: a coefficient depends on {index.data}")
    inside, outside = (c * f for c, f in pairs), (c * t.total(index, f) for c, f in pairs)
    return outcome(frozenset(), t.eq(t.total(index, _add(*inside)), _add(*outside)), "sum_linear")


def _add(first: Term, *rest: Term) -> Term:
    for term in rest:
        first = first + term
    return first


def sum_monotone(premises: Premises, index: Term) -> Outcome:
    """From G |- f <= g (or f = g) with the index not free in G: G |- sum f <= sum g (or =)."""
    count_premises(premises, 1, "sum_monotone")
    pointwise = premises[0].conclusion
    if pointwise.op not in ("le", "eq"):
        raise KernelError("sum_monotone needs a premise f <= g or f = g")
    require_general(index, premises[0].hypotheses, "sum_monotone")
    left, right = (t.total(index, side) for side in pointwise.args)
    relation = left <= right if pointwise.op == "le" else t.eq(left, right)
    return outcome(premises[0].hypotheses, relation, "sum_monotone")


def sum_exchange(premises: Premises, outer: Term, inner: Term, body: Term) -> Outcome:
    """The order of two finite sums does not matter."""
    count_premises(premises, 0, "sum_exchange")
    if outer == inner:
        raise KernelError("sum_exchange: the two indices must differ")
    left = t.total(outer, t.total(inner, body))
    right = t.total(inner, t.total(outer, body))
    return outcome(frozenset(), t.eq(left, right), "sum_exchange")


def prefix_zero(premises: Premises, index: Term, body: Term) -> Outcome:
    """A sum of no terms is 0."""
    count_premises(premises, 0, "prefix_zero")
    return outcome(frozenset(), t.eq(t.prefix_sum(index, ZERO, body), ZERO), "prefix_sum")


def prefix_step(premises: Premises, index: Term, count: Term, body: Term) -> Outcome:
    """The sum of n + 1 terms is the sum of n terms plus the term number n."""
    count_premises(premises, 0, "prefix_step")
    longer = t.prefix_sum(index, count + 1, body)
    last = t.substitute(body, {index: count})
    formula = t.eq(longer, t.prefix_sum(index, count, body) + last)
    return outcome(frozenset(), formula, "prefix_sum")


def induction(premises: Premises, index: Term, claim: Term) -> Outcome:
    """From G |- P(0) and D, P(k) |- P(k+1) with k not free in G, D: G, D |- for all k, P(k)."""
    count_premises(premises, 2, "induction")
    t.require_sort(index, t.NAT, "the variable of an induction")
    base, step = premises
    if base.conclusion != t.substitute(claim, {index: ZERO}):
        raise KernelError("induction: the first premise is not the claim at 0")
    if step.conclusion != t.substitute(claim, {index: index + 1}):
        raise KernelError("induction: the second premise is not the claim at k + 1")
    hypotheses = base.hypotheses | (step.hypotheses - {claim})
    require_general(index, hypotheses, "induction")
    return outcome(hypotheses, t.forall(index, claim), "induction")
