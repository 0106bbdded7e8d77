"""What random proofs say is true in small random models, by an evaluator of its own."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from tests.kernel.small_models import STEPS, World, fails, proofs, truth
from theory.kernel import analysis, logic, renaming, sums, terms
from theory.kernel.rules import RULES
from theory.kernel.sequent import Sequent
from theory.kernel.terms import forall, has_derivative, lift, total, var


def broken(seed: int, attempts: int, worlds: int = 6) -> tuple[Counter[str], list[str]]:
    """How often each rule made a sequent, and those that fail in a model."""
    rng, made, wrong = Random(seed), Counter[str](), []
    for rule, proof in proofs(seed, attempts):
        made[rule] += 1
        if fails(proof.sequent, rng, worlds):
            wrong.append(rule)
    return made, wrong


def test_every_rule_is_tried() -> None:
    assert STEPS.keys() == RULES.keys()
    made, wrong = broken(1, 900)
    assert wrong == []
    assert made.keys() == RULES.keys() and sum(made.values()) > 500


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 5))
def test_ten_thousands_of_sequents_hold_in_small_models(seed: int) -> None:
    made, wrong = broken(seed, 4000)
    assert wrong == []
    assert sum(made.values()) > 2000 and made.keys() == RULES.keys()


# -- rules without a condition ---------------------------------------------------------------------


def anything(*_: Any) -> None:
    """A condition that is never checked."""


def capturing(term: Any, values: Any, functions: Any, done: Any) -> Any:
    """Substitution that lets a binder capture what is put in."""
    bound, split = term.args[0], terms.BINDERS[term.op]
    inner = {v: x for v, x in values.items() if v != bound}
    outer = (terms._substitute(a, values, functions, {}) for a in term.args[1:split])
    body = (terms._substitute(b, inner, functions, {}) for b in term.args[split:])
    return terms.Term(term.op, (bound, *outer, *body))


def merging(formulas: Any, old: Any, new: Any) -> Any:
    """A renaming that makes one index of two."""
    listed = list(formulas)
    put = {v: renaming._renamed(v, old, new) for v in renaming.variables(listed)}
    return [renaming._rename(formula, put, old.sort, new.sort) for formula in listed]


PLANTED: dict[str, tuple[Any, str, Any]] = {
    "generalise": (logic, "require_general", anything),
    "sum_monotone": (sums, "require_general", anything),
    "differentiate": (analysis, "require_general", anything),
    "specialise": (terms, "_substitute_under_binder", capturing),
    "rename_index": (renaming, "rename_index", merging),
    "solve": (logic, "implication", lambda known, goal: logic.defined(goal, (goal,))),
}


QUICK = ("generalise", "solve")


@pytest.mark.parametrize(
    "rule", [r if r in QUICK else pytest.param(r, marks=pytest.mark.slow) for r in PLANTED]
)
def test_a_rule_without_its_condition_is_found_out(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*PLANTED[rule])
    assert any(broken(seed, 200)[1] for seed in range(1, 29)), "no model shows it"


def test_the_evaluator_knows_the_false_from_the_true_and_from_the_not_known() -> None:
    x, i, world = var("x"), var("i", terms.Sort("A")), World(Random(0))
    square = has_derivative(x, x**2, 2 * x)
    assert truth(square, {}, world) is True
    assert truth(has_derivative(x, x**2, x), {}, world) is False
    assert truth(has_derivative(x, terms.absolute(x), x), {}, world) is False
    assert truth(forall(x, x <= x), {}, world) is None
    assert truth(forall(x, 0 <= x), {}, world) is False
    assert truth(forall(i, total(i, 1) <= 3), {}, world) is True
    assert fails(Sequent(frozenset([0 <= x]), 0 < x), Random(0), 40)
    assert not fails(Sequent(frozenset([0 < x]), 0 <= x), Random(0), 40)
    assert not fails(Sequent(frozenset([forall(x, 0 <= x)]), lift(0) < 0), Random(0), 40)
