"""The second moment of the score: token scores are orthogonal, so E[S^2] <= G^2 E[len]."""

from theory.statements._prelude import *
from theory.statements._tree import *
from theory.tree import TREE, size, whole

square, mean_length = var("square"), var("mean_length")
PI = exp(TREE.logp(whole(o)))

STATEMENT = Statement(
    slug="token_variance",
    title="The variance of the score is at most G^2 times the mean length",
    paper_ref="not in the paper; used for theorem_3_first_branch",
    kind="upper",
    hypotheses=(*POLICY, BOUNDED, VERIFIABLE, INTERIOR),
    conclusion=conj(square <= G**2 * mean_length, J * F * gap**2 <= square),
    notation=(
        SUCCESS,
        FAILURE,
        GAP,
        Notation(square, total(o, PI * TREE.score(whole(o)) ** 2), "E[S^2]"),
        Notation(mean_length, total(o, PI * size), "E[|o|]"),
    ),
    twins=(
        Twin("half", square <= G**2 * mean_length / 2),
        Twin("the gap without J(1-J)", gap**2 <= square),
        Twin("sign flipped", G**2 * mean_length <= square),
        Twin("scores of any size", drop="bounded"),
    ),
)
