"""Lemma 2 with the constant 4(2^(1/4) - 1).

Let S be eta times the score of a response, P = E+[e^S] and Q = E-[e^S]; over all responses the mean
of e^S is Z = J P + (1-J) Q. By token_moment, Z <= 2^y with y = eta^2 G^2 T_psi <= 1/4, and 2^y lies
below its chord on [0, 1/4]: Z - 1 <= 4(2^(1/4) - 1) y.

The scores have mean zero and e^x >= 1 + x. So the correct responses can only add to Z - 1, and
(1-J)(Q - 1 - eta E-[s]) <= Z - 1. With log Q <= Q - 1 this bounds log E-[e^S] from above. Jensen
bounds log E+[e^S] from below, smoothness (L T eta^2/2 on each side) turns S into X.
"""

from theory.derivations._prelude import *
from theory.derivations._letters import T, T_psi
from theory.statements.lemma_2_sharp import FACTOR, STATEMENT

P, Q, y, Z = positive("P", "Q", "y", "Z")
m_plus, m_minus = sp.symbols("E+[s] E-[s]", real=True)
rise, fall, change = sp.symbols("R_+ R_- change", real=True)
c, quarter = formula(FACTOR, VALUES), sp.Rational(1, 4)
curvature = L * T * eta**2 / 2
two_to_y = sp.exp(y * sp.log(2))
widest = sp.sqrt(8 * y * sp.log(2)) / eta
LEAST = {"+": sp.exp(eta * m_plus), "-": sp.exp(eta * m_minus)}
most = (Z - J * LEAST["+"]) / F
NAMES = {**VALUES, "change": change}
LOSS, CONSTANT = (relation(part, NAMES) for part in STATEMENT.conclusion.args)

DERIVATION = derive(
    STATEMENT,
    (
        SUCCESS,
        SMOOTHNESS,
        SCORE_BOUND,
        LONGEST,
        STEP_SIZE,
        Range(y, ZERO, quarter, "the step is below 1/(2 G sqrt T_psi)"),
        Let(T_psi, y / (eta**2 * G**2), "psi_1 norm of the length"),
        Range(gap, -widest, widest, "gap alignment"),
        Let(m_plus, F * gap, "mean score of the correct responses"),
        Let(m_minus, -J * gap, "mean score of the incorrect responses"),
        Range(Z, J * LEAST["+"] + F * LEAST["-"], two_to_y, "E[exp S]: token_moment"),
        Range(Q, LEAST["-"], most, "E-[exp S]: Jensen on both sides"),
        Let(P, (Z - F * Q) / J, "E+[exp S]"),
        Range(rise, eta * m_plus - curvature, sp.oo, "log E+[exp X]: Jensen, smoothness"),
        Range(fall, sp.log(Q) - curvature, sp.log(Q) + curvature, "log E-[exp X]: smoothness"),
        Let(change, rise - fall, "change of log odds"),
    ),
    begin(
        "moment",
        Relation(Z, "<=", two_to_y),
        "What token_moment says of all responses together.",
        signs((ONE, two_to_y - Z)),
    ),
    Step(
        "chord",
        Relation(two_to_y, "<=", 1 + c * y),
        "A convex function lies below its chord, here between 0 and 1/4.",
        signs((ONE, chord(y * sp.log(2), ZERO, sp.log(2) / 4))),
    ),
    Step("linear", Relation(Z, "<=", 1 + c * y), "Together.", Chain(("moment", "chord"))),
    begin(
        "Jensen",
        Relation(1 + eta * m_plus, "<=", P),
        "Over the correct responses the mean of exp is at least that of the tangent line.",
        signs((ONE, tangent(eta * m_plus)), (F / J, most - Q)),
    ),
    begin(
        "incorrect responses",
        Relation(F * (Q - 1 - eta * m_minus), "<=", Z - 1),
        "The scores have mean zero, so the correct responses only add to the right side.",
        signs((J, "Jensen")),
    ),
    begin(
        "their moment",
        Relation(Q - 1, "<=", eta * m_minus + c * y / F),
        "Divide by 1-J and put in the chord.",
        signs((1 / F, "incorrect responses"), (1 / F, "linear")),
    ),
    begin(
        "logarithm",
        Relation(sp.log(Q), "<=", Q - 1),
        "The tangent line of the logarithm.",
        signs((ONE, tangent_log(Q))),
    ),
    Step(
        "its logarithm",
        Relation(sp.log(Q), "<=", eta * m_minus + c * y / F),
        "Together.",
        Chain(("logarithm", "their moment")),
    ),
    begin(
        "the step",
        Relation(LOSS.left, "<=", change),
        "Smoothness on both sides: L T eta squared over 2 each.",
        signs(
            (ONE, "its logarithm"),
            (ONE, sp.log(Q) + curvature - fall),
            (ONE, rise - eta * m_plus + curvature),
        ),
    ),
    begin(
        "the constant",
        Relation(c, "<", CONSTANT.right),
        "Both are numbers; in balls the difference is certainly positive.",
        signs((ONE, CONSTANT.right - c)),
    ),
    stated=(("the step", LOSS), ("the constant", CONSTANT)),
)
