"""Theorem 1(b) with Assumption 1 as the paper states it: gradients are vectors, directions units.

The gap is E+[w.grad log pi] - E-[w.grad log pi]; step_under_assumption_1 joins it to w.(g+ - g-).
"""

from theory.statements._prelude import *
from theory.kernel.terms import instantiate
from theory.statements._trajectory import *

w = Symbol("w", (NAT, COORDINATE))
gradient = Symbol("gradient", (NAT, COORDINATE, RESPONSE, REAL))
score = Lambda((k, o, t), total(i, w(k, i) * gradient(k, i, o, t)))
norm2_w = total(i, w(k, i) ** 2)
norm2_gradient = total(i, gradient(k, i, o, 0) ** 2)
norm2_change = total(i, (gradient(k, i, o, t) - gradient(k, i, o, 0)) ** 2)
on_segment = conj(0 <= t, t <= steps(k))
close = norm2_change <= L**2 * (t**2 * norm2_w)


def in_vectors(term: Term) -> Term:
    """The term with w.grad log pi for the score."""
    return instantiate(term, {}, {AT_K.score_symbol: score})


def in_vector_notation(notation: Notation) -> Notation:
    return Notation(notation.symbol, in_vectors(notation.body), notation.meaning, notation.params)


STATEMENT = Statement(
    slug="theorem_1b_under_assumption_1",
    title="Theorem 1(b) under Assumption 1 as printed",
    paper_ref="Theorem 1(b), Assumption 1",
    kind="lower",
    hypotheses=(
        NORMALISED,
        every_step(
            "differentiable",
            in_vectors(AT_K.differentiable()),
            "chain rule: the slope of log pi along w_k is w_k.grad log pi",
        ),
        every_step("unit", norm2_w <= 1, "|w_k| <= 1, eq. (3)"),
        every_step(
            "bounded",
            conj(0 <= G, forall(o, norm2_gradient <= G**2)),
            "Assumption 1(a), eq. (12), squared",
        ),
        every_step(
            "lipschitz",
            conj(0 <= L, forall(o, forall(t, implies(on_segment, close)))),
            "Assumption 1(b), eq. (13), squared, between theta_k and theta_k + t w_k",
        ),
        VERIFIABLE,
        FORWARD,
        CONTINUES,
        INTERIOR,
        POSITIVE,
        ADAPTED,
    ),
    conclusion=logistic_curve(M(K)) <= J(K),
    notation=(SUCCESS, FAILURE, in_vector_notation(GAP), in_vector_notation(CUMULATIVE)),
    printed="the same, and eta_k <= 1/(2 sqrt L)",
    remark="The bound on eta_k is not needed.",
    twins=(
        Twin("three times M", J(0) / (J(0) + F(0) * exp(-M(K) * 3)) <= J(K)),
        Twin("J(0) and 1 - J(0) exchanged", F(0) / (F(0) + J(0) * exp(-(M(K) / 2))) <= J(K)),
        Twin("sign flipped", J(K) <= logistic_curve(M(K))),
        Twin("long directions", drop="unit"),
    ),
)
