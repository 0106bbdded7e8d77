"""Assumption 1 is about gradient vectors; the step theorems need it along one direction w, |w| <=
1."""

from theory.statements._prelude import *

w = Symbol("w", (COORDINATE,))
gradient = Symbol("gradient", (COORDINATE, RESPONSE, REAL))
norm2_w = total(i, w(i) ** 2)
norm2_gradient = total(i, gradient(i, o, 0) ** 2)
norm2_change = total(i, (gradient(i, o, t) - gradient(i, o, 0)) ** 2)
score, score_t = var("s"), var("s_t")
on_segment = conj(0 <= t, t <= eta)
close = norm2_change <= L**2 * (t**2 * norm2_w)

UNIT = Hypothesis("unit", norm2_w <= 1, "|w| <= 1, eq. (3)")
BOUNDED = Hypothesis(
    "bounded", conj(0 <= G, forall(o, norm2_gradient <= G**2)), "Assumption 1(a), eq. (12), squared"
)
LIPSCHITZ = Hypothesis(
    "lipschitz",
    conj(0 <= L, forall(o, forall(t, implies(on_segment, close)))),
    "Assumption 1(b), eq. (13), squared, between theta and theta + t w",
)

STATEMENT = Statement(
    slug="regularity_along_direction",
    title="Assumption 1 along a direction",
    paper_ref="Assumption 1, eqs. (12), (13)",
    kind="upper",
    hypotheses=(UNIT, BOUNDED, LIPSCHITZ),
    conclusion=conj(absolute(score) <= G, implies(on_segment, absolute(score_t - score) <= L * t)),
    notation=(
        Notation(score, total(i, w(i) * gradient(i, o, 0)), "w.grad log pi(o) at theta"),
        Notation(score_t, total(i, w(i) * gradient(i, o, t)), "w.grad log pi(o) at theta + t w"),
    ),
    twins=(
        Twin("half of G", absolute(score) <= G / 2),
        Twin("half of L", implies(on_segment, absolute(score_t - score) <= L * t / 2)),
        Twin("without t", implies(on_segment, absolute(score_t - score) <= L)),
        Twin("long directions", drop="unit"),
    ),
)
