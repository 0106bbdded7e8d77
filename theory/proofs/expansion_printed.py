"""A countermodel: three arms, logits t, t and 0. The coefficient is -1/8, printed is -1/4."""

from dataclasses import replace

from theory.proofs._prelude import *
from theory.proofs._three_arms import at_zero, model, three_arms
from theory.statements.expansion_printed import STATEMENT


def countermodel() -> Instance:
    negation = conclude(negate(interpret(STATEMENT.formal_conclusion, model())), *at_zero())
    return replace(three_arms(STATEMENT), negation=negation)
