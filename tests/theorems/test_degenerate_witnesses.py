"""A witness is not degenerate in any dimension that its statement quantifies over: several elements
in each index set, no two of them alike, all coordinates and prompts in use; lengths above 1 that
differ; a trajectory that moves more than once; natural numbers beyond 0 and 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from theory.evaluate import evaluate
from theory.kernel.models import Model
from theory.kernel.terms import NAT, Lambda, Sort, Symbol, Term, const
from theory.ledger.run import Case
from theory.proofs._witness import WRONG, constants
from theory.statements import STATEMENTS
from theory.statements._grpo import length as tokens_of
from theory.statements.jensen_exp import weight
from theory.tree import T
from theory.vocabulary import COORDINATE, PROMPT, RESPONSE, K, steps

ONE_LENGTH = {"effective_step": "eq. (20) has one length for all: its hypothesis one_length"}
COUNTS = {"T", "T_inf", "K"}


def degenerate(slug: str, model: Model) -> set[str]:
    """What is degenerate in a model, each thing in a few words."""
    found = {f"{sort.name}: one element" for sort in model.domains if size(model, sort) < 2}
    for sort, names in model.domains.items():
        pairs = combinations(names, 2)
        found |= {f"{a} and {b} are alike" for a, b in pairs if alike(model, sort, a, b)}
        if sort in (COORDINATE, PROMPT) or weight in model.functions:
            found |= {f"{name} is not used" for name in names if idle(model, sort, name)}
    for variable, value in model.values.items():
        if str(variable.data) in COUNTS and number(value) < 2:
            found.add(f"{variable.data} is below 2")
    for symbol, rows in model.functions.items():
        if symbol.result == NAT or symbol == tokens_of:
            lengths = {row.body for row in rows.values()}
            if len(lengths) < 2 and slug not in ONE_LENGTH:
                found.add("all lengths are the same")
            if T in model.values and model.values[T] not in lengths:
                found.add("no response has T tokens")
    if steps in model.functions:
        walked = model.functions[steps][()]
        found |= {f"step {n} is 0" for n in (0, 1) if number(walked(const(n))) == 0}
    return found


def size(model: Model, sort: Sort) -> float:
    """How many elements; any number in a run whose length is a parameter."""
    return sum(number(model.runs[e]) + 1 if e in model.runs else 1 for e in model.domains[sort])


def number(term: Term) -> float:
    """Its value; of a term with parameters, any."""
    return float("inf") if term.free else float(evaluate(term, {}))


def alike(model: Model, sort: Sort, a: str, b: str) -> bool:
    """Whether the model is the same with the two names exchanged."""

    def exchanged(name: Any, where: Sort) -> Any:
        return {a: b, b: a}.get(name, name) if where == sort and isinstance(name, str) else name

    def swapped(symbol: Symbol, row: tuple[str, ...]) -> tuple[str, ...]:
        finite = [s for s in symbol.sorts if s.finite]
        return tuple(exchanged(name, s) for name, s in zip(row, finite, strict=True))

    return all(
        exchanged(value, symbol.result) == rows.get(swapped(symbol, row))
        for table in (model.functions, model.maps)
        for symbol, rows in table.items()
        for row, value in rows.items()
    )


def idle(model: Model, sort: Sort, name: str) -> bool:
    """Whether some function of the index set is 0 wherever this element stands."""
    return any(
        all(f.body == const(0) for row, f in rows.items() if name in row)
        for symbol, rows in model.functions.items()
        if sort in symbol.sorts and (sort != RESPONSE or symbol == weight)
    )


def models(case: Case) -> list[Model]:
    """The instance, and of an existence claim the family as well."""
    return [case.instance.model, *([case.existence.model] if case.existence else [])]


@pytest.mark.parametrize("slug", [pytest.param(s, marks=pytest.mark.claim(s)) for s in STATEMENTS])
def test_no_witness_is_degenerate(slug: str, cases: Mapping[str, Case]) -> None:
    for model in models(cases[slug]):
        assert degenerate(slug, model) == set()


def test_one_length_is_demanded_where_it_is_allowed() -> None:
    for slug in ONE_LENGTH:
        assert "one_length" in STATEMENTS[slug].formal_hypotheses


# -- planted ---------------------------------------------------------------------------------------


Change = Callable[[Model], Model]


def table(name: str, change: Callable[[Any], Any]) -> Change:
    """The rows of one function changed."""

    def planted(model: Model) -> Model:
        (symbol,) = (s for s in model.functions if s.name == name)
        return replace(
            model, functions={**model.functions, symbol: change(model.functions[symbol])}
        )

    return planted


def value(variable: Term, number: int) -> Change:
    return lambda model: replace(model, values={**model.values, variable: const(number)})


def one_element(sort: Sort) -> Change:
    return lambda model: replace(model, domains={**model.domains, sort: model.domains[sort][:1]})


def like_the_first(model: Model) -> Model:
    """Two prompts with the same share, the same policy and the same rewards."""
    functions = {
        symbol: {row: rows[("first", *row[1:])] for row in rows}
        for symbol, rows in model.functions.items()
    }
    return replace(model, functions=functions)


def zero_at(name: str) -> Callable[[Any], Any]:
    return lambda rows: {
        row: Lambda(f.params, const(0)) if name in row else f for row, f in rows.items()
    }


def always(number: int) -> Callable[[Any], Any]:
    return lambda rows: constants(dict.fromkeys(rows, number))


def two_steps_on(rows: Any) -> Any:
    return {(): Lambda(rows[()].params, rows[()](const(2)))}


VECTORS, UNUSED = "theorem_1b_under_assumption_1", "second is not used"
PLANTED: dict[str, tuple[str, Change, str]] = {
    "one prompt": ("multi_prompt", one_element(PROMPT), "Prompt: one element"),
    "two prompts alike": ("multi_prompt", like_the_first, "first and second are alike"),
    "a prompt with no share": ("multi_prompt", table("share", zero_at("second")), UNUSED),
    "one coordinate": (VECTORS, one_element(COORDINATE), "Coordinate: one element"),
    "a flat coordinate": ("constant_rate", table("gradient", zero_at("second")), UNUSED),
    "one response": ("sharp_step", one_element(RESPONSE), "Response: one element"),
    "a response that never comes": (
        "psi1_length",
        table("weight", zero_at(WRONG)),
        f"{WRONG} is not used",
    ),
    "a tree of one token": ("theorem_3", value(T, 1), "T is below 2"),
    "a tree that is not so deep": ("theorem_3", value(T, 5), "no response has T tokens"),
    "responses of one length": ("lemma_2", table("length", always(2)), "all lengths are the same"),
    "GRPO with one length": (
        "grpo_gradient",
        table("length", always(4)),
        "all lengths are the same",
    ),
    "refuted before a step": ("theorem_1a_printed", value(K, 0), "K is below 2"),
    "a trajectory that stands": ("theorem_1a", table(steps.name, two_steps_on), "step 1 is 0"),
    "a family of one token": ("theorem_4", value(T, 1), "T is below 2"),
    "a family with one response": ("theorem_2", one_element(RESPONSE), "Response: one element"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_degenerate_witness_is_refused(name: str, cases: Mapping[str, Case]) -> None:
    slug, change, expected = PLANTED[name]
    model = models(cases[slug])[-1 if "family with" in name else 0]
    assert expected in degenerate(slug, change(model))
