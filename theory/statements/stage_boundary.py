"""When the mean reward passes the reward of a good token: what better tokens add must exceed what
worse ones cost.

With three tokens, good, bad and best, V > r(good) is

    p(best) (r(best) - r(good))  >  p(bad) (r(good) - r(bad)).

There the advantage of the good token changes sign: exploitation ends and exploration begins.
"""

from theory.statements._prelude import *
from theory.statements._softmax import NONEMPTY, SOFTMAX, VALUE, V, good, r

gains, losses = var("gains"), var("losses")

STATEMENT = Statement(
    slug="stage_boundary",
    title="Where exploitation ends: the mean reward against the reward of a good token",
    paper_ref="second paper: the two-stage dynamic (our reading)",
    kind="equality",
    hypotheses=(NONEMPTY,),
    conclusion=eq(V - r(good), gains - losses),
    notation=(
        VALUE,
        Notation(
            gains,
            SOFTMAX.mean(maximum(r(o) - r(good), 0)),
            "sum of p [r - r(good)]_+, what better tokens add",
        ),
        Notation(
            losses,
            SOFTMAX.mean(maximum(r(good) - r(o), 0)),
            "sum of p [r(good) - r]_+, what worse tokens cost",
        ),
    ),
    twins=(
        Twin("losses do not count", eq(V - r(good), gains)),
        Twin("gains count twice", eq(V - r(good), 2 * gains - losses)),
        Twin("without the probabilities", eq(V - r(good), total(o, r(o) - r(good)))),
    ),
)
