"""Eqs. (20) and (21) compared: GRPO overshoots (21) as J tends to 1, Dr. GRPO does not.

Divide each effective step by the step that (21) allows, gap (1-J)/(2 G^2 T_psi). For GRPO the ratio
is 2 alpha G^2 sqrt(J/(1-J)): it grows without bound. It passes any level B at
J = B^2/(B^2 + 4 alpha^2 G^4). For Dr. GRPO it is 2 alpha G^2 T_psi J, which stays below
2 alpha G^2 T_psi.
"""

from theory.derivations._prelude import *
from theory.derivations._grpo import (
    ENTRIES,
    NAMES,
    B,
    T_psi,
    alpha,
    bound,
    eta_dr_grpo,
    eta_grpo,
    sigma,
)
from theory.statements.grpo_versus_dr_grpo import STATEMENT, late

GRPO, DR_GRPO = (relation(part, NAMES) for part in STATEMENT.conclusion.args[:2])
LATE = formula(late.args[1], NAMES) - formula(late.args[0], NAMES)  # 4 alpha^2 G^4 J - B^2 (1-J)
ratio = 2 * alpha * G**2 * sp.sqrt(J / F)
dr_ratio = 2 * alpha * G**2 * T_psi * J
LEVEL = B**2 / (B**2 + 4 * alpha**2 * G**4)

DERIVATION = derive(
    STATEMENT,
    (*ENTRIES, Range(B, ZERO, sp.oo, "any level")),
    begin(
        "GRPO",
        Relation(eta_grpo, "=", 2 * alpha * G**2 * sigma / F * bound),
        "Its step as a multiple of what (21) allows.",
        Algebra(),
    ),
    begin(
        "ratio",
        Relation(eta_grpo**2 / bound**2, "=", ratio**2),
        "The standard deviation divided by 1-J is the root of the odds.",
        Algebra(),
    ),
    begin(
        "GRPO, J to 1",
        Relation(sp.Limit(ratio, J, 1, "-"), "=", sp.oo),
        "The odds grow without bound.",
        Limits(),
    ),
    begin(
        "any level",
        Equivalence(Relation(ZERO, "<=", LATE), Relation(LEVEL, "<=", J)),
        "The ratio is at least B from this success rate on: square and solve.",
        Solve(J, B**2 + 4 * alpha**2 * G**4),
    ),
    begin(
        "Dr. GRPO",
        Relation(eta_dr_grpo, "=", dr_ratio * bound),
        "The same for Dr. GRPO; 1-J cancels.",
        Algebra(),
    ),
    Step(
        "Dr. GRPO bounded",
        Relation(dr_ratio * bound, "<", 2 * alpha * G**2 * T_psi * bound),
        "J is below 1.",
        signs((2 * alpha * G**2 * T_psi * bound, F)),
    ),
    begin(
        "Dr. GRPO, J to 1",
        Relation(sp.Limit(dr_ratio, J, 1, "-"), "=", 2 * alpha * G**2 * T_psi * ONE),
        "The bound is approached.",
        Limits(),
    ),
    stated=(("GRPO", GRPO), ("Dr. GRPO", DR_GRPO)),
    results=("ratio", "GRPO, J to 1", "any level", "Dr. GRPO bounded", "Dr. GRPO, J to 1"),
)
