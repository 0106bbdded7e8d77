"""A countermodel: J rises, and the printed ceiling is below J(0), because e^(C0 + C0') > 1."""

from dataclasses import replace

from theory.proofs._prelude import *
from theory.proofs._witness import facts_at, near_zero
from theory.proofs._witness_paths import halting, halting_witness
from theory.statements.theorem_1a_printed import STATEMENT


def countermodel() -> Instance:
    """The logistic policy, two steps of 1/20 from J = 1/2, C0 = C0' = 1."""
    instance = halting_witness(STATEMENT, {K: const(2)})
    start = halting().offset(k) + 0
    false_here = negate(interpret(STATEMENT.formal_conclusion, instance.model))
    first, last = (substitute(start, {k: const(n)}) for n in (0, 2))
    growth = tangent(last), tangent(const(1) + const(1)), exp_equal(first, const(0))
    negation = conclude(false_here, *growth, *facts_at(first), *facts_at(last), *near_zero())
    reached = {"K": "2", "J(K)": "1/(1 + e^(-1/10))", "printed ceiling": "1/(1 + e^2)"}
    numbers = {**instance.numbers, **reached}
    return replace(instance, negation=negation, numbers=numbers)
