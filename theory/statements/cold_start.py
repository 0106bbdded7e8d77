"""Cold start: the first doubling of the success rate takes log 2/(2 alpha c delta^2) updates.

A step has the size alpha factor(k) gap(k), and factor(k) <= c as long as J(k) <= 2 J(0). So c is
2 J(0) for REINFORCE and Dr. GRPO, sqrt(2 J(0)) for GRPO and 1 for the 1/J-normalised update: of
the order of 1/J(0), 1/sqrt(J(0)) and 1 updates, with the gap between 0 and delta.
"""

from theory.statements._prelude import *
from theory.statements._trajectory import *

factor = Symbol("factor", (NAT,))
c, delta = var("c"), var("delta")
HARDLY = 2 * alpha * c * delta**2
"""What a step adds to the log odds, at most."""


def not_doubled(rise: Term, times: TermLike = 2) -> Term:
    return implies(rise * K <= log(lift(2)), J(K) <= times * J(0))


STATEMENT = Statement(
    slug="cold_start",
    title="Cold start: J cannot double in fewer than log 2/(2 alpha c delta^2) updates",
    paper_ref="not in the paper; speaks about eqs. (20) and (21)",
    kind="upper",
    hypotheses=(
        NORMALISED,
        DIFFERENTIABLE,
        SMOOTH,
        BOUNDED,
        VERIFIABLE,
        CONTINUES,
        INTERIOR,
        every_step("updates", eq(steps(k), alpha * factor(k) * gap(k)), "eta_k = alpha factor gap"),
        every_step(
            "scale", conj(0 <= factor(k), 0 <= gap(k), gap(k) <= delta), "0 <= gap_k <= delta"
        ),
        every_step(
            "damped",
            alpha * factor(k) * (L + G**2 / 2) <= 1,
            "short steps: the second order is no more than the first",
        ),
        every_step(
            "rare",
            implies(J(k) <= 2 * J(0), factor(k) <= c),
            "the factor of the update is at most c while J has not doubled",
        ),
        Hypothesis("rate", 0 <= alpha, "the learning rate is not negative"),
    ),
    conclusion=not_doubled(HARDLY),
    notation=(SUCCESS, FAILURE, GAP),
    twins=(
        Twin("four times as slow", not_doubled(HARDLY / 4)),
        Twin("a quarter more", not_doubled(HARDLY, const(5) / 4)),
        Twin("it has doubled", implies(HARDLY * K <= log(lift(2)), 2 * J(0) <= J(K))),
        Twin("any factor", drop="rare"),
    ),
)
