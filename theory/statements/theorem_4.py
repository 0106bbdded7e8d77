"""Theorem 4: up to T tokens, each "one" with probability p(x). A zero ends the response, T ones
succeed.

p(x) is the success rate of the landscape of theorem_2 for the gap 2 gap/T, so the gap alignment
T (2 gap/T)(1-p)/(1-p^T) is at least ``gap`` while p <= 1/2.
"""

from theory.statements._prelude import *
from theory.statements import _collapse as landscape
from theory.statements._collapse import J0, POSITIVE_GAP, POSITIVE_L, ROOT, gap
from theory.statements._trajectory import GAP, SUCCESS, J
from theory.statements._trajectory import gap as gap_at
from theory.statements._tree import NONEMPTY
from theory.statements._tree_trajectory import on_tree
from theory.tree import (
    TREE_AT_K,
    T,
    Tree,
    at_open,
    branching,
    either,
    ending,
    extend,
    indicators,
    p,
    rooted,
    size,
    v,
)

SUCCESS_K, GAP_K = on_tree(SUCCESS), on_tree(GAP)
p0 = var("p0")  # the probability of a one at the start
m = var("m", NAT)  # T - 1
TOKEN_GAP = 2 * gap / T


def with_tokens(term: Term) -> Term:
    """A term of the landscape of theorem_2, for the gap 2 gap/T and the start p0."""
    return substitute(term, {gap: TOKEN_GAP, J0: p0})


def at_step(term: Term, time: Term = t) -> Term:
    """The same, where step k has come after a further time t."""
    return landscape.at_position(with_tokens(term), k * eta + time)


def token_score(time: Term) -> Term:
    return TREE_AT_K.score(extend(p, v), time) - TREE_AT_K.score(p, time)


def one_policy() -> Term:
    """Step k is the piece of one line, along one policy, that begins at k eta."""
    whole_line = Tree(line_at(0)).logp(p, k * eta + t)
    return forall(k, forall(p, forall(t, eq(TREE_AT_K.logp(p, t), whole_line))))


RANGE = (
    Hypothesis("start", conj(0 < p0, 2 * p0 <= 1), "0 < p <= 1/2 at the start"),
    POSITIVE_GAP,
    POSITIVE_L,
    ROOT,
    Hypothesis("length", eq(T, m + 1), "at least one token, and any number of them"),
    Hypothesis("long", 120 * gap <= eta * ((L + G**2) * T), "eta >= 120 gap/((L + G^2) T)"),
    Hypothesis(
        "short", conj(0 < eta, 4 * eta**2 * ((L + G**2) * T) <= 1), "eta <= 1/(2 sqrt((L + G^2) T))"
    ),
)
T_REACHED = forall(o, either(eq(STEP.reward, 0), eq(size, T)))  # by every correct response
SHAPE = conj(rooted(), branching(), ending(), indicators(), NONEMPTY.formula, T_REACHED)
POLICY = conj(
    forall(k, TREE_AT_K.normalised()),
    forall(k, TREE_AT_K.differentiable()),
    landscape.BINARY,
    landscape.constant_step(),
    one_policy(),
    eq(J(0), exp(T * log(p0))),
)
change = absolute(token_score(u) - token_score(t))
ASSUMPTION_2 = conj(
    forall(k, at_open(forall(v, forall(t, absolute(token_score(t)) <= G)))),
    forall(k, at_open(forall(v, forall(t, forall(u, implies(t <= u, change <= L * (u - t))))))),
)


ALIGNED, FALLS = gap <= gap_at(k), J(k + 1) < J(k)


def collapse(aligned: Term = ALIGNED, falls: Term = FALLS) -> Term:
    vanishes = implies(0 < eps, implies(landscape.N(eps) <= k, J(k) <= eps))
    policy = conj(SHAPE, POLICY, ASSUMPTION_2)
    return conj(
        policy, conj(forall(k, aligned), forall(k, falls), forall(eps, forall(k, vanishes)))
    )


STATEMENT = Statement(
    slug="theorem_4",
    title="Overshooting at the token level: the success rate falls to zero",
    paper_ref="Theorem 4, eq. (19)",
    kind="exists",
    hypotheses=RANGE,
    conclusion=collapse(),
    notation=(SUCCESS_K, GAP_K),
    parameters=(p0, gap, L, G, eta, T, m),
    expected="witnessed",
    printed="the same for some G >= sqrt L",
    remark="For every T, and every J(0) = p0^T up to 2^-T. No response has more than T tokens, and "
    "the correct ones have T. So T_psi = T/log 2 will do.",
    twins=(
        Twin("twice the gap", collapse(aligned=2 * gap <= gap_at(k))),
        Twin("J rises", collapse(falls=J(k) < J(k + 1))),
        Twin("any step", drop="long"),
        Twin("small scores", drop="root"),
    ),
)
