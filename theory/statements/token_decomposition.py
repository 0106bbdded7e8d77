"""The log-probability and the score of a response are sums over its tokens (section 4)."""

from theory.statements._prelude import *
from theory.statements._tree import DIFFERENTIABLE, NORMALISED
from theory.tree import PREFIX, TOKEN, TREE, extend, p, root, v, whole

n = var("n", NAT)
before = Symbol("before", (RESPONSE, NAT), PREFIX)  # o_{<n}, the first n tokens of o
token = Symbol("token", (RESPONSE, NAT), TOKEN)  # o_n, the token after them
count = Symbol("count", (RESPONSE,), NAT)  # |o|
logp, score, sum_logp, sum_score = map(var, ("logp", "score", "sum_logp", "sum_score"))


def over_tokens(term: Term) -> Term:
    """Sum of a term in (p, v) over the tokens of the response o."""
    here = substitute(term, {p: before(o, n), v: token(o, n)})
    return prefix_sum(n, count(o), here)


PATH = Hypothesis(
    "path",
    forall(
        o,
        conj(
            eq(before(o, 0), root),
            eq(before(o, count(o)), whole(o)),
            forall(
                n,
                implies(n + 1 <= count(o), eq(before(o, n + 1), extend(before(o, n), token(o, n)))),
            ),
        ),
    ),
    "a response is its tokens, one after the other",
)

STATEMENT = Statement(
    slug="token_decomposition",
    title="The score of a response is the sum of its token scores",
    paper_ref="section 4, before Assumption 2",
    kind="equality",
    hypotheses=(PATH, NORMALISED, DIFFERENTIABLE),
    conclusion=conj(eq(logp, sum_logp), eq(score, sum_score)),
    notation=(
        Notation(logp, TREE.logp(whole(o), t), "log pi(o)"),
        Notation(score, TREE.score(whole(o), t), "w.grad log pi(o)"),
        Notation(sum_logp, over_tokens(TREE.token_logp(t)), "sum of log pi(o_n | o_<n)"),
        Notation(sum_score, over_tokens(TREE.token_score(t)), "sum of the token scores"),
    ),
    twins=(
        Twin("twice the sum", eq(score, 2 * sum_score)),
        Twin("sign flipped", eq(logp, -sum_logp)),
        Twin("one more", eq(logp, sum_logp + 1)),
        Twin("tokens that do not make the response", drop="path"),
    ),
)
