"""Lemma 1 with the constant L + G^2/2, for every step size.

The log odds change by log E+[e^X] - log E-[e^X]. Smoothness puts X within L eta^2/2 of eta s, so
each logarithm is within L eta^2/2 of log E[e^(eta s)]. That in turn lies between eta E[s] (Jensen)
and eta E[s] + G^2 eta^2/2 (Hoeffding's lemma for scores in [-G, G]). Subtract the two sides: the
curvature counts twice, the width of Hoeffding's bound once.
"""

from theory.derivations._prelude import *
from theory.statements.lemma_1_sharp import STATEMENT

ONE = sp.Integer(1)
curvature, width = L * eta**2 / 2, G**2 * eta**2 / 2
m_plus, m_minus = sp.symbols("E+[s] E-[s]", real=True)
rise, fall = sp.symbols("R_+ R_-", real=True)  # log E[e^X]
linear_plus, linear_minus = sp.symbols("K_+ K_-", real=True)  # log E[e^(eta s)]
change = sp.Symbol("change", real=True)
bound = (L + G**2 / 2) * eta**2


def _moment(linear: sp.Symbol, mean: sp.Symbol, side: str) -> Range:
    meaning = f"log E{side}[exp(eta s)]: Jensen and Hoeffding"
    return Range(linear, eta * mean, eta * mean + width, meaning)


def _near(symbol: sp.Symbol, linear: sp.Symbol, side: str) -> Range:
    return Range(symbol, linear - curvature, linear + curvature, f"log E{side}[exp X]: smoothness")


DERIVATION = derive(
    STATEMENT,
    (
        SMOOTHNESS,
        SCORE_BOUND,
        STEP_SIZE,
        Range(m_plus, -sp.oo, sp.oo, "mean score of the correct responses"),
        Range(m_minus, -sp.oo, sp.oo, "mean score of the incorrect responses"),
        Let(gap, m_plus - m_minus, "gap alignment"),
        _moment(linear_plus, m_plus, "+"),
        _moment(linear_minus, m_minus, "-"),
        _near(rise, linear_plus, "+"),
        _near(fall, linear_minus, "-"),
        Let(change, rise - fall, "change of log odds"),
    ),
    begin(
        "change",
        Relation(change, "=", rise - fall),
        "Both rates are multiplied by the mean of exp X over their responses.",
        Algebra(),
    ),
    Step(
        "smoothness, upper",
        Relation(rise - fall, "<=", linear_plus - linear_minus + L * eta**2),
        "Replace X by eta s on both sides; the curvature counts twice.",
        signs((ONE, linear_plus + curvature - rise), (ONE, fall - linear_minus + curvature)),
    ),
    Step(
        "moments, upper",
        Relation(linear_plus - linear_minus + L * eta**2, "<=", gap * eta + bound),
        "Hoeffding for the correct responses, Jensen for the incorrect ones.",
        signs((ONE, eta * m_plus + width - linear_plus), (ONE, linear_minus - eta * m_minus)),
    ),
    Step(
        "upper",
        Relation(change - gap * eta, "<=", bound),
        "Together.",
        Chain(("change", "smoothness, upper", "moments, upper")),
    ),
    begin(
        "moments, lower",
        Relation(gap * eta - bound, "<=", linear_plus - linear_minus - L * eta**2),
        "Jensen for the correct responses, Hoeffding for the incorrect ones.",
        signs((ONE, linear_plus - eta * m_plus), (ONE, eta * m_minus + width - linear_minus)),
    ),
    Step(
        "smoothness, lower",
        Relation(linear_plus - linear_minus - L * eta**2, "<=", rise - fall),
        "Put X back.",
        signs((ONE, rise - linear_plus + curvature), (ONE, linear_minus + curvature - fall)),
    ),
    Step(
        "lower",
        Relation(-bound, "<=", change - gap * eta),
        "Together.",
        Chain(("moments, lower", "smoothness, lower")),
    ),
    Step(
        "both",
        Relation(sp.Abs(change - gap * eta), "<=", bound),
        "The two halves.",
        Both("lower", "upper"),
    ),
    stated=(
        (
            "both",
            relation(
                STATEMENT.conclusion, {"L": L, "G": G, "eta": eta, "gap": gap, "change": change}
            ),
        ),
    ),
)
