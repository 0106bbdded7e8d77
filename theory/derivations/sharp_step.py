"""The sharp step inequality, from one update of log J and two tangent lines.

Let x = eta (1-J) gap - L eta^2/2, the lower bound on log J' - log J. Then J'/J >= e^x >= 1 + x, so
the failure rate satisfies

    (1-J')/(1-J) <= 1 - J x/(1-J) <= e^(-J x/(1-J)),

and the log odds rise by at least x + J x/(1-J) = x/(1-J) = eta gap - L eta^2/(2(1-J)). The upper
half is the same with success and failure exchanged and the gap negated.
"""

from theory.derivations._prelude import *
from theory.statements.sharp_step import STATEMENT

curvature = L * eta**2 / 2
LOWER, UPPER = (relation(half, VALUES) for half in STATEMENT.conclusion.args)


LEAST = (sp.log(F) - sp.log(F_next) - curvature) / (eta * J)
MOST = (sp.log(J_next) - sp.log(J) + curvature) / (eta * F)
"""What log_success_step says of the gap."""

DIVERGENCE = J * (sp.log(J) - sp.log(J_next)) + F * (sp.log(F) - sp.log(F_next))
"""From success rate J to J'. It is at most L eta^2/2: J times one half of log_success_step plus 1-J
times the other, so that the gap drops out."""


def _strand(
    name: str,
    x: sp.Symbol,
    known: Part,
    rate: sp.Expr,
    rate_next: sp.Expr,
    other: sp.Expr,
    other_next: sp.Expr,
) -> tuple[Step, ...]:
    """``rate`` is what rises by e^x at least, as ``known`` says; ``other`` is 1 - rate."""
    rise = sp.log(rate_next) - sp.log(rate)
    fall = sp.log(other_next) - sp.log(other)
    share = rate * x / other
    return (
        begin(
            f"one update, {name}",
            Relation(x, "<=", rise),
            "The inequality of log_success_step.",
            signs(known),
        ),
        Step(
            f"ratio, {name}",
            Relation(sp.exp(x), "<=", rate_next / rate),
            "Take the exponential.",
            Increasing(sp.exp, f"one update, {name}"),
        ),
        begin(
            f"tangent line, {name}",
            Relation(1 + x, "<=", sp.exp(x)),
            "exp lies above its tangent line at 0.",
            signs((sp.Integer(1), tangent(x))),
        ),
        Step(
            f"linear, {name}",
            Relation(1 + x, "<=", rate_next / rate),
            "Together.",
            Chain((f"tangent line, {name}", f"ratio, {name}")),
        ),
        begin(
            f"complement, {name}",
            Relation(other_next / other, "<=", 1 - share),
            "The two rates add up to 1, before and after.",
            signs((rate / other, f"linear, {name}")),
        ),
        Step(
            f"second tangent line, {name}",
            Relation(1 - share, "<=", sp.exp(-share)),
            "exp lies above its tangent line at 0, once more.",
            signs((sp.Integer(1), tangent(-share))),
        ),
        Step(
            f"exponential, {name}",
            Relation(other_next / other, "<=", sp.exp(-share)),
            "Together.",
            Chain((f"complement, {name}", f"second tangent line, {name}")),
        ),
        Step(
            f"its logarithm, {name}",
            Relation(fall, "<=", -share),
            "The logarithm is increasing.",
            Increasing(sp.log, f"exponential, {name}"),
        ),
        begin(
            f"collect, {name}",
            Relation(x / other, "=", x + share),
            "The two rates add up to 1.",
            Algebra(),
        ),
        Step(
            f"sum, {name}",
            Relation(x + share, "<=", rise - fall),
            "Add the rise of one logarithm and the fall of the other.",
            signs(
                (sp.Integer(1), f"one update, {name}"), (sp.Integer(1), f"its logarithm, {name}")
            ),
        ),
        Step(
            f"step, {name}",
            Relation(x / other, "<=", rise - fall),
            "Together, with x written out.",
            Chain((f"collect, {name}", f"sum, {name}")),
        ),
    )


x, y = sp.symbols("x y", real=True)
DERIVATION = derive(
    STATEMENT,
    (
        SUCCESS,
        SUCCESS_NEXT,
        STEP_SIZE,
        Range(L, 2 * DIVERGENCE / eta**2, sp.oo, "smoothness constant"),
        Range(gap, LEAST, MOST, "log_success_step, both halves"),
        Let(x, eta * F * gap - curvature, "least rise of log J"),
        Let(y, -eta * J * gap - curvature, "least rise of log(1-J)"),
    ),
    *_strand("lower", x, (eta * F, MOST - gap), J, J_next, F, F_next),
    *_strand("upper", y, (eta * J, gap - LEAST), F, F_next, J, J_next),
    stated=(("step, lower", LOWER), ("step, upper", UPPER)),
)
