"""How far GRPO on a group of n gets: its factor E[sqrt(p(1-p))], between bounds.

J well below 1/n: the factor is J sqrt(n-1), so GRPO is no better than sqrt(n-1) times REINFORCE.
n large: it is sqrt(J(1-J)), the factor of eq. (5), and never more. Pairs of responses say it all.
"""

from theory.statements._group import *
from theory.statements._grpo import sigma

factor, rho = var("factor"), var("rho")

STATEMENT = Statement(
    slug="group_factor",
    title="The factor of GRPO on a group: J sqrt(n-1) for rare success, sqrt(J(1-J)) for large n",
    paper_ref="not in the paper",
    kind="upper",
    hypotheses=(
        BINARY,
        *PAIRS,
        CHANCES,
        DEVIATION,
        Hypothesis(
            "pair", conj(2 <= n, 0 <= rho, eq(rho**2, n - 1)), "n >= 2, and rho = sqrt(n - 1)"
        ),
        Hypothesis(
            "sigma", conj(0 < sigma, eq(sigma**2, J * F)), "sigma = sqrt(J(1-J)) is positive"
        ),
    ),
    conclusion=conj(
        factor <= J * rho,
        J * rho * (1 - (n - 1) * J) <= factor,
        factor**2 <= (1 - 1 / n) * (J * F),
        sigma * (1 - 1 / (2 * n * (J * F))) <= factor,
    ),
    notation=(
        SUCCESS,
        FAILURE,
        GROUP_SIZE,
        Notation(factor, expected(deviation(z)), "E[sqrt(p (1 - p))], p the share of right ones"),
    ),
    twins=(
        Twin("the factor of Dr. GRPO", factor <= (1 - 1 / n) * (J * F)),
        Twin("it has reached its limit", sigma <= factor),
        Twin("half of the collisions", J * rho * (1 - (n - 1) * J / 2) <= factor),
        Twin("signed weights", drop="chances"),
        Twin("copies of one response", drop="pairwise"),
    ),
)
