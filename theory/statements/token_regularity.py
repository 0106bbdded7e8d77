"""Assumption 2 gives Assumption 1 with constants that grow with the length of the response."""

from theory.statements._prelude import *
from theory.statements._tree import BOUNDED, INDICATORS, POLICY, SMOOTH
from theory.tree import TREE, T, size, whole

score, score_t, tokens = var("s"), var("s_t"), var("tokens")
on_segment = conj(0 <= t, t <= eta)

STATEMENT = Statement(
    slug="token_regularity",
    title="Assumption 2 implies Assumption 1, with the length as a factor",
    paper_ref="Assumption 2; L_o = L_p T_inf and G_o = G_p T_inf before eq. (22)",
    kind="upper",
    hypotheses=(*POLICY, INDICATORS, SMOOTH, BOUNDED),
    conclusion=conj(
        tokens <= T,
        absolute(score) <= G * tokens,
        implies(on_segment, absolute(score_t - score) <= L * tokens * t),
    ),
    notation=(
        Notation(score, TREE.score(whole(o)), "w.grad log pi(o) at theta"),
        Notation(score_t, TREE.score(whole(o), t), "w.grad log pi(o) at theta + t w"),
        Notation(tokens, size, "number of tokens of o"),
    ),
    twins=(
        Twin("the bounds of one token", absolute(score) <= G),
        Twin("half of G", absolute(score) <= G * tokens / 2),
        Twin("half of L", implies(on_segment, absolute(score_t - score) <= L * tokens * t / 2)),
        Twin("half of T", tokens <= T / 2),
        Twin("any score", drop="bounded"),
    ),
)
