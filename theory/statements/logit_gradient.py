"""The policy gradient of a softmax, logit by logit: p(o) (r(o) - V), whatever the baseline.

A gradient is known by its products with all directions w of the logits. The score of token o
along w is w(o) - sum p w.
"""

from theory.statements._prelude import *
from theory.statements._softmax import PROBABILITY, SOFTMAX, VALUE, V, p, r

w = Symbol("w", (RESPONSE,))
value_at = Symbol("value", (REAL,))
baseline, drift = var("baseline"), var("drift")


def weight(at: TermLike) -> Term:
    return exp(SOFTMAX.logit(o) + at * w(o))


def normaliser(at: TermLike) -> Term:
    return total(o, weight(at))


def value(at: TermLike) -> Term:
    """V at logits + at * w."""
    return total(o, weight(at) / normaliser(at) * r(o))


def slope(at: TermLike) -> Term:
    """sum of p (r - V) w at logits + at * w."""
    return total(o, weight(at) / normaliser(at) * (r(o) - value(at)) * w(o))


sampled = total(o, p(o) * (r(o) - baseline) * (w(o) - drift))

STATEMENT = Statement(
    slug="logit_gradient",
    title="The expected update of a logit is p (r - V), the same for every baseline",
    paper_ref="second paper: the two-stage dynamic (our reading)",
    kind="equality",
    hypotheses=(
        Hypothesis("nonempty", forall(t, 0 < normaliser(t)), "there is a token, so that Z > 0"),
    ),
    conclusion=conj(
        has_derivative(t, value(t), slope(t)), eq(sampled, total(o, p(o) * (r(o) - V) * w(o)))
    ),
    notation=(
        PROBABILITY,
        VALUE,
        Notation(drift, SOFTMAX.mean(w(o)), "sum of p w, the mean move of a logit"),
    ),
    remark="A token's logit moves in proportion to the token's own probability.",
    twins=(
        Twin("the reward for the advantage", eq(sampled, total(o, p(o) * r(o) * w(o)))),
        Twin("the probability squared", eq(sampled, total(o, p(o) ** 2 * (r(o) - V) * w(o)))),
        Twin("the baseline stays", eq(sampled, total(o, p(o) * (r(o) - baseline) * w(o)))),
    ),
)
