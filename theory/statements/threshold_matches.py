"""The remark that (18a) matches the overshooting threshold (19) up to constants: what it needs.

With T_psi <= T_inf/log 2 (psi1_length) the first branch of (18a) is at least (1-J) (log 2)/2 times
gap/((L + G^2) T_inf), so the collapsing step of (19) is at most 240/((1-J) log 2) times longer.
"""

from theory.statements._prelude import *
from theory.statements._common import F, gap
from theory.statements._grpo import ALLOWED, T_inf, T_psi, allowed
from theory.statements.psi1_moment import LOG_2

collapse = var("collapse")
COLLAPSE = Notation(
    collapse, 120 * gap / ((L + G**2) * T_inf), "the least step of eq. (19), Theorem 4"
)

STATEMENT = Statement(
    slug="threshold_matches",
    title="Condition (18a) is within a constant and 1/(1-J) of the overshooting threshold (19)",
    paper_ref="the remark after Theorem 4",
    kind="lower",
    hypotheses=(
        Hypothesis("rates", conj(0 < F, F <= 1), "0 <= J < 1"),
        Hypothesis(
            "constants",
            conj(0 <= gap, 0 <= L, 0 < G, 0 < T_inf, 0 < T_psi),
            "gap, and the constants of Assumptions 2 and 3",
        ),
        Hypothesis("light", T_psi * LOG_2 <= T_inf, "T_psi <= T_inf/log 2"),
    ),
    conclusion=conj(
        F * LOG_2 / 2 * gap / ((L + G**2) * T_inf) <= allowed,
        collapse <= 240 / (F * LOG_2) * allowed,
    ),
    notation=(ALLOWED, COLLAPSE),
    twins=(
        Twin("without 1 - J", LOG_2 / 2 * gap / ((L + G**2) * T_inf) <= allowed),
        Twin("equal thresholds", collapse <= allowed),
        Twin("sign flipped", allowed <= F * LOG_2 / 2 * gap / ((L + G**2) * T_inf)),
        Twin("any psi_1 norm", drop="light"),
    ),
)
