"""The safe step sizes for tokens: four lower bounds, each solved for the step.

The first uses the mean length of the correct responses; the second and third are those of eta_safe
with the constants L T and G T of a response of T tokens; the fourth comes from Lemma 2. As in
eta_safe the third is a weighted mean of 2(1-J) gap/(L T) and of the second. Where E+[len] <= T the
first is longer still, so the third is never the longest alone.
"""

from theory.derivations._prelude import *
from theory.derivations._letters import T
from theory.derivations._letters import gain as gap
from theory.statements import lemma_1_sharp, lemma_2_sharp, token_sharp_step
from theory.statements.token_eta_safe import (
    STATEMENT,
    branch_both,
    branch_failure,
    branch_moment,
    branch_success,
)

NAMES = {**VALUES, "gap": gap}
B1, B2, B3, B4 = (
    formula(b, NAMES) for b in (branch_failure, branch_success, branch_both, branch_moment)
)
LONG = {**NAMES, "L": L * T, "G": G * T}  # a response of T tokens
LEAST = {
    "first": gap * eta + formula(token_sharp_step.STATEMENT.conclusion.args[0].args[0], NAMES),
    "second": J * gap * eta - (L * T + G**2 * T**2) * eta**2 / 2,
    "third": gap * eta - formula(lemma_1_sharp.STATEMENT.conclusion.args[1], LONG),
    "fourth": formula(lemma_2_sharp.STATEMENT.conclusion.args[0].args[0], NAMES),
}
BOUNDS = dict(zip(LEAST, (B1, B2, B3, B4), strict=True))
FACTORS = {
    "first": L * length_plus * eta / (2 * F),
    "second": (L * T + G**2 * T**2) * eta / 2,
    "third": (L * T + G**2 * T**2 / 2) * eta,
    "fourth": gap / B4 * eta,
}
SOURCES = {
    "first": "From token_sharp_step: divide by the step and solve.",
    "second": "From log(1-J), as in eta_safe with the constants of a response: solve.",
    "third": "From lemma_1_sharp with the constants of a response: solve.",
    "fourth": "From lemma_2_sharp: solve; it needs a step of at most 1/(2 G sqrt T_psi) as well.",
}
IF_LONG = 2 * F * gap / (L * T)  # the first branch if all correct responses had T tokens
SHARES = (L / (2 * L + G**2 * T), (L + G**2 * T) / (2 * L + G**2 * T))
MEAN = SHARES[0] * IF_LONG + SHARES[1] * B2


def _solved(name: str) -> Step:
    return begin(
        f"{name} branch",
        Equivalence(Relation(ZERO, "<", LEAST[name]), Relation(eta, "<", BOUNDS[name])),
        SOURCES[name],
        Solve(eta, FACTORS[name]),
    )


DERIVATION = derive(
    STATEMENT,
    (
        SUCCESS,
        SMOOTHNESS,
        SCORE_BOUND,
        LONGEST,
        PSI_NORM,
        Range(length_plus, ZERO, T, "mean length of the correct responses"),
        STEP_SIZE,
        FAVOURABLE,
    ),
    *map(_solved, LEAST),
    begin(
        "weighted mean",
        Relation(B3, "=", MEAN),
        "As in eta_safe, with L T and G T for L and G.",
        Algebra(),
    ),
    Step(
        "shorter responses",
        Relation(MEAN, "<=", SHARES[0] * B1 + SHARES[1] * B2),
        "The mean length of the correct responses is at most T.",
        signs((SHARES[0] * IF_LONG / length_plus, T - length_plus)),
    ),
    Step(
        "third branch never longest",
        Relation(SHARES[0] * B1 + SHARES[1] * B2, "<=", sp.Max(B1, B2)),
        "A mean is at most the larger of its terms.",
        signs((SHARES[0], larger(B1, B2)), (SHARES[1], larger(B2, B1))),
    ),
    stated=tuple((f"{name} branch", Relation(eta, "<", BOUNDS[name])) for name in LEAST),
    results=("third branch never longest",),
)
