"""The psi_1 norm: X is in the ball of radius a when E[exp(X/a)] <= 2. Larger balls contain smaller
ones, balls scale, and radii add up."""

from theory.statements._prelude import *
from theory.statements.jensen_exp import NONNEGATIVE, weight

X, Y = Symbol("X", (RESPONSE,)), Symbol("Y", (RESPONSE,))
a, b, c, scale = map(var, ("a", "b", "c", "scale"))
wider, scaled, added, narrower, unscaled = map(
    var, ("wider", "scaled", "added", "narrower", "unscaled")
)


def moment(exponent: Term) -> Term:
    """E[exp(exponent)]."""
    return total(o, weight(o) * exp(exponent))


PROBABILITIES = Hypothesis("normalised", eq(total(o, weight(o)), 1), "weights sum to one")
POSITIVE_X = Hypothesis("length", forall(o, 0 <= X(o)), "X is not negative")
IN_BALL = Hypothesis("in_ball", conj(0 < a, moment(X(o) / a) <= 2), "the psi_1 norm of X is <= a")

STATEMENT = Statement(
    slug="psi1_norm",
    title="The psi_1 norm: monotone, homogeneous, subadditive",
    paper_ref="Assumption 3",
    kind="upper",
    hypotheses=(
        NONNEGATIVE,
        PROBABILITIES,
        POSITIVE_X,
        IN_BALL,
        Hypothesis("wider", a <= b, "a larger radius b"),
        Hypothesis(
            "second", conj(0 < c, moment(Y(o) / c) <= 2), "the psi_1 norm of Y is at most c"
        ),
        Hypothesis("scale", 0 < scale, "a positive factor"),
    ),
    conclusion=conj(wider <= 2, scaled <= 2, added <= 2),
    notation=(
        Notation(wider, moment(X(o) / b), "E[exp(X/b)]"),
        Notation(scaled, moment(scale * X(o) / (scale * a)), "E[exp(s X/(s a))]"),
        Notation(added, moment((X(o) + Y(o)) / (a + c)), "E[exp((X+Y)/(a+c))]"),
        Notation(narrower, moment(X(o) / (a / 2)), "E[exp(X/(a/2))]"),
        Notation(unscaled, moment((X(o) + Y(o)) / a), "E[exp((X+Y)/a)]"),
    ),
    twins=(
        Twin("half the radius", narrower <= 2),
        Twin("the second radius forgotten", unscaled <= 2),
        Twin("three quarters", 4 * added <= 3),
        Twin("any X", drop="in_ball"),
    ),
)
