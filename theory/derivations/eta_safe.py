"""The safe step sizes: three lower bounds, each solved for the step.

    log J rises by at least         eta (1-J) gap - L eta^2/2,       positive below 2(1-J) gap/L
    log(1-J) falls by at least      eta J gap - (L + G^2) eta^2/2,   positive below 2J gap/(L + G^2)
    the log odds rise by at least   eta gap - (L + G^2/2) eta^2,     positive below gap/(L + G^2/2)

J rises strictly below the largest of the three. The first is the longest up to the success rate
J = (L + G^2)/(2L + G^2), from there on the second. At that J all three are equal; and the third is
at every J a weighted mean of the other two, so it is never the longest alone. Condition (15a) is
shorter than the first by the factor 4(1-J)(L + 8G^2)/L, which is 36 for G^2 = L and J near 0.
"""

from theory.derivations._prelude import *
from theory.derivations._letters import gain as gap
from theory.statements._trajectory import ADAPTED
from theory.statements.eta_safe import STATEMENT, branch_both, branch_failure, branch_success

curvature, width = L * eta**2 / 2, G**2 * eta**2 / 2
NAMES = {**VALUES, "gap": gap, "gap(k)": gap}
B1, B2, B3 = (formula(b, NAMES) for b in (branch_failure, branch_success, branch_both))
ADAPTED_STEP = formula(body(ADAPTED.formula).args[1], NAMES)  # (15a)

rise, fall, change = sp.symbols("R_+ R_- change", real=True)
linear = sp.Symbol("K_-", real=True)
m_minus = sp.Symbol("E-[s]", real=True)
LEAST = (
    eta * F * gap - curvature,
    eta * J * gap - curvature - width,
    eta * gap - 2 * curvature - width,
)
CROSSING = (L + G**2) / (2 * L + G**2)
SHARES = (L / (2 * L + G**2), (L + G**2) / (2 * L + G**2))
MEAN = SHARES[0] * B1 + SHARES[1] * B2


def solved(name: str, least: sp.Expr, bound: sp.Expr, step: str) -> Step:
    return Step(
        name,
        Equivalence(Relation(ZERO, "<", least), Relation(eta, "<", bound)),
        "Divide by the step and solve the linear inequality that is left.",
        Solve(eta, sp.factor(least / (bound - eta)), step),
    )


DERIVATION = derive(
    STATEMENT,
    (
        SUCCESS,
        SMOOTHNESS,
        SCORE_BOUND,
        STEP_SIZE,
        FAVOURABLE,
        Range(rise, LEAST[0], sp.oo, "log J' - log J, by log_success_step"),
        Let(m_minus, -J * gap, "mean score of the incorrect responses"),
        Range(
            linear, eta * m_minus, eta * m_minus + width, "log E-[exp(eta s)]: Jensen and Hoeffding"
        ),
        Range(fall, linear - curvature, linear + curvature, "log(1-J') - log(1-J): smoothness"),
        Range(change, LEAST[2], sp.oo, "change of log odds, by lemma_1_sharp"),
    ),
    begin(
        "log J",
        Relation(LEAST[0], "<=", rise),
        "The lower bound of log_success_step.",
        signs((ONE, rise - LEAST[0])),
    ),
    solved("first branch", LEAST[0], B1, "log J"),
    begin(
        "Hoeffding",
        Relation(LEAST[1], "<=", -linear - curvature),
        "The upper half of Hoeffding's lemma for the incorrect responses.",
        signs((ONE, eta * m_minus + width - linear)),
    ),
    Step(
        "smoothness",
        Relation(-linear - curvature, "<=", -fall),
        "Replace eta s by the change of the log-probability.",
        signs((ONE, linear + curvature - fall)),
    ),
    Step(
        "log (1-J)",
        Relation(LEAST[1], "<=", -fall),
        "Together.",
        Chain(("Hoeffding", "smoothness")),
    ),
    solved("second branch", LEAST[1], B2, "log (1-J)"),
    begin(
        "log odds",
        Relation(LEAST[2], "<=", change),
        "The lower half of lemma_1_sharp.",
        signs((ONE, change - LEAST[2])),
    ),
    solved("third branch", LEAST[2], B3, "log odds"),
    begin(
        "crossing",
        Equivalence(Relation(B2, "<", B1), Relation(J, "<", CROSSING)),
        "The second branch is shorter than the first up to this success rate.",
        Solve(J, sp.factor((B1 - B2) / (CROSSING - J))),
    ),
    begin(
        "at the crossing",
        Relation(B1.subs(J, CROSSING), "=", B3),
        "There all three branches are equal.",
        Algebra(),
    ),
    Step(
        "weighted mean",
        Relation(B3, "=", MEAN),
        "The third branch is a weighted mean of the other two, with the same weights at all J.",
        Algebra(),
    ),
    Step(
        "third branch never longest",
        Relation(MEAN, "<=", sp.Max(B1, B2)),
        "A mean is at most the larger of its terms.",
        signs((SHARES[0], larger(B1, B2)), (SHARES[1], larger(B2, B1))),
    ),
    begin(
        "against (15a)",
        Relation(B1, "=", 4 * F * (L + 8 * G**2) / L * ADAPTED_STEP),
        "The first branch as a multiple of the step of condition (15a).",
        Algebra(),
    ),
    begin(
        "against (15a), near J = 0",
        Relation(sp.Limit((B1 / ADAPTED_STEP).subs(G, sp.sqrt(L)), J, 0, "+"), "=", 36 * ONE),
        "For scores as large as the square root of L.",
        Limits(),
    ),
    stated=(
        ("first branch", Relation(eta, "<", B1)),
        ("second branch", Relation(eta, "<", B2)),
        ("third branch", Relation(eta, "<", B3)),
    ),
    results=(
        "crossing",
        "third branch never longest",
        "against (15a)",
        "against (15a), near J = 0",
    ),
)
