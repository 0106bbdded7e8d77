"""Eq. (20): the steps of GRPO and of Dr. GRPO at learning rate alpha, for responses of one length.

Along the unit direction w of the gap, |g+ - g-| = delta: alpha g_GRPO = eta w with
eta = alpha delta sqrt(J(1-J))/len, and alpha g_Dr.GRPO = eta w with eta = alpha delta J(1-J).
"""

from theory.statements._prelude import *
from theory.statements._common import FAILURE, INTERIOR, NORMALISED, SUCCESS, F, J
from theory.statements._grpo import *

gradient = Symbol("gradient", (COORDINATE, RESPONSE, REAL))
w = Symbol("w", (COORDINATE,))
delta, tokens, along, unit = var("delta"), var("tokens"), var("along"), var("w_i")
gap_i = STEP.mean_correct(gradient(i, o, 0)) - STEP.mean_incorrect(gradient(i, o, 0))

STATEMENT = Statement(
    slug="effective_step",
    title="The effective steps of GRPO and Dr. GRPO",
    paper_ref="eq. (20)",
    kind="equality",
    hypotheses=(
        NORMALISED,
        INTERIOR,
        BINARY,
        SPREAD,
        Hypothesis(
            "one_length",
            conj(0 < tokens, forall(o, eq(length(o), tokens))),
            "all responses have the same number of tokens",
        ),
        Hypothesis("direction", forall(i, eq(gap_i, delta * w(i))), "g+ - g- = delta w, eq. (9)"),
        Hypothesis("unit", eq(total(i, w(i) ** 2), 1), "|w| = 1"),
    ),
    conclusion=conj(
        eq(along, delta),
        eq(alpha * grpo, alpha * delta * sigma / tokens * unit),
        eq(alpha * dr_grpo, alpha * delta * (J * F) * unit),
        eq(sigma**2, J * F),
    ),
    notation=(
        SUCCESS,
        FAILURE,
        Notation(along, total(i, w(i) * gap_i), "w.(g+ - g-), eq. (11)"),
        Notation(unit, w(i), "coordinate i of w"),
        Notation(grpo, grpo_of(gradient(i, o, 0)), "coordinate i of g_GRPO, eq. (5)"),
        Notation(dr_grpo, dr_grpo_of(gradient(i, o, 0)), "coordinate i of g_Dr.GRPO, eq. (4)"),
    ),
    twins=(
        Twin(
            "Dr. GRPO divided by the length",
            eq(alpha * dr_grpo, alpha * delta * (J * F) / tokens * unit),
        ),
        Twin("GRPO not divided", eq(alpha * grpo, alpha * delta * sigma * unit)),
        Twin("GRPO with the variance", eq(alpha * grpo, alpha * delta * (J * F) / tokens * unit)),
        Twin("lengths that differ", drop="one_length"),
        Twin("any length of w", drop="unit"),
    ),
)
