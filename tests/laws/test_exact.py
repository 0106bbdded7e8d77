"""Formal sums are the numbers they stand for, and the points that are no fractions refute."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import islice

import mpmath
import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from theory.inequality import decide_here, exact, recheck
from theory.inequality.at_point import ball, coordinate_value, value
from theory.inequality.certificate import Budget, Evaluated
from theory.inequality.decision import as_question
from theory.inequality.exact import Form, NotExact, Root, root_of
from theory.inequality.expression import variables
from theory.inequality.parser import parse_expression
from theory.inequality.refute import refute_by_models, refutes
from theory.inequality.special_points import closed_forms, special_candidates

F = Fraction
CUBIC = root_of([-1, -1, 0, 1], F(132, 100))
QUARTIC = root_of([-2, 0, 0, 0, 1], F(-119, 100))
SIMPLE = [
    F(2),
    F(-3, 4),
    F(12),
    exact.PI,
    exact.exp(F(1)),
    exact.log(F(6)),
    exact.real_power(F(2), F(1, 2)),
    exact.real_power(F(12), F(-2, 3)),
    exact.exp(exact.PI),
    exact.of_root(CUBIC),
    exact.of_root(QUARTIC),
]
OPERATIONS = ["+", "-", "*", "/", "exp", "log", "sqrt", "sin", "cos", "power"]


def applied(name, a, b):
    match name:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return a / b
        case "power":
            return a**b
        case "exp" | "log" | "sqrt" | "sin" | "cos":
            return getattr(a, name)() if isinstance(a, arb) else formal(name, a)
    raise ValueError(name)


def formal(name, a):
    return exact.real_power(a, F(1, 2)) if name == "sqrt" else getattr(exact, name)(a)


@given(st.lists(st.tuples(st.sampled_from(SIMPLE), st.sampled_from(OPERATIONS)), max_size=6))
def test_a_formal_sum_is_the_number(steps):
    with ctx.workprec(200):
        found, enclosure = F(3, 2), arb(3) / 2
        for other, name in steps:
            near = ball(other)
            if name == "power":
                other, near = F(3), arb(3)
            if (name == "/" and near.contains(0)) or (
                name in ("log", "sqrt") and not enclosure > 0
            ):
                continue
            if name == "exp" and not enclosure < 100:
                continue
            try:
                found = exact_step(name, found, other)
            except NotExact:
                continue
            enclosure = applied(name, enclosure, near)
        assert ball(found).overlaps(enclosure)
        assert not isinstance(found, Form) or len(found.terms) > 1 or found.terms[0][0]


def exact_step(name, a, b):
    return a ** int(b) if name == "power" else applied(name, a, b)


def test_what_is_equal_is_seen_to_be_equal():
    def number(text):
        return value(parse_expression(text), {}, True)

    for left, right in [
        ("sqrt(8)", "2*sqrt(2)"),
        ("sqrt(6)", "sqrt(2)*sqrt(3)"),
        ("1/(1 + sqrt(2))", "sqrt(2) - 1"),
        ("log(12)", "2*log(2) + log(3)"),
        ("exp(log(8)/3)", "2"),
        ("exp(pi)^2", "exp(2*pi)"),
        ("log(exp(pi)*4)", "pi + log(4)"),
        ("sin(7*pi/6)", "-1/2"),
        ("cos(pi/5)", "(1 + sqrt(5))/4"),
        ("cos(pi/12)^2", "(2 + sqrt(3))/4"),
    ]:
        assert number(left) == number(right), left


def test_every_sine_of_the_table_is_right():
    for turns, parts in exact.SINES.items():
        told = sum((mpmath.mpf(c.numerator) / c.denominator) * mpmath.sqrt(n) for c, n in parts)
        assert abs(mpmath.sin(mpmath.pi * turns.numerator / turns.denominator) - told) < 1e-14


def test_a_root_satisfies_its_polynomial_and_nothing_else_is_a_root():
    x = exact.of_root(CUBIC)
    assert x**3 - x - 1 == 0 and x * (x**2 - 1) == 1
    assert x / (x**2 + 1) * (x**2 + 1) == x and x.ball() * 2 > 2
    with ctx.workprec(2000):
        assert (x.ball() ** 3 - x.ball() - 1).contains(0) and x.ball().rad() < arb(2) ** -1900
    for wrong in (
        ((-2, 0, 1), F(3), F(4)),
        ((-1, 0, 1), F(0), F(2)),
        ((-2, 0, 1), F(-2), F(2)),
        ((0, -2, 0, 1), F(1), F(2)),
    ):
        with pytest.raises(ValueError, match="root"):
            Root(*wrong)
    assert root_of([-6, 11, -6, 1], F(1)) is None


POINTS = [
    ("log(x) < 1000", "x > 0"),
    ("10^1000 > x",),
    ("log(log(x)) < 9", "x > 3"),
    ("sin(x) < 1",),
    ("(x^2 - 2)^2/(x^2 - 2)^2 == 1",),
    ("tan(x)^2 >= 0",),
    ("x <= 1", "x^2 == 2"),
    ("x >= 1", "exp(x) == 2"),
    ("log(x)/x < exp(-1)", "x > 0"),
    ("(x^2 - x - 1)^2 > 0",),
    ("x^3 != 2",),
    ("cos(x) != 1/2",),
    ("(sin(x) - 1/2)^2 + (cos(y) - 1/2)^2 > 0",),
    ("x + y < sqrt(2)", "x^2 + y^2 == 1"),
]


@pytest.mark.parametrize("formulas", POINTS, ids=" | ".join)
def test_a_claim_that_is_false_only_there_is_refuted(formulas):
    result = decide_here(formulas[0], formulas[1:], 3.0)
    assert result.verdict == "refuted" and recheck(result)
    assert result.method.startswith("an exact point")
    for name, text in result.as_json()["counterexample"].items():
        number = result.counterexample[name]
        assert value(parse_expression(text), {}, True) == coordinate_value(number, True)


def test_the_model_of_a_solver_may_be_algebraic():
    question = as_question("(x^5 - x - 1)^2 > 0")
    point = refute_by_models(question, Budget(5.0))
    assert isinstance(point["x"], Root)
    assert refutes(question.assume, question.claim, point)
    assert "r**5 - r - 1 == 0" in str(point["x"])


TIGHT = [
    ("sin(x) <= 1",),
    ("x*y <= 1/2", "x^2 + y^2 == 1"),
    ("(x^2 - 2)^2 >= 0",),
    ("x^2 <= 2", "x^2 == 2"),
    ("x^2 >= 100", "x >= 10"),
    ("x*y >= 100", "x <= -10", "y <= -10"),
]


@pytest.mark.parametrize("formulas", TIGHT, ids=" | ".join)
def test_no_special_point_refutes_what_is_true(formulas):
    question = as_question(formulas[0], formulas[1:])
    found = special_candidates(question, variables(question), np.random.default_rng(0))
    points = [*islice(found, 400)]
    assert len(points) > 10
    for empty in (["x > 1", "x < 0"], ["x > 9", "x < 8"], ["x == 20", "x == 30"]):
        nowhere = as_question(formulas[0], [*formulas[1:], *empty])
        found = special_candidates(nowhere, variables(nowhere), np.random.default_rng(0))
        assert not any(refutes(nowhere.assume, nowhere.claim, point) for point in found)
    assert not any(refutes(question.assume, question.claim, point) for point in points)


def test_a_float_has_the_closed_form_that_it_comes_from():
    for text in ("pi/2", "sqrt(2)", "-sqrt(5/4)", "log(2)", "exp(1)", "1/3", "1/2 + sqrt(5/4)"):
        with ctx.workprec(100):
            number = value(parse_expression(text), {})
            found = closed_forms(float(ball(number)))
            forms = [f if isinstance(f, F) else value(f, {}) for f in found]
            assert any(ball(f).overlaps(ball(number)) for f in forms), text


CONSTANT = [
    "log(4) == 2*log(2)",
    "sin(10^22) < 0",
    "tan(pi/4) == 1",
    "exp(pi*sqrt(163)) < 262537412640768744",
]


@pytest.mark.parametrize("claim", CONSTANT)
def test_without_variables_the_value_decides(claim):
    result = decide_here(claim)
    assert isinstance(result.certificate, Evaluated) and recheck(result)
    assert decide_here(claim.replace("==", "!=").replace("<", ">")).verdict == "refuted"
    assert not recheck(replace(result, question=as_question("1 < 0")))
    assert not recheck(replace(result, question=as_question("x < x + 1")))
