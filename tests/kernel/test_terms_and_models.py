"""Only well-formed terms exist, no formula has a truth value in Python, and a model is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from theory.kernel import terms as t
from theory.kernel.instance import NotAnInstance, check_instance
from theory.kernel.models import Model, interpret
from theory.kernel.obligations import conditions
from theory.kernel.proof import solve
from theory.kernel.terms import (
    BOOL,
    NAT,
    REAL,
    KernelError,
    Lambda,
    Sort,
    Symbol,
    Term,
    eq,
    lift,
    var,
)
from theory.ledger.run import build
from theory.statements import STATEMENTS

ITEM, OTHER = Sort("Item"), Sort("Other")
x, y, n, item = var("x"), var("y"), var("n", NAT), var("item", ITEM)
a = Symbol("a", (ITEM,))


class Shout(str):
    def __format__(self, spec: str) -> str:
        return "x\n(assert false)\n;"


ILL_FORMED: dict[str, Callable[[], object]] = {
    "a float": lambda: x + 0.5,  # type: ignore[operator]
    "a float constant": lambda: t.const(0.1),  # type: ignore[arg-type]
    "a bool constant": lambda: t.const(True),
    "raw float": lambda: Term("const", (), 0.5),  # type: ignore[arg-type]
    "raw integer": lambda: Term("const", (), 1),
    "no such operator": lambda: Term("tan", (x,)),
    "missing argument": lambda: Term("add", (x,)),
    "a formula in a sum": lambda: Term("add", (x, x < y)),
    "a number in a formula": lambda: Term("and", (x, x < y)),
    "an empty conjunction": lambda: Term("and", ()),
    "an index as a number": lambda: Term("exp", (item,)),
    "a number as an index": lambda: a(x),
    "a half as a count": lambda: t.prefix_sum(n, Fraction(1, 2), x),
    "k - 1 as a count": lambda: t.prefix_sum(n, n - 1, x),
    "an index of another set": lambda: a(var("o", OTHER)),
    "a sum over the reals": lambda: t.total(x, x),
    "a sum over the numbers": lambda: t.total(n, n),
    "a prefix over the reals": lambda: t.prefix_sum(x, 3, x),
    "a derivative in a number": lambda: t.has_derivative(n, x, x),
    "a derivative in an index": lambda: t.has_derivative(item, x, x),
    "forall over truth values": lambda: t.forall(var("b", BOOL), t.TRUE),
    "a bound constant": lambda: Term("forall", (lift(1), t.TRUE)),
    "power 0": lambda: x**0,
    "power -1": lambda: x**-1,
    "power True": lambda: Term("pow", (x,), True),
    "power 1/2": lambda: x ** Fraction(1, 2),  # type: ignore[operator]
    "data on a sum": lambda: Term("add", (x, y), 1),
    "a sort on a sum": lambda: Term("add", (x, y), None, REAL),
    "a variable without sort": lambda: Term("var", (), "x"),
    "a list of arguments": lambda: Term("add", [x, y]),  # type: ignore[arg-type]
    "newline in a variable": lambda: var("x\n(assert false)"),
    "newline in a symbol": lambda: Symbol("f\n", (REAL,)),
    "newline in a sort": lambda: Sort("Item\n"),
    "a bracket": lambda: var("x)"),
    "an empty name": lambda: var(""),
    "not ASCII": lambda: var("η"),
    "a string that prints otherwise": lambda: var(Shout("x")),
    "a number for a natural": lambda: t.substitute(0 <= n, {n: lift(-1)}),
    "twice the same parameter": lambda: Lambda((x, x), x),
}


@pytest.mark.parametrize("name", ILL_FORMED)
def test_ill_formed_terms_are_refused(name: str) -> None:
    with pytest.raises(KernelError):
        ILL_FORMED[name]()


def test_a_node_that_was_made_before_is_checked_by_the_types_of_its_parts() -> None:
    """1, True and Fraction(1) are equal, and not all are exponents."""
    assert t.node("pow", (x,), 1) is t.node("pow", (x,), 1)
    for exponent in (True, Fraction(1)):
        with pytest.raises(KernelError):
            t.node("pow", (x,), exponent)


def test_a_part_that_stands_in_many_places_is_looked_at_once() -> None:
    """Written out, the term has 2^60 divisions."""
    term = x
    for _ in range(60):
        term = 1 / (term + term)
    moved = t.substitute(term, {x: y})
    assert moved.free == {y}
    assert len(conditions(moved)) == 60


def test_a_bound_variable_is_not_replaced_though_the_same_part_is_replaced_outside() -> None:
    inside, k = n * x, var("k", NAT)
    term = inside + t.prefix_sum(n, n, inside)
    assert t.substitute(term, {n: k, x: y}) == k * y + t.prefix_sum(n, k, n * y)


def test_a_formula_has_no_truth_value_in_python() -> None:
    for ask in (
        lambda: bool(x <= y),
        lambda: 0 < x < 1,
        lambda: not eq(x, y),
        lambda: max(x, y),
        lambda: [1 for _ in "a" if x < y],
    ):
        with pytest.raises(TypeError, match="no truth value"):
            ask()
    assert (x == y) is False and (x + 1 == x + 1) is True


# -- models ----------------------------------------------------------------------------------------


def test_the_larger_of_two_natural_numbers_is_one() -> None:
    assert t.maximum(n, n + 1).sort == t.minimum(n, 2).sort == NAT
    assert t.maximum(n, x).sort == t.minimum(n - 1, n).sort == REAL


def test_a_model_is_an_interpretation() -> None:
    rows = {("a",): Lambda((), lift(1)), ("b",): Lambda((), lift(-1))}
    good = Model({ITEM: ("a",)}, {a: rows}, {n: lift(2), x: lift(-1)}, {item: "a"})
    assert interpret(t.conj(0 <= a(item), x < n), good) == t.conj(0 <= lift(1), lift(-1) < 2)
    for field, value in {
        "domains": {ITEM: ()},
        "values": {n: lift(-1)},
        "elements": {item: "b"},
        "functions": {a: {("a",): Lambda((), x)}},
    }.items():
        with pytest.raises(KernelError):
            replace(good, **{field: value})
    with pytest.raises(KernelError, match="does not say what a is"):
        interpret(0 <= a(item), replace(good, functions={a: {}}))
    with pytest.raises(KernelError, match="no index set"):
        interpret(t.forall(var("o", OTHER), t.TRUE), good)


def test_a_witness_is_about_its_own_statement() -> None:
    case = build(STATEMENTS["normalisation"])
    check_instance(case.statement, case.instance)
    with pytest.raises(NotAnInstance, match=r"no proof, or no hypothesis, is called .*nonnegative"):
        check_instance(STATEMENTS["jensen_exp"], case.instance)
    first, *_ = case.instance.hypotheses
    swapped = replace(
        case.instance, hypotheses={**case.instance.hypotheses, first: solve(lift(0) < 1)}
    )
    with pytest.raises(NotAnInstance, match="proves something else"):
        check_instance(case.statement, swapped)
    with pytest.raises(NotAnInstance, match="negated conclusion"):
        check_instance(case.statement, replace(case.instance, negation=solve(lift(0) < 1)))
