"""The worst that one update can do, in closed form, and the best.

J' is least where the correct responses all have the same score and the same downward curvature
(Jensen), or where the incorrect ones spread to the scores -G and G and bend upwards (the chord of
exp): whatever the other class does, probabilities sum to one. The greatest J' is the mirror image.
"""

from theory.statements._prelude import *
from theory.statements._common import *

POSITIVE_G = Hypothesis("positive_G", 0 < G, "the chord of exp is taken over [-G, G]")


def lowest(mean: Term) -> Term:
    """The least E[e^X] at this mean score: e^(eta m - L eta^2/2)."""
    return exp(eta * mean - curvature())


def highest(mean: Term) -> Term:
    """The greatest: e^(L eta^2/2) times the mean of e^(eta s) over scores G and -G."""
    spread = (G + mean) * exp(eta * G) + (G - mean) * exp(-(eta * G))
    return exp(curvature()) * (spread / (2 * G))


PLUS, MINUS = F * gap, -(J * gap)
LEAST = maximum(J * lowest(PLUS), 1 - F * highest(MINUS))
GREATEST = minimum(J * highest(PLUS), 1 - F * lowest(MINUS))

STATEMENT = Statement(
    slug="worst_case",
    title="The worst and the best of one update",
    paper_ref="sharpens Lemma 1, eq. (16)",
    kind="lower",
    hypotheses=(*STEP_HYPOTHESES, BOUNDED, POSITIVE_G),
    conclusion=conj(LEAST <= J_next, J_next <= GREATEST),
    notation=(SUCCESS, FAILURE, SUCCESS_NEXT, GAP),
    remark="Stronger than sharp_step and lemma_1_sharp: gradgap worst-case prints both ends.",
    twins=(
        Twin("half the curvature", J * exp(eta * PLUS - curvature() / 2) <= J_next),
        Twin("no spread above", J_next <= J * exp(eta * PLUS + curvature())),
        Twin("the classes exchanged", LEAST <= 1 - J_next),
        Twin("any score", drop="smooth"),
        Twin("scores of any size", drop="bounded"),
    ),
)
