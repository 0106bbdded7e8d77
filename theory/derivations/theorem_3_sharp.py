"""Theorem 3 under the sharp condition: the length that counts is that of the correct responses.

The sharp step inequality, token by token, leaves eta gap - L E+[len] eta^2/(2(1-J)) of each step.
The loss is at most half of the gain exactly when eta <= (1-J) gap/(L E+[len]). Against the first
branch of (18a) that is longer by 2(1-J)(L T + G^2 min{...})/(L E+[len]): at least 2(1-J) T/E+[len].
"""

from theory.derivations._prelude import *
from theory.derivations import _growth
from theory.derivations._letters import T
from theory.statements._tree_trajectory import ADAPTED, ADAPTED_SHARP
from theory.statements.theorem_3_sharp import STATEMENT
from theory.statements.token_sharp_step import STATEMENT as SHARP_STEP

NAMES = _growth.names(**{"length_plus(k)": length_plus})
COST = -formula(SHARP_STEP.conclusion.args[0].args[0], NAMES) / eta**2
CONDITION = relation(body(ADAPTED_SHARP.formula), NAMES)
PRINTED = relation(body(ADAPTED.formula), NAMES).right  # (18a), the first branch
LOSS = gain / 2 / PRINTED - L * T  # what (18a) has beside L T
FACTOR = 2 * F * (L * T + LOSS) / (L * length_plus)
AT_LEAST = 2 * F * T / length_plus

COMPARISON = (
    begin(
        "longer than (18a)",
        Relation(AT_LEAST * PRINTED, "<", FACTOR * PRINTED),
        "Leave out what the score bound adds to the denominator of (18a).",
        signs((2 * F / (L * length_plus) * PRINTED, LOSS)),
    ),
    Step(
        "against (18a)",
        Relation(FACTOR * PRINTED, "=", CONDITION.right),
        "The sharp step as a multiple of that of (18a).",
        Algebra(),
    ),
)

DERIVATION = derive(
    STATEMENT,
    _growth.domain(COST, CONDITION.right, SMOOTHNESS, SCORE_BOUND, LONGEST, PSI_NORM, MEAN_LENGTH),
    *_growth.steps(COST, CONDITION.right),
    *COMPARISON,
    stated=(("step condition", CONDITION), ("curve", relation(STATEMENT.conclusion, NAMES))),
    results=("longer than (18a)", "against (18a)"),
)
