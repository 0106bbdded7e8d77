"""Laws of contraction: no point that satisfies the assumptions is lost, what is left is small, and
an end that is left out is not attained."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.depth import examples
from tests.laws.oracle import compared
from tests.laws.test_ball_enclosures import contained, expressions, numbers, value_at
from theory.inequality import contract, decide_here
from theory.inequality.balls import ball_precision
from theory.inequality.contract import Side, contracted, range_of
from theory.inequality.expression import Comparison, Expr
from theory.inequality.parser import parse

PLANE = (Side("x"), Side("y"))
HALF_OPEN = (Side("x", Fraction(0), Fraction(2), True, False), Side("y", Fraction(1), None, True))


def inside(side, number):
    """Whether the side has this exact number."""
    low = side.low is None or side.low < number or (side.low == number and not side.low_open)
    high = side.high is None or number < side.high or (number == side.high and not side.high_open)
    return low and high


def no_point_is_lost(e, x, y, dx, dy):
    """At (x, y) the comparisons `e <= its value there, rounded up` and so on hold."""
    number = value_at(e, x, y)
    above = Fraction(int(number * 1000) + 1, 1000)
    box = (
        Side("x", min(x, x + dx), max(x, x + dx), False, False),
        Side("y", None, max(y, y + dy), True, False),
    )
    for given_that in (
        Comparison(e, "<", Expr("const", (), above)),
        Comparison(Expr("const", (), above - Fraction(2, 1000)), "<=", e),
    ):
        with ball_precision():
            left = contracted(box, (given_that,))
        assert all(inside(side, z) for side, z in zip(left, (x, y), strict=True)), given_that


@examples(150)
@given(expressions, numbers, numbers, numbers, numbers)
def test_a_point_that_satisfies_the_assumption_stays(e, x, y, dx, dy):
    no_point_is_lost(e, x, y, dx, dy)


@examples(150)
@given(expressions, st.integers(1, 32), st.integers(1, 64))
def test_a_range_contains_every_value_and_an_open_end_is_none(e, part, more):
    x, y = Fraction(part, 16), 1 + Fraction(more, 16)
    number = value_at(e, x, y)
    with ball_precision():
        found = range_of(e, HALF_OPEN)
    assert found is not None
    assert contained(number, found.closure())
    for end, is_open in ((found.low, found.low_open), (found.high, found.high_open)):
        if end is not None and is_open:
            at = {"x": x, "y": y}
            assert compared(Comparison(e, "==", Expr("const", (), end)), at) != 0


PLANTED = [
    ("inverse", lambda x: x),
    ("_of_size", lambda x, size: contract.meet(x, size)),
    ("_above", lambda whole, others: whole),
    ("root", lambda x, n: contract.monotone(x, lambda a: (abs(a), abs(a)))),
    ("negative", lambda x: x),
]
PLACES = [
    ("3*x", 2, 0, -1, 1), ("abs(x)", -2, 1, 3, 1), ("min(x, y)", 2, -1, -1, 0),
    ("x^2", 2, 0, -1, 1), ("y - x", 2, 0, 0, 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "wrong"), PLANTED, ids=[name for name, _ in PLANTED])
def test_a_wrong_step_loses_a_point(name, wrong, monkeypatch):
    monkeypatch.setattr(contract, name, wrong)
    with pytest.raises(AssertionError):
        for text, *place in PLACES:
            no_point_is_lost(parse(f"{text} == 0")[0].left, *map(Fraction, place))


@pytest.mark.parametrize(
    ("given_that", "low", "high"),
    [
        ("abs(x) <= 1", "-1", "1"),
        ("x^2 <= 1/4", "-1/2", "1/2"),
        ("abs(x) + abs(y) <= 2", "-2", "2"),
        ("1/x >= 1/2", "0", "2"),
        ("sqrt(x) <= 3", "0", "9"),
        ("x^3 + 1 <= 0 <= x + 5", "-5", "-1"),
        ("max(x, 3*x) <= 3 <= x + 9", "-6", "1"),
        ("1 <= exp(x) <= 1", "0", "0"),
        ("x^2 + y^2 == 0", "0", "0"),
    ],
)
def test_an_assumption_gives_a_box(given_that, low, high):
    with ball_precision():
        x = contracted(PLANE, parse(given_that))[0]
    assert (x.low, x.high) == (Fraction(low), Fraction(high))


def test_a_strict_assumption_leaves_the_end_out_and_none_leaves_nothing():
    with ball_precision():
        (x, _) = contracted(PLANE, parse("x^2 < 1"))
        assert x.low_open and x.high_open
        assert all(s.empty() for s in contracted(PLANE, parse("exp(x) <= -1")))
        assert range_of(parse("1/x > 0")[0].right, HALF_OPEN) == Side(
            "", Fraction(1, 2), None, False, True
        )


@pytest.mark.parametrize(
    "texts",
    [
        ("exp(x) + sin(x)*x <= 4", "abs(x) <= 1"),
        ("exp(x) + sin(x)*x <= 4", "x^2 <= 1"),
        ("exp(x) + exp(y) <= 15", "abs(x) + abs(y) <= 2"),
        ("x >= 0.0067", "log(x) >= -5"),
    ],
)
def test_what_every_assumption_bounds_is_proved(texts):
    assert decide_here(texts[0], texts[1:], 1.0).verdict == "proved"
