"""Lemma 2 with the constant 4(2^(1/4) - 1) < 0.757 in front of G^2 T_psi/(1-J)."""

from theory.statements._prelude import *
from theory.statements._tree import *
from theory.statements.psi1_moment import LOG_2
from theory.tree import T, T_psi

FACTOR = 4 * (exp(LOG_2 / 4) - 1)  # 4 (2^(1/4) - 1)
BELOW = const(757) / 1000

SHORT = Hypothesis("short", 4 * (G**2 * T_psi * eta**2) <= 1, "eta <= 1/(2 G sqrt T_psi)")
HYPOTHESES = (*UPDATE, BOUNDED, LIGHT, SHORT)


def loss(factor: Term) -> Term:
    """(L T + factor G^2 T_psi/(1-J)) eta^2, what a step of eta can cost."""
    return (L * T + factor * G**2 * T_psi / F) * eta**2


STATEMENT = Statement(
    slug="lemma_2_sharp",
    title="The token-level log-odds step",
    paper_ref="sharpens Lemma 2, eq. (22)",
    kind="lower",
    hypotheses=HYPOTHESES,
    conclusion=conj(gap * eta - loss(FACTOR) <= change, FACTOR < BELOW),
    notation=(SUCCESS, FAILURE, GAP, CHANGE),
    twins=(
        Twin("a twentieth of the loss", gap * eta - loss(FACTOR) / 20 <= change),
        Twin(
            "J for 1 - J", gap * eta - (L * T + FACTOR * G**2 * T_psi / J) * eta**2 / 20 <= change
        ),
        Twin("sign flipped", change <= gap * eta - loss(FACTOR)),
        Twin("a smaller constant", FACTOR < BELOW - const(1) / 1000),
        Twin("any score", drop="smooth"),
    ),
)
