"""The control: with one decision and rewards 0 and 1 there is no second stage.

If the best token is rewarded no more than a good one, and starts behind it, the good one always
moves more. So the ratio p(best)/p(good) never rises, in any number of steps of any length. A token
is a whole response here. With two decisions there can be a second stage: what follows a token
changes what it is worth.
"""

from theory.statements._prelude import *
from theory.statements._softmax import ALWAYS_NONEMPTY, SOFTMAX_AT_K, UPDATED, best, good, r

p = Symbol("p", (NAT, RESPONSE))

STATEMENT = Statement(
    slug="binary_control",
    title="Without a higher reward no mass moves from a good token to a rare one",
    paper_ref="second paper: the two-stage dynamic, control (our reading)",
    kind="upper",
    hypotheses=(
        ALWAYS_NONEMPTY,
        UPDATED,
        Hypothesis("forward", forall(k, 0 <= steps(k)), "step sizes are not negative"),
        Hypothesis(
            "top", forall(o, r(o) <= r(good)), "no token is rewarded more than the good one"
        ),
        Hypothesis("rare", p(0, best) <= p(0, good), "the best token starts less likely"),
    ),
    conclusion=conj(p(K, best) * p(0, good) <= p(0, best) * p(K, good), p(K, best) <= p(K, good)),
    notation=(Notation(p, SOFTMAX_AT_K.probability(o), "probability before update k", (k, o)),),
    twins=(
        Twin("the best token gains", p(0, best) * p(K, good) <= p(K, best) * p(0, good)),
        Twin("the ratio halves", 2 * (p(K, best) * p(0, good)) <= p(0, best) * p(K, good)),
        Twin("the best token is rewarded more", drop="top"),
        Twin("the best token starts ahead", drop="rare"),
    ),
)
