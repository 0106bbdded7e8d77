"""One update of log J, from the tangent line of exp and the smoothness of log pi.

Let s be the score of a response along the update and X the change of its log-probability. The
smoothness assumption says |X - eta s| <= L eta^2/2. The success rate is multiplied by E+[e^X]. The
tangent line of exp at the mean of X gives E+[e^X] >= e^(E+[X]) (Jensen), so

    log J' - log J >= E+[X] >= eta E+[s] - L eta^2/2.

The scores average to zero, J E+[s] + (1-J) E-[s] = 0, and their difference is the gap: two linear
equations with the solution E+[s] = (1-J) gap. The failure rate goes the same way with
E-[s] = -J gap.
"""

from theory.derivations._prelude import *
from theory.statements.log_success_step import STATEMENT

s, x = sp.symbols("s X", real=True)
F_next = sp.Symbol("F_next", positive=True)
curvature = L * eta**2 / 2
SIDES = {"+": ("correct", F * gap, J, J_next), "-": ("incorrect", -J * gap, F, F_next)}
m_plus, m_minus = (sp.Symbol(f"E{side}[s]", real=True) for side in SIDES)
EQUATIONS = (
    Relation(J * m_plus + F * m_minus, "=", sp.Integer(0)),
    Relation(m_plus - m_minus, "=", gap),
)


def _letters(side: str) -> tuple[sp.Symbol, sp.Symbol, sp.Symbol]:
    """E[s], E[X] and E[e^X]."""
    mean_x = sp.Symbol(f"E{side}[X]", real=True)
    return sp.Symbol(f"E{side}[s]", real=True), mean_x, sp.Symbol(f"E{side}[e^X]", positive=True)


def _entries(side: str) -> tuple[Range | Let, ...]:
    kind, value, before, after = SIDES[side]
    mean_s, mean_x, moment = _letters(side)
    middle = eta * mean_s
    return (
        Let(mean_s, value, f"mean score of the {kind} responses"),
        Range(mean_x, middle - curvature, middle + curvature, "smoothness, in the mean"),
        Range(moment, sp.exp(mean_x), sp.oo, "Jensen's inequality, derived below"),
        Let(after, before * moment, f"mass of the {kind} responses after the update"),
    )


def _strand(side: str) -> tuple[Step, ...]:
    kind, value, before, after = SIDES[side]
    mean_s, mean_x, moment = _letters(side)
    at_mean = sp.exp(mean_x) * (1 + x - mean_x)
    return (
        begin(
            f"mean score, {kind}",
            Relation(mean_s, "=", value),
            "The scores have mean zero and their two means differ by the gap: solve for both.",
            Unknown(EQUATIONS, (m_plus, m_minus)),
        ),
        begin(
            f"tangent at the mean, {kind}",
            Relation(at_mean, "<=", sp.exp(x)),
            "The tangent line of exp at the mean of X lies below exp, at every response.",
            signs((sp.exp(mean_x), tangent(x - mean_x))),
        ),
        Step(
            f"Jensen, {kind}",
            Relation(sp.exp(mean_x), "<=", moment),
            f"Average over the {kind} responses: X minus its mean drops out.",
            Mean(f"tangent at the mean, {kind}", ((sp.exp(x), moment), (x, mean_x)), (x,)),
        ),
        Step(
            f"logarithm, {kind}",
            Relation(mean_x, "<=", sp.log(moment)),
            "The logarithm is increasing.",
            Increasing(sp.log, f"Jensen, {kind}"),
        ),
        begin(
            f"smoothness, {kind}",
            Relation(eta * s - curvature, "<=", x),
            "The lower half of the smoothness assumption, at every response.",
            signs((sp.Integer(1), x - eta * s + curvature)),
        ),
        Step(
            f"its mean, {kind}",
            Relation(eta * mean_s - curvature, "<=", mean_x),
            f"Average over the {kind} responses.",
            Mean(f"smoothness, {kind}", ((x, mean_x), (s, mean_s)), (x, s)),
        ),
        begin(
            f"gap, {kind}",
            Relation(eta * value - curvature, "=", eta * mean_s - curvature),
            "Put in the mean score.",
            Substitute((f"mean score, {kind}",)),
        ),
        begin(
            f"rates, {kind}",
            Relation(sp.log(moment), "=", sp.log(after) - sp.log(before)),
            f"The mass of the {kind} responses is multiplied by the mean of exp X.",
            Algebra(),
        ),
        Step(
            f"one step, {kind}",
            Relation(eta * value - curvature, "<=", sp.log(after) - sp.log(before)),
            "All together.",
            Chain((f"gap, {kind}", f"its mean, {kind}", f"logarithm, {kind}", f"rates, {kind}")),
        ),
    )


_LOWER, _UPPER = STATEMENT.conclusion.args
NAMES = {**VALUES, "F_next": F_next}
DERIVATION = derive(
    STATEMENT,
    (
        SUCCESS,
        SMOOTHNESS,
        STEP_SIZE,
        Range(gap, -sp.oo, sp.oo, "gap alignment"),
        *_entries("+"),
        *_entries("-"),
        Range(s, -sp.oo, sp.oo, "score of one response"),
        Range(x, eta * s - curvature, eta * s + curvature, "smoothness"),
    ),
    *_strand("+"),
    *_strand("-"),
    stated=(
        ("one step, correct", relation(_LOWER, NAMES)),
        ("one step, incorrect", relation(_UPPER, NAMES)),
    ),
)
