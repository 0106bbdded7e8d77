"""The sharp step inequality for tokens: the length that limits a safe step is the mean length of
the correct responses."""

from theory.statements._prelude import *
from theory.statements._tree import *


def loss(tokens: Term, rate: Term) -> Term:
    """L E[len] eta^2 / (2 rate)."""
    return L * tokens * eta**2 / (2 * rate)


STATEMENT = Statement(
    slug="token_sharp_step",
    title="The sharp step inequality, token by token",
    paper_ref="sharpens eq. (22)",
    kind="lower",
    hypotheses=UPDATE,
    conclusion=conj(
        -loss(length_plus, F) <= change - gap * eta, change - gap * eta <= loss(length_minus, J)
    ),
    notation=(SUCCESS, FAILURE, GAP, CHANGE, LENGTH_PLUS, LENGTH_MINUS),
    twins=(
        Twin("half the curvature, lower", -loss(length_plus, 2 * F) <= change - gap * eta),
        Twin("half the curvature, upper", change - gap * eta <= loss(length_minus, 2 * J)),
        Twin("lengths exchanged, lower", -loss(length_minus, F) <= change - gap * eta),
        Twin("lengths exchanged, upper", change - gap * eta <= loss(length_plus, J)),
        Twin("J and 1 - J exchanged, lower", -loss(length_plus, J) <= change - gap * eta),
        Twin("any score", drop="smooth"),
    ),
)
