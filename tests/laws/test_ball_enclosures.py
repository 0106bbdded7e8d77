"""Laws of enclosures and of rewriting: every value is inside, no value changes, and derivatives are
limits of quotients. The values are those of mpmath, at 60 digits."""

from fractions import Fraction
from itertools import combinations

import mpmath
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.depth import examples
from theory.inequality.algebra import (
    TooLarge,
    derivative,
    differentiable,
    expand,
    fraction,
    substitute,
)
from theory.inequality.balls import ball_precision, enclose, interval
from theory.inequality.expression import Expr

leaves = st.one_of(
    st.sampled_from([Expr("var", (), "x"), Expr("var", (), "y"), Expr("pi")]),
    st.fractions(-3, 3, max_denominator=4).map(lambda q: Expr("const", (), q)),
)


def larger(inner):
    one = st.builds(
        lambda op, e: Expr(op, (e,)),
        st.sampled_from(["neg", "exp", "log", "sqrt", "sin", "cos", "abs"]),
        inner,
    )
    two = st.builds(
        lambda op, a, b: Expr(op, (a, b)),
        st.sampled_from(["add", "add", "mul", "mul", "div", "min", "max"]),
        inner,
        inner,
    )
    powers = st.builds(lambda e, n: Expr("pow", (e,), n), inner, st.sampled_from([-2, -1, 0, 2, 3]))
    return st.one_of(one, two, powers)


expressions = st.recursive(leaves, larger, max_leaves=8)
numbers = st.fractions(-3, 3, max_denominator=16)


def independent(e, point):
    """The value by mpmath at 60 digits; OutOfDomain where there is none."""
    x = [independent(arg, point) for arg in e.args]
    match e.op:
        case "const":
            return mpmath.mpf(e.value.numerator) / e.value.denominator
        case "var":
            return point[e.value]
        case "pi":
            return +mpmath.pi
        case "neg":
            return -x[0]
        case "div":
            return x[0] / x[1]
        case "pow":
            return x[0] ** e.value
        case "add":
            return mpmath.fsum(x)
        case "mul":
            return mpmath.fprod(x)
        case "min" | "max":
            return (min if e.op == "min" else max)(x)
        case "abs":
            return abs(x[0])
    if (e.op == "log" and x[0] <= 0) or (e.op == "sqrt" and x[0] < 0) or abs(x[0]) > 1e4:
        raise OverflowError
    return getattr(mpmath, e.op)(x[0])


def value_at(e, x, y):
    with mpmath.workdps(60):
        try:
            point = {n: mpmath.mpf(q.numerator) / q.denominator for n, q in (("x", x), ("y", y))}
            found = independent(e, point)
        except (ArithmeticError, ValueError):
            assume(False)
        assume(mpmath.isfinite(found) and abs(found) < 1e30)
        return found


def contained(number, found, slack=1e-25):
    """Whether the interval contains the number, up to the error of 60 digits."""
    if found is None:
        return False
    reach = slack * (1 + abs(number))
    low, high = (
        mpmath.mpf(end.str(50, radius=False)) if end.is_finite() else None for end in found
    )
    return (low is None or low - reach <= number) and (high is None or number <= high + reach)


X = Expr("var", (), "x")
FUNCTIONS = [Expr(op, (X,)) for op in ("exp", "log", "sqrt", "sin", "cos", "abs", "neg")]
POWERS = [Expr("pow", (X,), n) for n in (-3, -2, -1, 0, 1, 2, 3, 4)]
ENDS = [None, *map(Fraction, ("-7", "-3", "-1", "-1/3", "0", "1/3", "1", "5/2", "4", "9")), None]


@pytest.mark.parametrize("e", FUNCTIONS + POWERS, ids=lambda e: f"{e.op} {e.value or ''}")
def test_a_function_is_enclosed_on_boxes_across_its_edges(e):
    for low, high in combinations(ENDS, 2):
        inside = (Fraction(k, 6) for k in range(-60, 60))
        points = [x for x in inside if (low is None or low <= x) and (high is None or x <= high)]
        with ball_precision(), mpmath.workdps(60):
            found = enclose(e, {"x": interval(low, high)})
            for x in points:
                try:
                    number = independent(e, {"x": mpmath.mpf(x.numerator) / x.denominator})
                except ArithmeticError:
                    continue
                assert contained(number, found)


@examples(150)
@given(expressions, numbers, numbers, numbers, numbers)
def test_an_enclosure_contains_every_value(e, x, y, dx, dy):
    number = value_at(e, x, y)
    with ball_precision(), mpmath.workdps(60):
        box = {"x": interval(min(x, x + dx), max(x, x + dx))}
        box["y"] = interval(min(y, y + dy), max(y, y + dy))
        assert contained(number, enclose(e, box))
        for unbounded in ((None, y), (y, None)):
            assert contained(number, enclose(e, {**box, "y": interval(*unbounded)}))


@examples(150)
@given(expressions, numbers, numbers)
def test_rewriting_changes_no_value(e, x, y):
    number = value_at(e, x, y)
    with ball_precision(), mpmath.workdps(60):
        point = {"x": interval(x, x), "y": interval(y, y)}
        try:
            forms = [substitute(e, {}), expand(e), Expr("div", fraction(e))]
        except TooLarge:
            assume(False)
        assert all(contained(number, enclose(form, point)) for form in forms)


@examples(150)
@given(expressions, numbers, numbers)
def test_derivatives_are_limits_of_quotients(e, x, y):
    assume(differentiable(e))
    h = Fraction(1, 10**12)
    ahead, behind = value_at(e, x + h, y), value_at(e, x - h, y)
    third = value_at(e, x + 3 * h, y)
    with ball_precision(), mpmath.workdps(60):
        size = 1 + abs(ahead)
        quotient = (ahead - behind) / (2 * mpmath.mpf(10) ** -12)
        assume(abs((third - ahead) / (2 * mpmath.mpf(10) ** -12) - quotient) < 1e-8 * size)
        point = {"x": interval(x, x), "y": interval(y, y)}
        assert contained(quotient, enclose(derivative(e, "x"), point), slack=1e-6 * float(size))
