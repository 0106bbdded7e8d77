"""The update theta' = theta + alpha g+: where 2/L comes from.

Along g+ the mean score of the correct responses is |g+|^2, and the curvature is at most L |g+|^2.
So log J rises by at least alpha |g+|^2 - L |g+|^2 alpha^2/2, which is positive for alpha < 2/L: the
norm of g+, and with it J, drops out of the condition.
"""

from theory.derivations._prelude import *
from theory.statements.constant_rate import STATEMENT

alpha, norm2, J, J_next = positive("alpha", "norm2", "J", "J_next")
x = sp.Symbol("E+[X]", real=True)
RATE = {h.name: h.formula for h in STATEMENT.hypotheses}["rate"].args[1]
LEAST = alpha * norm2 - L * norm2 * alpha**2 / 2
NAMES = {**VALUES, "J": J, "J_next": J_next, "alpha": alpha, "norm2": norm2}
GROWTH = relation(STATEMENT.conclusion.args[0], NAMES)
CONDITION = relation(RATE, NAMES)

DERIVATION = derive(
    STATEMENT,
    (
        Range(J, ZERO, ONE, "success rate"),
        SMOOTHNESS,
        Range(norm2, ZERO, sp.oo, "squared norm of g+"),
        Range(alpha, ZERO, sp.oo, "learning rate"),
        Range(x, LEAST, sp.oo, "mean change of log pi over the correct responses: smoothness"),
        Range(J_next, J * sp.exp(x), sp.oo, "success rate after the update: Jensen"),
    ),
    begin("factor", Relation(GROWTH.left, "=", LEAST), "Multiply out.", Algebra()),
    Step(
        "smoothness",
        Relation(LEAST, "<=", x),
        "The mean over the correct responses of the lower bound on each log-probability.",
        signs((ONE, x - LEAST)),
    ),
    begin(
        "Jensen",
        Relation(sp.exp(x), "<=", J_next / J),
        "The success rate is multiplied by the mean of an exponential: log_success_step.",
        signs((1 / J, J_next - J * sp.exp(x))),
    ),
    Step(
        "logarithm",
        Relation(x, "<=", sp.log(J_next) - sp.log(J)),
        "The logarithm is increasing.",
        Increasing(sp.log, "Jensen"),
    ),
    Step(
        "growth",
        Relation(GROWTH.left, "<=", sp.log(J_next) - sp.log(J)),
        "Together.",
        Chain(("factor", "smoothness", "logarithm")),
    ),
    Step(
        "safe rate",
        Equivalence(Relation(ZERO, "<=", GROWTH.left), Relation(alpha, "<=", 2 / L)),
        "Divide by alpha times the squared norm and solve.",
        Solve(alpha, L * alpha * norm2 / 2, "growth"),
    ),
    stated=(("growth", GROWTH), ("safe rate", CONDITION)),
)
