"""Theorem 4: T independent tokens, each "one" with probability p(x), and success when all are.

p(x) is the success rate of the landscape of theorem_2 for the gap 2 gap/T, so the gap alignment
T (2 gap/T)(1-p)/(1-p^T) is at least ``gap`` while p <= 1/2. For every T the words of T letters are
such a tree; the claim is about any tree and any policy of this form.
"""

from theory.statements._prelude import *
from theory.statements import _collapse as landscape
from theory.statements._collapse import J0, LOGP, POSITIVE_GAP, POSITIVE_L, RIGHT, ROOT, WRONG, gap
from theory.statements._trajectory import GAP, SUCCESS, J, every_step
from theory.statements._trajectory import gap as gap_at
from theory.statements._tree import INDICATORS, SHAPE
from theory.statements._tree_trajectory import on_tree
from theory.tree import (
    TOKEN,
    TREE_AT_K,
    T,
    at_open,
    begins,
    child,
    either,
    extend,
    length,
    p,
    v,
    whole,
)

SUCCESS_K, GAP_K = on_tree(SUCCESS), on_tree(GAP)
one, zero, star = var("one", TOKEN), var("zero", TOKEN), var("star", RESPONSE)
p0 = var("p0")  # the probability of a one at the start
TOKEN_GAP = 2 * gap / T


def with_tokens(term: Term) -> Term:
    """A term of the landscape of theorem_2, for the gap 2 gap/T and the start p0."""
    return substitute(term, {gap: TOKEN_GAP, J0: p0})


def at_step(term: Term, time: Term = t) -> Term:
    """The same, where step k has come after a further time t."""
    return landscape.at_position(with_tokens(term), k * eta + time)


def token_logp(token: Term) -> Term:
    return TREE_AT_K.logp(extend(p, token), t) - TREE_AT_K.logp(p, t)


def token_score(time: Term) -> Term:
    return TREE_AT_K.score(extend(p, v), time) - TREE_AT_K.score(p, time)


TOKENS = Hypothesis(
    "tokens",
    forall(
        k,
        at_open(
            conj(
                forall(v, either(eq(v, one), eq(v, zero))),
                forall(t, eq(token_logp(one), at_step(LOGP[RIGHT]))),
                forall(t, eq(token_logp(zero), at_step(LOGP[WRONG]))),
            )
        ),
    ),
    "the next token is a one with probability p(k eta + t), else a zero",
)
ALL_ONES = Hypothesis(
    "all_ones",
    conj(
        at_open(forall(v, either(eq(begins(child, star), 0), eq(v, one)))),
        eq(length(whole(star)), T),
    ),
    "one response consists of T ones",
)
REWARDED = Hypothesis(
    "rewarded",
    conj(
        forall(o, either(eq(STEP.reward, 0), conj(eq(STEP.reward, 1), eq(o, star)))),
        eq(total(o, STEP.reward), 1),
    ),
    "it alone is correct",
)
RANGE = (
    Hypothesis("start", conj(0 < p0, 2 * p0 <= 1), "0 < p <= 1/2 at the start"),
    POSITIVE_GAP,
    POSITIVE_L,
    ROOT,
    Hypothesis("length", 1 <= T, "at least one token"),
    Hypothesis("long", 120 * gap <= eta * ((L + G**2) * T), "eta >= 120 gap/((L + G^2) T)"),
    Hypothesis(
        "short",
        conj(0 < eta, 4 * eta**2 * ((L + G**2) * T) <= 1),
        "eta <= 1/(2 sqrt((L + G^2) T))",
    ),
)
NUMBER = with_tokens(landscape.NUMBER)
change = absolute(token_score(u) - token_score(t))
ASSUMPTION_2 = conj(
    forall(k, at_open(forall(v, forall(t, absolute(token_score(t)) <= G)))),
    forall(k, at_open(forall(v, forall(t, forall(u, implies(t <= u, change <= L * (u - t))))))),
)
COLLAPSE = conj(
    forall(k, gap <= gap_at(k)),
    forall(k, J(k + 1) < J(k)),
    forall(eps, forall(k, implies(0 < eps, implies(NUMBER <= k, J(k) <= eps)))),
)

STATEMENT = Statement(
    slug="theorem_4",
    title="Overshooting at the token level: the success rate falls to zero",
    paper_ref="Theorem 4, eq. (19)",
    kind="scope",
    hypotheses=(
        *SHAPE,
        INDICATORS,
        every_step("normalised", TREE_AT_K.normalised(), "the next token's probabilities"),
        every_step("differentiable", TREE_AT_K.differentiable(), "the score is the derivative"),
        TOKENS,
        ALL_ONES,
        REWARDED,
        *RANGE,
    ),
    conclusion=conj(ASSUMPTION_2, COLLAPSE),
    notation=(SUCCESS_K, GAP_K),
    remark="J(0) = p0^T is any number up to 2^-T. T tokens in every response: T_psi = T/log 2.",
    twins=(
        Twin("twice the gap", conj(ASSUMPTION_2, forall(k, 2 * gap <= gap_at(k)))),
        Twin("J rises", conj(ASSUMPTION_2, forall(k, J(k) < J(k + 1)))),
        Twin("any step", drop="long"),
        Twin("any other response", drop="rewarded"),
    ),
)
