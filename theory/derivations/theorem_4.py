"""Theorem 4: T independent tokens on the landscape of Theorem 2, and the factor 1/T.

Each token is "one" with probability p, and a response succeeds when it has T ones: J = p^T. If
the log odds of p have slope delta, the score of a one is delta (1-p), so E+[s] = T delta (1-p).
Scores have mean zero, so the gap is E+[s]/(1-J) = T delta (1-p)/(1-p^T). With delta = 2 gap/T it is
at least ``gap`` while p <= 1/2. The slope of each token need only be 2 gap/T: steps longer than
8 delta/L = 16 gap/(L T) make p, and J, fall.
"""

from theory.derivations._prelude import *
from theory.derivations._letters import T
from theory.derivations._letters import gain as gap
from theory.statements import _collapse as landscape
from theory.statements.theorem_4 import RANGE, STATEMENT, TOKEN_GAP, with_tokens

p, p0 = positive("p", "p0")
h = sp.Symbol("h", real=True)  # log odds of a one
m_plus, m_minus, alignment = sp.symbols("E+[s] E-[s] align", real=True)
NAMES = {**VALUES, "gap": gap, "T": T, "p0": p0}
delta = formula(TOKEN_GAP, NAMES)  # 2 gap/T
drift = formula(with_tokens(landscape.DRIFT), NAMES)
LONG = {item.name: item.formula for item in RANGE}["long"]
WIDEST = sp.sqrt(sp.Rational(13, 2) * L)
PRINTED = formula(LONG.args[0], NAMES) / ((L + G**2) * T)
J = p**T
one_score = T * delta * (1 - p)
log_one = -sp.log(1 + sp.exp(-h))

STEPS = (
    begin(
        "score of a one",
        Relation(sp.Derivative(log_one, h), "=", 1 - 1 / (1 + sp.exp(-h))),
        "log p is differentiated by the log odds of p: what comes out is 1-p.",
        Algebra(),
    ),
    begin(
        "mean score of incorrect responses",
        Relation(m_minus, "=", -J * one_score / (1 - J)),
        "All T tokens of the correct response are ones; the scores have mean zero: solve.",
        Unknown(
            (Relation(m_plus, "=", one_score), Relation(J * m_plus + (1 - J) * m_minus, "=", ZERO)),
            (m_plus, m_minus),
        ),
    ),
    begin(
        "gap alignment",
        Relation(one_score - m_minus, "=", one_score / (1 - J)),
        "The difference of the two means.",
        Algebra(),
    ),
    begin(
        "least gap",
        Relation(gap * (1 - J), "<=", one_score),
        "p is at most 1/2: so the gap alignment, the right side over 1-J, is at least gap.",
        signs((2 * gap, sp.Rational(1, 2) - p), (gap, J)),
    ),
    begin(
        "J falls",
        Equivalence(Relation(ZERO, "<", -drift * eta), Relation(16 * gap / (L * T), "<", eta)),
        "The drift of theorem_2 for the slope 2 gap/T is negative for steps longer than this.",
        Solve(eta, L * eta / 8),
    ),
    begin(
        "printed range",
        Relation(16 * gap / (L * T), "<", PRINTED),
        "The least step of Theorem 4, as long as G squared is below 6.5 L.",
        signs((16 * gap * (WIDEST + G) / (L * T * (L + G**2)), WIDEST - G)),
    ),
)

DERIVATION = derive(
    STATEMENT,
    (
        FAVOURABLE,
        SMOOTHNESS,
        STEP_SIZE,
        Range(G, sp.sqrt(L), WIDEST, "score bound"),
        Range(T, ONE, sp.oo, "number of tokens"),
        Range(p, ZERO, sp.Rational(1, 2), "probability of a one"),
        Range(h, -sp.oo, sp.oo, "its log odds"),
        Let(m_minus, -J * one_score / (1 - J), "mean score of the incorrect responses"),
    ),
    *STEPS,
    results=tuple(step.name for step in STEPS),
)
