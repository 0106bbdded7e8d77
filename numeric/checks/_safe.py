"""Steps on which J must rise, and instances where it falls; flat, and as trees of one token."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from numeric.checks._dropped import FAIR, HALF, QUARTER, TINY
from numeric.checks._instances import Instance, Number, log_linear, two_arms, unnormalised
from numeric.checks._trees import EMPTY, STILL, TreeInstance, flat, on_prefixes, shape_instances

SAFE = Instance(FAIR, HALF, QUARTER, HALF)
"""J rises from 1/2 to 0.62."""
TURNED = two_arms(1, slope=-1).misreported(-1)
"""The reported score has the wrong sign."""
CREST = Instance(two_arms(1, 1, -1), 2, TINY)
"""Log odds t - t^2 pass their crest and fall to -2 at eta = 2."""
FALLING = Instance(unnormalised((HALF, HALF), (-HALF, -1)), QUARTER, TINY)
"""Both probabilities fall, the correct one more slowly: gap 1/2."""

# Failures (of probability 1/100) of slopes 1 and -1, the second a little more likely: gap 1/5.
# |score'| = Var(slopes) <= 0.01 (0.4 e^t + 0.6 e^-t) / 0.999 < 0.014 < L for t <= 1.
RARE = log_linear((Fraction(99, 100), Fraction(4, 1000), Fraction(6, 1000)), (0, 1, -1))
OVERSHOT = Instance(RARE, 1, Fraction(2, 125), Fraction(11, 10), reward=(1, 0, 0))

# Rewards 1 and -1/2: gap 0.16, and penalised responses that spread. Var(slopes) is at most
# m/(1/2 + m), where m = (23 e^t + 27 e^-t)/100 < 13/25 for t <= 8/25: 26/51 < L.
PENALISED = Instance(
    log_linear((HALF, Fraction(23, 100), Fraction(27, 100)), (0, 1, -1)),
    Fraction(8, 25),
    Fraction(11, 20),
    7,
    reward=(1, -HALF, -HALF),
)


def safe_instances(G: Number) -> dict[str, TreeInstance]:
    """The false twins, and the hypotheses that do not depend on a threshold. G bounds scores."""
    rising = flat(replace(SAFE, G=G))
    return {
        **shape_instances(G),
        "the success rate falls": rising,
        "it doubles": rising,
        # J = 0 stays 0; the mean score of correct responses, 0/0, may be any number
        "drop interior": flat(replace(SAFE, G=G, reward=(0, 0))),
        "drop normalised": flat(replace(FALLING, G=G)),
        "drop differentiable": flat(replace(SAFE, line=TURNED, G=G)),
        "drop smooth": flat(replace(CREST, G=G)),
        "drop verifiable": flat(PENALISED),
    }


def unstarted(G: Number) -> TreeInstance:
    """The empty response alone, with the reward 1/2: T = 0, and J stays."""
    values = {"eta": HALF, "L": QUARTER, "G": G, "T_psi": 1}
    return TreeInstance(EMPTY, on_prefixes(EMPTY, STILL), values, (HALF,))
