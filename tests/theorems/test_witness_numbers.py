"""The numbers a witness shows to people are those of its model."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, fmpq

from theory.instance import Instance
from theory.kernel.models import interpret
from theory.kernel.terms import KernelError, Symbol, Term, const, substitute
from theory.lambdify import evaluate
from theory.ledger import build
from theory.pretty import letter
from theory.statement import Statement
from theory.statements import STATEMENTS

NUMBER = re.compile(r"-?\d+(/\d+)?")


def model_numbers(statement: Statement, instance: Instance) -> dict[str, Any]:
    """The constants of the model and every abbreviation at step 0, by the names that are shown."""
    numbers = {letter(str(v.data)): x for v, x in instance.model.values.items()}
    numbers |= {str(v.data): x for v, x in instance.model.values.items()}
    for notation in statement.notation:
        start = {p: const(0) for p in notation.params}
        name = notation.symbol.data if isinstance(notation.symbol, Term) else notation.symbol.name
        body = substitute(notation.body, start)
        try:
            shown = interpret(body, instance.model)
        except KernelError as error:  # an abbreviation about one response o
            assert "which element" in str(error) or statement.kind == "exists"
            continue
        suffix = "(0)" if isinstance(notation.symbol, Symbol) else ""
        numbers[f"{name}{suffix}"] = shown
    return {name: x for name, x in numbers.items() if not x.free}


def wrong(statement: Statement, instance: Instance) -> set[str]:
    """Shown numbers that are not what the model gives."""
    found = model_numbers(statement, instance)
    bad = set()
    for name, text in instance.numbers.items():
        if name in found and NUMBER.fullmatch(text):
            value = Fraction(text)
            told = arb(fmpq(value.numerator, value.denominator))
            if not arb(evaluate(found[name], {"one": arb(1)})).overlaps(told):
                bad.add(name)
    return bad


@pytest.mark.parametrize("slug", [pytest.param(s, marks=pytest.mark.claim(s)) for s in STATEMENTS])
def test_the_shown_numbers_are_those_of_the_model(slug: str) -> None:
    instance = build(STATEMENTS[slug]).instance
    assert wrong(STATEMENTS[slug], instance) == set()


@pytest.mark.parametrize(
    ("slug", "name", "text"),
    [("sharp_step", "gap", "2"), ("sharp_step", "J", "1/3"), ("theorem_1a", "J(0)", "1/4")],
)
def test_a_wrong_number_is_noticed(slug: str, name: str, text: str) -> None:
    instance = build(STATEMENTS[slug]).instance
    assert name in instance.numbers
    planted = replace(instance, numbers={**instance.numbers, name: text})
    assert wrong(STATEMENTS[slug], planted) == {name}
