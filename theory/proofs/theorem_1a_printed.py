"""A countermodel: at k = 0 the printed ceiling is below J(0), because e^(C0 + C0') > 1."""

from dataclasses import replace

from theory.proofs._prelude import *
from theory.proofs._witness import facts_at, near_zero
from theory.proofs._witness_paths import halting, halting_witness
from theory.statements.theorem_1a_printed import STATEMENT


def countermodel() -> Instance:
    """The logistic policy, one step of 1/20 from J = 1/2, C0 = C0' = 1, looked at before the
    step."""
    instance = halting_witness(STATEMENT, {K: const(0)})
    start = halting().offset(k) + 0
    false_here = negate(interpret(STATEMENT.formal_conclusion, instance.model))
    at_start = facts_at(substitute(start, {k: const(0)}))
    growth = tangent(const(1) + const(1))
    negation = solve(false_here, growth, *at_start, *near_zero())
    numbers = {**instance.numbers, "K": "0", "J(K)": "1/2", "printed ceiling": "1/(1 + e^2)"}
    return replace(instance, negation=negation, numbers=numbers)
