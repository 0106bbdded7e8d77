"""Abbreviations and hypotheses for a trajectory of token-level policies on one response tree."""

from theory.statements._prelude import *
from theory.statements import _trajectory as flat
from theory.statements._trajectory import every_step
from theory.statements._tree import INDICATORS, SHAPE
from theory.statements._tree import NONEMPTY as NONEMPTY
from theory.tree import TREE_AT_K, T, T_psi, Tree, p, size

J, F, gap, M = flat.J, flat.F, flat.gap, flat.M


def on_tree(notation: Notation) -> Notation:
    """The same abbreviation, for responses that are complete prefixes."""
    body = TREE_AT_K.put(notation.body)
    return Notation(notation.symbol, body, notation.meaning, notation.params)


length_plus = Symbol("length_plus", J.sorts)
LENGTH_PLUS = Notation(
    length_plus,
    TREE_AT_K.put(AT_K.mean_correct(size)),
    "mean length of the correct responses at step k",
    (k,),
)
NOTATION = tuple(map(on_tree, flat.NOTATION))

CONTINUES = Hypothesis(
    "continues",
    forall(k, forall(p, eq(Tree(line_at(k + 1)).logp(p, 0), TREE_AT_K.logp(p, steps(k))))),
    "step k + 1 starts where step k ends, eq. (3)",
)
INTERIOR = Hypothesis(
    "interior", TREE_AT_K.put(line_at(0).interior()), "0 < J(0) < 1: both kinds of response exist"
)
TRAJECTORY = (
    *SHAPE,
    INDICATORS,
    every_step("normalised", TREE_AT_K.normalised(), "the next token's probabilities sum to one"),
    every_step(
        "differentiable", TREE_AT_K.differentiable(), "the score is the derivative of log pi"
    ),
    every_step("smooth", TREE_AT_K.smooth(), "Assumption 2: the token score is L-Lipschitz"),
    flat.VERIFIABLE,
    flat.FORWARD,
    CONTINUES,
    INTERIOR,
)
BOUNDED = every_step("bounded", TREE_AT_K.bounded(), "Assumption 2: the token score is at most G")
LIGHT = every_step("light", TREE_AT_K.light(), "Assumption 3: the psi_1 norm of the length")
POSITIVE = flat.POSITIVE

ADAPTED = every_step(
    "adapted",
    steps(k) <= positive_part(gap(k)) / 2 / (L * T + G**2 * minimum(T_psi / F(k), 8 * T**2)),
    "condition (18a), the first branch",
)
SHORT = every_step(
    "short",
    4 * ((L * T + G**2 * T_psi) * steps(k) ** 2) <= 1,
    "condition (18a), the second branch, written without the root",
)
ADAPTED_SHARP = every_step(
    "adapted",
    steps(k) <= F(k) * positive_part(gap(k)) / (L * length_plus(k)),
    "eta_k <= (1 - J) [gap]_+ / (L E+[len])",
)
