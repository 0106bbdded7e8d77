"""Eq. (20): the steps of GRPO and Dr. GRPO at learning rate alpha, for responses of one length.

The advantage of a response is r - J: 1-J if it is correct, -J if not. So its variance is J(1-J),
and the mean of advantage times score is J(1-J) E+[s] - (1-J)J E-[s] = J(1-J) (g+ - g-). That is the
Dr. GRPO gradient. GRPO divides by the standard deviation and by the length.
"""

from theory.derivations._prelude import *
from theory.statements.effective_step import STATEMENT

alpha, delta, tokens, sigma = positive("alpha", "delta", "tokens", "sigma")
w, g_plus, g_minus, grpo, dr_grpo = sp.symbols("w_i g_+ g_- grpo dr_grpo", real=True)
NAMES = {
    **VALUES,
    "alpha": alpha,
    "delta": delta,
    "tokens": tokens,
    "sigma": sigma,
    "w_i": w,
    "grpo": grpo,
    "dr_grpo": dr_grpo,
}
GRPO, DR_GRPO, VARIANCE = (relation(part, NAMES) for part in STATEMENT.conclusion.args[1:])

DERIVATION = derive(
    STATEMENT,
    (
        SUCCESS,
        Range(alpha, ZERO, sp.oo, "learning rate"),
        Range(tokens, ZERO, sp.oo, "length of every response"),
        Range(delta, ZERO, sp.oo, "norm of g+ - g-"),
        Range(w, -sp.oo, sp.oo, "coordinate of its direction"),
        Range(g_minus, -sp.oo, sp.oo, "coordinate of g-"),
        Let(g_plus, g_minus + delta * w, "coordinate of g+, eq. (9)"),
        Let(sigma, sp.sqrt(J * F), "standard deviation of the reward"),
        Let(dr_grpo, J * F * g_plus - F * J * g_minus, "mean of advantage times score"),
        Let(grpo, dr_grpo / sigma / tokens, "eq. (5) for responses of one length"),
    ),
    begin(
        "definition",
        Relation(sigma**2, "=", J * F**2 + F * J**2),
        "The mean of the squared advantage over correct and incorrect responses.",
        Algebra(),
    ),
    Step(
        "collected",
        Relation(J * F**2 + F * J**2, "=", J * F),
        "Take out J(1-J); what is left is 1.",
        Algebra(),
    ),
    begin(
        "Dr. GRPO",
        Relation(alpha * dr_grpo, "=", alpha * delta * (J * F) * w),
        "Both means have the factor J(1-J); their difference is the gap.",
        Algebra(),
    ),
    begin(
        "divided",
        Relation(alpha * grpo, "=", alpha * delta * (J * F) / (sigma * tokens) * w),
        "GRPO divides by the standard deviation and by the length.",
        Algebra(),
    ),
    Step(
        "cancelled",
        Relation(
            alpha * delta * (J * F) / (sigma * tokens) * w, "=", alpha * delta * sigma / tokens * w
        ),
        "A variance divided by its root is its root.",
        Algebra(),
    ),
    Step(
        "GRPO",
        Relation(alpha * grpo, "=", alpha * delta * sigma / tokens * w),
        "Together: the step of GRPO.",
        Chain(("divided", "cancelled")),
    ),
    Step(
        "variance",
        Relation(sigma**2, "=", J * F),
        "Together: the variance of the reward.",
        Chain(("definition", "collected")),
    ),
    stated=(("variance", VARIANCE), ("Dr. GRPO", DR_GRPO), ("GRPO", GRPO)),
)
