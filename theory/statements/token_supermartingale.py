"""Token scores are martingale differences: exp(u S - u^2 G^2 len/2) is a supermartingale."""

from theory.statements._prelude import *
from theory.statements._tree import BOUNDED, POLICY
from theory.tree import TREE, size, whole

moment, plain, loose = var("moment"), var("plain"), var("loose")
PI, S = exp(TREE.logp(whole(o))), TREE.score(whole(o))

STATEMENT = Statement(
    slug="token_supermartingale",
    title="The stopped exponential supermartingale",
    paper_ref="used for Lemma 2",
    kind="upper",
    hypotheses=(*POLICY, BOUNDED),
    conclusion=moment <= 1,
    notation=(
        Notation(
            moment,
            total(o, PI * exp(u * S - u**2 * G**2 * size / 2)),
            "E[exp(u S - u^2 G^2 |o|/2)]",
        ),
        Notation(plain, total(o, PI * exp(u * S)), "E[exp(u S)]"),
        Notation(
            loose, total(o, PI * exp(u * S - u**2 * G**2 * size / 4)), "E[exp(u S - u^2 G^2 |o|/4)]"
        ),
    ),
    twins=(
        Twin("half the compensator", loose <= 1),
        Twin("no compensator", plain <= 1),
        Twin("half", 2 * moment <= 1),
        Twin("scores of any size", drop="bounded"),
    ),
)
