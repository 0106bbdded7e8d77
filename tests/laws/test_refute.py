"""A refutation is a rational point at which the claim certainly fails; a near miss is none."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from theory.inequality import parse
from theory.inequality.at_point import (
    Undefined,
    Unknown,
    ball,
    is_exact,
    truth,
    value,
    why_undefined,
)
from theory.inequality.certificate import Budget, Exhausted
from theory.inequality.decision import as_question
from theory.inequality.expression import Expr, variables
from theory.inequality.parser import parse_expression
from theory.inequality.refute import (
    first_refuting,
    model_point,
    moved,
    refute,
    refute_by_models,
    refutes,
    simplified,
)
from theory.inequality.search import margins, ranges, suspicious
from theory.kernel.obligations import smtlib
from theory.kernel.terms import var

Point = dict[str, Fraction]
half, third = Fraction(1, 2), Fraction(1, 3)


def tell(text: str, **point: Fraction | int) -> str:
    (comparison,) = parse(text)
    return truth(comparison, {name: Fraction(x) for name, x in point.items()})


# -- what holds at a point -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "point", "expected"),
    [
        ("x < 1/2", {"x": half}, "fails"),
        ("x <= 1/2", {"x": half}, "holds"),
        ("1 + x < exp(x)", {"x": 0}, "fails"),
        ("1 + x <= exp(x)", {"x": 0}, "holds"),
        ("log(x) == x - 1", {"x": 1}, "holds"),
        ("sqrt(x) == 3/2", {"x": Fraction(9, 4)}, "holds"),
        ("sqrt(2)*sqrt(2) == 2", {}, "holds"),
        ("sqrt(2) == 1.41421356237309504880168872420969807856967", {}, "fails"),
        ("sin(x) < x", {"x": 0}, "fails"),
        ("cos(x) < 1", {"x": 0}, "fails"),
        ("0*exp(x) == 0", {"x": 5}, "holds"),
        ("0/pi == 0", {}, "holds"),
        ("abs(x) == max(x, -x)", {"x": -third}, "holds"),
        ("min(pi, 3) == 3", {}, "holds"),
        ("exp(x) == exp(x)", {"x": third}, "holds"),
        ("exp(x) < exp(x)", {"x": third}, "fails"),
        ("sin(pi) == 0", {}, "holds"),
        ("exp(exp(exp(exp(x)))) > 0", {"x": 5}, "unknown"),
        ("exp(1) < 2.7182818284590452353602874713527", {}, "holds"),
        ("exp(1) < 2.7182818284590452353602874713526", {}, "fails"),
        ("(2**1000)**30 <= ((2**1000)**15)**2", {}, "holds"),
        ("(2**1000)**30 < ((2**1000)**15)**2", {}, "fails"),
        ("x**-2 > 0", {"x": 0}, "undefined"),
        ("1/(x - 1/3) > 0", {"x": third}, "undefined"),
        ("log(x) > 0", {"x": 0}, "undefined"),
        ("log(-exp(x)) > 0", {"x": 1}, "undefined"),
        ("sqrt(x - pi) >= 0", {"x": 3}, "undefined"),
        ("1/sin(pi) > 0", {}, "undefined"),
        ("sqrt(sin(pi)) >= 0", {}, "holds"),
        ("log(1 - cos(pi)**2) >= 0", {}, "undefined"),
        ("1/sin(exp(1)*pi/exp(1)) > 0", {}, "undefined"),
        ("sin(4*pi/7) == cos(pi/14)", {}, "unknown"),
        ("sin(10**22) < -0.85", {}, "holds"),
        ("0**x == 0", {"x": half}, "holds"),
        ("x**x == 1", {"x": 0}, "holds"),
        ("0**x == 0", {"x": -1}, "undefined"),
        ("(x - 1)**pi > 0", {"x": 0}, "undefined"),
        ("x**(2/3) == 4", {"x": 8}, "holds"),
        ("0*log(x) == 0", {"x": -1}, "undefined"),
        ("max(1, 1/x) > 0", {"x": 0}, "undefined"),
    ],
)
def test_the_truth_at_a_point_is_exact_or_certain_or_unknown(
    text: str, point: dict[str, Fraction | int], expected: str
) -> None:
    assert tell(text, **point) == expected


def test_the_reason_why_something_is_undefined_is_given() -> None:
    zero = {"x": Fraction(0)}
    assert why_undefined(parse("1/x > 0")[0], zero) == "division by 0"
    assert "logarithm" in str(why_undefined(parse("log(x) > 0")[0], zero))
    assert "square root" in str(why_undefined(parse("sqrt(x - 1) > 0")[0], zero))
    assert why_undefined(parse("x > 0")[0], zero) is None


def test_exact_and_ball_arithmetic_are_told_apart() -> None:
    assert is_exact(parse("sqrt(x) < x")[0], {"x": Fraction(1, 4)})
    assert is_exact(parse("sqrt(x) < x")[0], {"x": Fraction(1, 2)})
    assert not is_exact(parse("sin(x) < x")[0], {"x": Fraction(1, 2)})
    assert not is_exact(parse("1/x < 0")[0], {"x": Fraction(0)})


def test_long_numbers_become_balls_and_nothing_hangs() -> None:
    assert tell("((((x**1000)**1000)**1000)**1000) > 1", x=3) in ("holds", "unknown")
    assert tell("(x**500)**50 > 1", x=Fraction(10**9, 10**9 - 1)) == "holds"


def test_a_point_refutes_only_where_the_assumptions_certainly_hold() -> None:
    claim, assume = parse("x < 1"), parse("0 < x < pi")
    assert refutes(assume, claim, {"x": Fraction(2)})
    assert not refutes(assume, claim, {"x": Fraction(4)})
    assert not refutes(assume, claim, {"x": half})
    assert not refutes(parse("log(x) < 5"), parse("x > 0"), {"x": Fraction(-1)})
    assert refutes(parse("x*sin(pi) == 0"), claim, {"x": Fraction(2)})
    hidden = parse("x*(sin(4*pi/7) - cos(pi/14)) == 0")  # true, yet unknown
    assert not refutes(hidden, claim, {"x": Fraction(2)})


# -- an independent evaluation ---------------------------------------------------------------------

numbers = st.fractions(min_value=-3, max_value=3, max_denominator=8)
leaves = st.one_of(
    numbers.map(lambda x: Expr("const", (), x)),
    st.sampled_from([Expr("var", (), "x"), Expr("pi")]),
)


def grown(children: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.tuples(children, children)
    return st.one_of(
        st.builds(Expr, st.sampled_from(["add", "mul", "div", "min", "max"]), pairs),
        st.builds(
            Expr,
            st.sampled_from(["neg", "exp", "log", "sqrt", "sin", "cos", "abs"]),
            st.tuples(children),
        ),
        st.builds(Expr, st.just("real_power"), pairs),
        st.builds(Expr, st.just("pow"), st.tuples(children), st.integers(-3, 3)),
    )


expressions = st.recursive(leaves, grown, max_leaves=8)


def by_mpmath(expression: Expr, x: Fraction) -> mpmath.mpf:
    """Written anew, in another arithmetic. Raises ValueError or ZeroDivisionError."""
    args = [by_mpmath(a, x) for a in expression.args]
    number = expression.value if expression.op == "const" else x
    match expression.op:
        case "const" | "var":
            assert isinstance(number, Fraction)
            return mpmath.mpf(number.numerator) / number.denominator
        case "pi":
            return +mpmath.pi
        case "add":
            return args[0] + args[1]
        case "mul":
            return args[0] * args[1]
        case "div":
            return args[0] / args[1]
        case "neg":
            return -args[0]
        case "pow":
            return args[0] ** int(str(expression.value))
        case "real_power" if args[0] > 0 and abs(args[1] * mpmath.log(args[0])) < 10**6:
            return args[0] ** args[1]
        case "real_power" if args[0] == 0 and args[1] >= 0:
            return mpmath.mpf(args[1] == 0)
        case "real_power":
            raise ValueError("undefined or too large")
        case "min" | "max" | "abs":
            return {"min": min, "max": max, "abs": abs}[expression.op](*args)
    if expression.op in ("log", "sqrt") and args[0] < 0:
        raise ValueError(expression.op)
    if expression.op == "exp" and args[0] > 10**6:
        raise ValueError("too large")
    return getattr(mpmath, expression.op)(args[0])


@given(expressions, numbers, st.booleans())
def test_the_value_agrees_with_an_independent_evaluation(
    expression: Expr, x: Fraction, formal: bool
) -> None:
    try:
        with ctx.workprec(256):
            found = ball(value(expression, {"x": x}, formal))
    except (Undefined, Unknown):
        return
    with mpmath.workdps(120):
        try:
            other = by_mpmath(expression, x)
        except (ValueError, ZeroDivisionError, OverflowError):
            return  # a rounded 0, or a number beyond mpmath: nothing to compare with
        slack = mpmath.mpf(10) ** -60 * (1 + abs(other))
        middle, radius = mpmath.mpf(str(found.mid().str(100, radius=False))), float(found.rad())
        assert abs(middle - other) <= radius + slack or abs(other) > mpmath.mpf(10) ** 50


@given(expressions, numbers, st.booleans())
def test_what_is_undefined_is_undefined_for_others_too(
    expression: Expr, x: Fraction, formal: bool
) -> None:
    try:
        with ctx.workprec(256):
            value(expression, {"x": x}, formal)
    except Undefined:
        with mpmath.workdps(60):
            try:
                other = by_mpmath(expression, x)
            except (ValueError, ZeroDivisionError, OverflowError):
                return
            # log 0, or a denominator that is 0 only up to the rounding of mpmath
            assert not mpmath.isfinite(other) or abs(other) > 10**20 or _has_tiny(expression, x)
    except Unknown:
        return


def _has_tiny(expression: Expr, x: Fraction) -> bool:
    """Whether some part is so near 0 that rounding decides its sign."""
    try:
        here = abs(by_mpmath(expression, x)) < mpmath.mpf(10) ** -40
    except (ValueError, ZeroDivisionError, OverflowError):
        here = True
    return here or any(_has_tiny(a, x) for a in expression.args)


# -- the search ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("x**2 > 0",), {"x": Fraction(0)}),
        (("x*(1 - x) < 1/4",), {"x": half}),
        (("1 + x < exp(x)",), {"x": Fraction(0)}),
        (("x**2 + y**2 > 1/2", "x + y == 1"), {"x": half, "y": half}),
        (("(x - 1/3)**2 > 0",), {"x": third}),
        (("1/(x - 5/7)**2 > 0", "0 < x < 1"), {"x": Fraction(5, 7)}),
        (("1 < 1",), {}),
    ],
)
def test_the_only_counterexample_is_found_exactly(texts: tuple[str, ...], expected: Point) -> None:
    assert refute(as_question(texts[0], texts[1:]), Budget(1e4), rounds=9) == expected


@pytest.mark.parametrize(
    "text",
    ["x**2 >= 0", "1 + x <= exp(x)", "sin(x)**2 + cos(x)**2 == 1", "sqrt(x**2) == abs(x)", "1 < 2"],
)
def test_a_true_claim_is_never_refuted(text: str) -> None:
    assert refute(as_question(text), Budget(1e4), rounds=5) is None


@given(st.fractions(-50, 50, max_denominator=40), st.integers(1, 6))
def test_a_planted_dip_is_found(centre: Fraction, digits: int) -> None:
    """(x - c)^2 >= 10^-d fails near c alone."""
    question = as_question(f"(x - ({centre}))**2 >= 1/{10**digits}")
    point = refute(question, Budget(1e4))
    assert point is not None
    assert abs(point["x"] - centre) ** 2 < Fraction(1, 10**digits)


def test_the_same_seed_finds_the_same_point() -> None:
    question = as_question("x**3 - y**2 <= 10", ["x < 9", "y > 2.5"])
    assert refute(question, Budget(1e4), 3) == refute(question, Budget(1e4), 3)


def test_a_counterexample_is_simplified_while_it_still_refutes() -> None:
    question = as_question("x <= 5/2")
    point = simplified(question, {"x": Fraction(1234567, 345678)})
    assert point == {"x": Fraction(4)}


def test_nothing_is_confirmed_after_the_time_is_over() -> None:
    with pytest.raises(Exhausted):
        first_refuting(as_question("x <= 1"), [{"x": Fraction(2)}], Budget(0))


def test_the_point_is_moved_onto_the_assumed_equations() -> None:
    question = as_question("x > 5", ["x + 2*y == 3", "z == x*y"])
    point = moved(question, {"x": Fraction(1), "y": Fraction(9), "z": Fraction(9)})
    assert all(truth(a, point) == "holds" for a in question.assume)
    stuck = as_question("x > 5", ["x**2 == 2"])
    assert moved(stuck, {"x": Fraction(1)}) == {"x": Fraction(1)}


def test_the_ranges_are_those_of_the_assumptions() -> None:
    question = as_question("x + y + z < 1", ["0 < x <= 1/2", "y > 2", "z == 3", "x < y"])
    found = ranges(question, variables(question))
    assert (found["x"].low, found["x"].high) == (0.0, 0.5)
    assert (found["y"].low, found["y"].high) == (2.0, np.inf)
    assert (found["z"].low, found["z"].high) == (3.0, 3.0)


def test_floats_only_suggest() -> None:
    """In floats 0.1 + 0.2 > 0.3; the point is suspicious, and it is not confirmed."""
    question = as_question("x + y <= 3/10", ["x == 1/10", "y == 2/10"])
    assert len(suspicious(question, ("x", "y"), np.array([[0.1, 0.2]]))) == 1
    assert refute(question, Budget(1e4), rounds=3) is None
    with np.errstate(all="raise"):
        (log,) = parse("log(x) > 0")
        assert np.isnan(margins(log, {"x": np.array([-1.0, 0.0])})).all()


def test_a_model_of_the_rational_relaxation_is_tried() -> None:
    tight = as_question("x**2 >= 2", ["x > 1.41421356237309504880168872420969"])
    point = refute_by_models(tight, Budget(5.0))
    assert point is not None
    assert refutes(tight.assume, tight.claim, point)
    assert refute_by_models(as_question("x**2 >= 0"), Budget(5.0)) is None
    x = var("x")
    assert model_point(smtlib((), 0 <= x * x), ("x",), 1.0) is None


def test_a_ball_is_a_ball() -> None:
    with ctx.workprec(64):
        assert ball(third).contains(arb(1) / 3)
        assert isinstance(value(parse_expression("pi"), {}), arb)
