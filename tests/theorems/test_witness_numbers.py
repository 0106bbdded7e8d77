"""The numbers a witness shows to people are those of its model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from flint import arb, fmpq

from theory.evaluate import BALLS, evaluate
from theory.kernel.instance import Instance
from theory.kernel.models import Model, interpret
from theory.kernel.statement import Notation, Statement
from theory.kernel.terms import KernelError, Term, const, substitute
from theory.ledger.run import Case
from theory.pretty import letter
from theory.statements import STATEMENTS

NUMBER = re.compile(r"-?\d+(/\d+)?")


def model_numbers(statement: Statement, instance: Instance) -> dict[str, Any]:
    """The constants of the model and every abbreviation at step 0, by the names that are shown."""
    numbers = {letter(str(v.data)): x for v, x in instance.model.values.items()}
    numbers |= {str(v.data): x for v, x in instance.model.values.items()}
    for notation in statement.notation:
        for name, body, elements in spellings(notation, instance.model):
            try:
                shown = interpret(body, replace(instance.model, elements=elements))
            except KernelError as error:  # an abbreviation about one response o
                assert "which element" in str(error) or statement.kind == "exists"
                continue
            numbers[name] = shown
    return {name: x for name, x in numbers.items() if not x.free}


def spellings(notation: Notation, model: Model) -> Iterator[tuple[str, Term, dict[Term, str]]]:
    """An abbreviation by its name; one with arguments at 0, and at every element."""
    if isinstance(notation.symbol, Term):
        yield str(notation.symbol.data), notation.body, dict(model.elements)
        return
    body = substitute(notation.body, {p: const(0) for p in notation.params if not p.sort.finite})
    finite = [p for p in notation.params if p.sort.finite]
    for row in product(*(model.domains.get(p.sort, ()) for p in finite)):  # () without a policy
        named = dict(zip(finite, row, strict=True))
        inside = ", ".join(named.get(p, "0") for p in notation.params)
        yield f"{notation.symbol.name}({inside})", body, {**model.elements, **named}


def wrong(statement: Statement, instance: Instance) -> set[str]:
    """Shown numbers that are not what the model gives."""
    found = model_numbers(statement, instance)
    bad = set()
    for name, text in instance.numbers.items():
        if name in found and NUMBER.fullmatch(text):
            value = Fraction(text)
            told = arb(fmpq(value.numerator, value.denominator))
            if not arb(evaluate(found[name], {}, BALLS)).overlaps(told):
                bad.add(name)
    return bad


@pytest.mark.parametrize("slug", [pytest.param(s, marks=pytest.mark.claim(s)) for s in STATEMENTS])
def test_the_shown_numbers_are_those_of_the_model(slug: str, cases: Mapping[str, Case]) -> None:
    instance = cases[slug].instance
    assert wrong(STATEMENTS[slug], instance) == set()


@pytest.mark.parametrize(
    ("slug", "name", "text"),
    [
        ("sharp_step", "gap", "2"),
        ("sharp_step", "J", "1/3"),
        ("theorem_1a", "J(0)", "1/4"),
        ("exploration_stage", "p(best)", "1/10"),
        ("binary_control", "p(0, good)", "1/9"),
    ],
)
def test_a_wrong_number_is_noticed(
    slug: str, name: str, text: str, cases: Mapping[str, Case]
) -> None:
    instance = cases[slug].instance
    assert name in instance.numbers
    planted = replace(instance, numbers={**instance.numbers, name: text})
    assert wrong(STATEMENTS[slug], planted) == {name}
