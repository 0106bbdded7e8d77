"""Theorem 3 with Assumption 2 as the paper states it: gradients are vectors, directions units.

gradient(k, i, p, t) is coordinate i of the gradient of log pi(p), the log-probability of a prefix;
the gradient of log pi(v | p) is that of extend(p, v) minus that of p.
"""

from theory.statements._prelude import *
from theory.kernel.terms import instantiate
from theory.statements._trajectory import every_step, logistic_curve
from theory.statements._tree_trajectory import *
from theory.tree import PREFIX, TREE_AT_K, at_open, child, p, v

w = Symbol("w", (NAT, COORDINATE))
gradient = Symbol("gradient", (NAT, COORDINATE, PREFIX, REAL))
score = Lambda((k, p, t), total(i, w(k, i) * gradient(k, i, p, t)))
norm2_w = total(i, w(k, i) ** 2)
on_segment = conj(0 <= t, t <= steps(k))


def token_gradient(at: TermLike) -> Term:
    """Coordinate i of the gradient of log pi(v | p)."""
    return gradient(k, i, child, at) - gradient(k, i, p, at)


norm2_gradient = total(i, token_gradient(0) ** 2)
norm2_change = total(i, (token_gradient(t) - token_gradient(0)) ** 2)
close = norm2_change <= L**2 * (t**2 * norm2_w)


def in_vectors(term: Term) -> Term:
    """The term with w.grad log pi for the score."""
    return instantiate(term, {}, {TREE_AT_K.score_symbol: score})


def hypothesis_in_vectors(hypothesis: Hypothesis) -> Hypothesis:
    return Hypothesis(hypothesis.name, in_vectors(hypothesis.formula), hypothesis.meaning)


def notation_in_vectors(notation: Notation) -> Notation:
    return Notation(notation.symbol, in_vectors(notation.body), notation.meaning, notation.params)


STATEMENT = Statement(
    slug="theorem_3_under_assumption_2",
    title="Theorem 3 under Assumption 2 as printed",
    paper_ref="Theorem 3, Assumptions 2 and 3",
    kind="lower",
    hypotheses=(
        *(hypothesis_in_vectors(h) for h in TRAJECTORY if h.name != "smooth"),
        every_step("unit", norm2_w <= 1, "|w_k| <= 1, eq. (3)"),
        every_step(
            "bounded",
            conj(0 <= G, at_open(forall(v, norm2_gradient <= G**2))),
            "Assumption 2, first half, squared",
        ),
        every_step(
            "lipschitz",
            conj(0 <= L, at_open(forall(v, forall(t, implies(on_segment, close))))),
            "Assumption 2, second half, squared, between theta_k and theta_k + t w_k",
        ),
        LIGHT,
        NONEMPTY,
        POSITIVE,
        ADAPTED,
    ),
    conclusion=logistic_curve(M(K)) <= J(K),
    notation=tuple(map(notation_in_vectors, NOTATION)),
    printed="the same, and the second branch of (18a)",
    remark="The second branch of (18a) is not needed: theorem_3_first_branch.",
    twins=(
        Twin("three times M", J(0) / (J(0) + F(0) * exp(-M(K) * 3)) <= J(K)),
        Twin("J(0) and 1 - J(0) exchanged", F(0) / (F(0) + J(0) * exp(-(M(K) / 2))) <= J(K)),
        Twin("sign flipped", J(K) <= logistic_curve(M(K))),
        Twin("long directions", drop="unit"),
    ),
)
