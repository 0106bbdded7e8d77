"""Where "GRPO overshoots as J tends to 1" holds: against (21), not against the whole of (18a).

(18a) has the smaller of two arms in its denominator, T_psi/(1-J) and 8 T_inf^2. They cross at
1-J = T_psi/(8 T_inf^2). Before, the ratio of the GRPO step to the step allowed is at least
2 alpha G^2 sqrt(J/(1-J)). Beyond, the allowed step no longer shrinks; the ratio is
2 alpha (L T_inf + 8 G^2 T_inf^2) sqrt(J(1-J))/T_psi and tends to 0. So it does against the second
branch of eta_safe.
"""

from theory.derivations._prelude import *
from theory.derivations._grpo import (
    ENTRIES,
    NAMES,
    T_inf,
    T_psi,
    alpha,
    early,
    eta_grpo,
    first_arm,
    late,
    late_loss,
    second_arm,
    sigma,
)
from theory.statements.grpo_overshoot_scope import RISING, SAFE, STATEMENT

rising, safe = (formula(notation.body, NAMES) for notation in (RISING, SAFE))
FULL = {**NAMES, "rising": rising}
FIRST = relation(STATEMENT.conclusion.args[0].args[1], {**FULL, "allowed": early})
SECOND = relation(STATEMENT.conclusion.args[1].args[1], {**FULL, "allowed": late})
falling = 2 * alpha * late_loss * sp.sqrt(J * F) / T_psi

DERIVATION = derive(
    STATEMENT,
    ENTRIES,
    begin(
        "crossing",
        Equivalence(Relation(first_arm, "<=", second_arm), Relation(T_psi, "<=", 8 * T_inf**2 * F)),
        "The first arm is the smaller one while 1-J is at least T_psi/(8 T_inf squared).",
        Solve(T_psi, 1 / F),
    ),
    begin(
        "before the crossing",
        Relation(FIRST.left, "<=", eta_grpo),
        "Without L T_inf the two sides are equal.",
        signs((eta_grpo, L * T_inf / (L * T_inf + G**2 * first_arm))),
    ),
    begin(
        "beyond the crossing",
        Relation(eta_grpo, "=", 2 * alpha * late_loss * sigma / T_psi * late),
        "The allowed step no longer depends on J.",
        Algebra(),
    ),
    begin(
        "the end",
        Relation(sp.Limit(falling, J, 1, "-"), "=", ZERO),
        "In this regime the ratio tends to 0, with the standard deviation of the reward.",
        Limits(),
    ),
    begin(
        "against eta_safe",
        Relation(sp.Limit(alpha * gain * sp.sqrt(J * F) / T_psi / safe, J, 1, "-"), "=", ZERO),
        "The second branch of eta_safe does not shrink either.",
        Limits(),
    ),
    stated=(("before the crossing", FIRST), ("beyond the crossing", SECOND)),
    results=("crossing", "the end", "against eta_safe"),
)
