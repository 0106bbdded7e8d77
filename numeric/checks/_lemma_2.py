"""Instances for Lemma 2 with either constant, most of them those of `_dropped` as trees.

None breaks `indicators`: a response goes on with some token wherever begins(p, o) is not 0, and
more is not used (tree_path has the reason). No instance was found on which lemma_2_sharp needs
`short`. There is none with 1-J >= 1/2, and none with L E+[len] <= 3/2 G^2 T_psi: there the loss
exceeds that of token_sharp_step, which holds for steps of any size.
"""

from fractions import Fraction

from numeric.checks._dropped import DROPPED, HALF, QUARTER, RISING, SHORT, TINY, rare_failure
from numeric.checks._instances import Instance, log_linear, two_arms
from numeric.checks._trees import TreeInstance, flat, shape_instances

# A correct response of slope 0 and probability 1/2, failures of slope 1 and -1: gap 0. Here
# Var(slopes) <= c/(1 + c) for c = cosh(t) < 8/7, as t <= 1/2.
SPREADING = log_linear((HALF, QUARTER, QUARTER), (0, 1, -1))


def spreading(eta: Fraction) -> TreeInstance:
    """Failures gain mass though the gap is 0: log odds fall by log cosh eta; eta <= 1/2."""
    return flat(Instance(SPREADING, eta, Fraction(8, 15), 1, reward=(1, 0, 0)))


WRONG_SIGN = Instance(two_arms(1, slope=-1).misreported(-1), SHORT, QUARTER, HALF)
# rewards 1 and -1: J = 2 pi(0) - 1 is nearly 0, and falls to a third of that
NEGATIVE = Instance(two_arms(Fraction(21, 20), slope=-1), Fraction(1, 32), QUARTER, 1, (1, -1))

INSTANCES = {
    **shape_instances(),
    **{f"drop {h}": flat(DROPPED[f"drop {h}"]) for h in ("normalised", "smooth", "forward")},
    "drop interior": flat(DROPPED["drop interior"]),
    "drop differentiable": flat(WRONG_SIGN),
    "drop verifiable": flat(NEGATIVE),
    "drop bounded": flat(rare_failure(QUARTER, G=0)),
    "drop light": flat(rare_failure(QUARTER), T_psi=TINY),
    "a twentieth of the loss": spreading(QUARTER),
    "sign flipped": flat(RISING),
}
