"""A fixed step below 2 gap/L: the success rate keeps above 1 - eta L/(2 gap), or rises to it.

From 2 gap/L on the floor is 0 or less, and the claim says nothing."""

from theory.statements._prelude import *
from theory.statements._trajectory import NOTATION, TRAJECTORY, J
from theory.statements.corollary_1 import CONSTANT, FAVOURABLE, UNIFORM, least_gap

FLOOR = 1 - eta * L / (2 * least_gap)

MODEST = Hypothesis("modest", eta * least_gap <= 1, "one step gains at most one in log odds")
TOLERANCE = Hypothesis("tolerance", 0 < eps, "any tolerance")


def late(floor: Term, pace: int = 1) -> Term:
    """After enough steps J is above ``floor`` less eps."""
    enough = 1 <= pace * K * eta * least_gap * eps * minimum(J(0), FLOOR)
    return implies(enough, floor - eps <= J(K))


ABOVE = minimum(J(0), FLOOR) <= J(K)

STATEMENT = Statement(
    slug="fixed_step_floor",
    title="A fixed step below 2 gap/L has a floor",
    paper_ref="abstract: with a fixed rate the success rate can stagnate strictly below 100%",
    kind="lower",
    hypotheses=(*TRAJECTORY, UNIFORM, FAVOURABLE, CONSTANT, MODEST, TOLERANCE),
    conclusion=conj(ABOVE, late(FLOOR)),
    notation=NOTATION[:3],
    twins=(
        Twin("half the loss", conj(ABOVE, late(1 - eta * L / (4 * least_gap)))),
        Twin("always above the floor", conj(FLOOR <= J(K), late(FLOOR))),
        Twin("a hundred times faster", conj(ABOVE, late(FLOOR, 100))),
        Twin("any step", drop="modest"),
        Twin("any alignment", drop="uniform"),
    ),
)
