"""Laws of the rules that change a goal's form: where the goal fails, one of those left fails too.
Values are those of mpmath, at 60 digits."""

from fractions import Fraction

import mpmath
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.depth import examples
from tests.laws.test_ball_enclosures import contained, expressions, independent, value_at
from theory.inequality import moves, normal, rules
from theory.inequality.algebra import TooLarge, const, differentiable
from theory.inequality.balls import ball_precision, enclose, interval
from theory.inequality.certificate import Node
from theory.inequality.contract import Side
from theory.inequality.expression import Question
from theory.inequality.goals import Goal, goals, slack
from theory.inequality.parser import parse
from theory.inequality.taylor import ORDERS, taylor_model

BOX = (Side("x", Fraction(0), Fraction(3), True, False), Side("y", None, None))
inside = st.fractions(Fraction(1, 16), 3, max_denominator=16)
anywhere = st.fractions(-3, 3, max_denominator=16)


def at(x, y):
    return {"x": interval(x, x), "y": interval(y, y)}


# -- the form --------------------------------------------------------------------------------------


@examples(200)
@given(expressions, inside, anywhere)
def test_the_form_has_the_same_value_wherever_there_is_one(e, x, y):
    number = value_at(e, x, y)
    with ball_precision(), mpmath.workdps(60):
        for positive in (normal.never, moves.positive_on(BOX)):
            try:
                form = normal.simplified(e, positive)
            except TooLarge:
                continue
            assert contained(number, enclose(form, at(x, y))), form


IDENTITIES = [
    "log(4) == 2*log(2)",
    "log(6) == log(2) + log(3)",
    "log(8)/log(2) == 3",
    "log(x^3) == 3*log(x)",
    "log(exp(x) + exp(x)) == x + log(2)",
    "exp(2*log(3)) == 9",
    "sqrt(8) == 2*sqrt(2)",
    "sqrt(x^2) == abs(x)",
    "1/(1 + sqrt(x)) == (1 - sqrt(x))/(1 - x)",
    "cos(pi/5) == (1 + sqrt(5))/4",
    "sin(pi/12) == (sqrt(6) - sqrt(2))/4",
    "cos(pi/8)^2 == (2 + sqrt(2))/4",
    "sin(pi) == 0",
    "sin(pi - x) == sin(x)",
    "cos(x + pi/2) == -sin(x)",
    "sin(x) == sin(x + 2*pi)",
    "sin(x + y) == sin(x)*cos(y) + cos(x)*sin(y)",
    "sin(3*x) == 3*sin(x) - 4*sin(x)^3",
    "sin(x/2)*cos(x/2) == sin(x)/2",
    "(exp(x) - exp(-x))^2 + 4 == (exp(x) + exp(-x))^2",
]
NO_IDENTITIES = [
    "log(5) == 2*log(2)",
    "sqrt(x^2) == x",
    "cos(pi/7) == 1",
    "cos(pi/5) == (1 - sqrt(5))/4",
    "sin(2*x) == 2*sin(x)",
    "sin(pi + x) == sin(x)",
    "exp(x + y) == exp(x) + exp(y)",
    "log(x + y) == log(x) + log(y)",
]


@pytest.mark.parametrize("text", IDENTITIES)
def test_two_sides_that_agree_have_one_form(text):
    assert normal.vanishes(slack(parse(text)[0]))


@pytest.mark.parametrize("text", NO_IDENTITIES)
def test_two_sides_that_differ_have_two(text):
    assert not normal.vanishes(slack(parse(text)[0]))


def test_a_root_of_a_product_is_taken_apart_only_where_all_parts_have_one():
    """At x = 0 > y the root of x^2 y is 0, and that of y is not defined."""
    e = parse("sqrt(x^2*y) == 0")[0].left
    with ball_precision():
        assert contained(0, enclose(normal.simplified(e), at(Fraction(0), Fraction(-1))))


# -- rules at a point ------------------------------------------------------------------------------


def fails(goal, x, y):
    """Whether the goal is defined and false at the point; None where floats do not tell."""
    try:
        with mpmath.workdps(60):
            point = {n: mpmath.mpf(q.numerator) / q.denominator for n, q in (("x", x), ("y", y))}
            number = independent(goal.expression, point)
    except (ArithmeticError, ValueError):
        return False
    if abs(number) < mpmath.mpf("1e-20"):
        number = mpmath.mpf(0)
    return not {">": number > 0, ">=": number >= 0, "!=": number != 0}[goal.relation]


def one_of_the_rest_fails(e, relation, rule, index, x, y):
    """Where the goal fails at the point, so does one that is left there."""
    goal = Goal(e, relation, BOX)
    if fails(goal, x, y):
        with ball_precision():
            left = rules.left(goal, Node(rule, index=index))
        assert left is None or any(fails(g, x, y) for g in left), left


pointwise = st.sampled_from(["normal", "signs", "logarithm", "unroot"])
relations = st.sampled_from([">", ">=", "!="])


@examples(400)
@given(expressions, relations, pointwise, st.integers(0, 3), inside, anywhere)
def test_where_a_goal_fails_one_that_is_left_fails(e, relation, rule, index, x, y):
    one_of_the_rest_fails(e, relation, rule, index, x, y)


FAILING = [
    ("(x - 2)*(y - 1)^2", ">=", "signs", 0),
    ("(y - 1)^2", ">", "signs", 0),
    ("1 - exp(y)", ">=", "logarithm", 0),
    ("sqrt(x) - y", ">=", "unroot", 0),
    ("y - sqrt(x)", ">=", "unroot", 0),
    ("y - sqrt(x)", ">=", "unroot", 1),
    ("x - 2", ">=", "normal", 0),
]
POINTS = [(Fraction(a), Fraction(b)) for a in (1, 2) for b in (-3, 0, 1, 2)]


def test_a_rule_that_forgets_a_part_is_caught_at_a_point(monkeypatch):
    """Each of these rules without its first, or its last part lets a false goal pass somewhere."""
    caught = set()
    for text, relation, rule, index in FAILING:
        goal = Goal(parse(f"{text} == 0")[0].left, relation, BOX)
        with ball_precision():
            left = rules.left(goal, Node(rule, index=index)) or ()
        for x, y in (p for p in POINTS if left and fails(goal, *p)):
            assert any(fails(g, x, y) for g in left)
            if not any(fails(g, x, y) for g in left[1:]) or not any(
                fails(g, x, y) for g in left[:-1]
            ):
                caught.add(rule)
    assert caught == {"signs", "logarithm", "unroot"}


# -- Taylor models ---------------------------------------------------------------------------------


@examples(200)
@given(expressions, anywhere, anywhere, anywhere, st.sampled_from(list(ORDERS)))
def test_a_taylor_model_contains_every_value(e, x, y, other, order):
    assume(differentiable(e))
    number = value_at(e, x, y)
    with ball_precision(), mpmath.workdps(60):
        middle = (x + other) / 2
        for box in (at(x, y), {**at(x, y), "x": interval(min(x, middle), max(x, middle))}):
            found = taylor_model(e, box, order)
            assert found is None or contained(number, found)


@pytest.mark.parametrize("order", [2, 3, 6, 10])
def test_a_taylor_model_of_one_variable_is_tight(order):
    e = parse("exp(x) - 1 - x == 0")[0].left
    with ball_precision():
        low, high = taylor_model(e, {"x": interval(Fraction(-1, 10), Fraction(1, 10))}, order)
        assert -0.0006 < low <= 0 < 0.005 < high < 0.0056
        assert taylor_model(e, {"x": interval(None, Fraction(1))}, order) is None
        for text in ("log(x) == 0", "sqrt(x) == 0", "1/x == 0"):
            kink = parse(text)[0].left
            assert taylor_model(kink, {"x": interval(Fraction(0), Fraction(1))}, order) is None


# -- changes of variables --------------------------------------------------------------------------


def left_of(claim, assumptions, step):
    asked = Question(tuple(c for a in assumptions for c in parse(a)), parse(claim))
    with ball_precision():
        return rules.left(goals(asked)[-1], step)


CHANGES = [
    ("x >= 2*y", ("x >= y + 1",), Node("shift", "x"), "x - y + 1"),
    ("sqrt(x + 1) <= 1 + x", ("x >= 0",), Node("root", "x"), "x^2 - x"),
    ("exp(2*x) >= exp(x)", (), Node("exponential", at=(("x", Fraction(1)),)), "x^2 - x"),
    ("sin(x) >= 0", ("0 <= x <= pi",), Node("turn", "x"), "sin(pi*x)"),
    ("sin(3*x) <= 1", (), Node("period", at=(("x", Fraction(3)),)), "1 - sin(3*pi*x)"),
]


@pytest.mark.parametrize(("claim", "given_that", "step", "form"), CHANGES)
def test_the_claim_in_the_new_variable(claim, given_that, step, form):
    left = left_of(claim, given_that, step)
    assert left is not None and len(left) == 1
    wanted = parse(f"{form} == 0")[0].left
    assert normal.vanishes(moves.sub(left[0].expression, wanted)), left[0]


def test_the_new_range_is_that_of_the_old_one():
    (shifted,) = left_of("x >= 2*y", ("x > y + 1",), Node("shift", "x"))
    assert shifted.side("x") == Side("x", Fraction(0), None, True, True)
    (rooted,) = left_of("sqrt(x) <= 1 + x", ("1 <= x <= 4",), Node("root", "x"))
    assert (rooted.side("x").low, rooted.side("x").high) == (1, 2)
    (turned,) = left_of("sin(x) >= 0", ("0 <= x <= pi",), Node("turn", "x"))
    assert (turned.side("x").low, turned.side("x").high, turned.assume) == (0, 1, ())
    (one,) = left_of("sin(3*x) <= 1", (), Node("period", at=(("x", Fraction(3)),)))
    assert (one.side("x").low, one.side("x").high) == (-Fraction(1, 3), Fraction(1, 3))


REFUSED = [
    ("x + sin(x) <= 1", (), Node("period", at=(("x", Fraction(1)),))),
    ("sin(x) + cos(3*x/2) <= 1", (), Node("period", at=(("x", Fraction(1)),))),
    ("sin(x) <= 1", (), Node("period", at=(("x", Fraction(-1)),))),
    ("exp(x) <= 1", (), Node("exponential", at=(("x", Fraction(0)),))),
    ("x <= 1", ("x^2 <= y",), Node("shift", "x")),
    ("x <= 1", ("x <= y",), Node("shift", "z")),
    ("x <= 1", ("x <= y",), Node("shift", "x", index=1)),
    ("sqrt(x*y) <= 1", (), Node("root", "x")),
    ("abs(x) + y >= 0", (), Node("toward", "x", (("y", Fraction(1)),))),
    ("x + y >= 0", (), Node("toward", "x", (("x", Fraction(1)),))),
    ("x^2 <= y", (), Node("chord", "x")),
    ("(x - 1)*(y - 1) >= 0", (), Node("signs", index=1)),
]


@pytest.mark.parametrize(("claim", "given_that", "step"), REFUSED)
def test_a_step_that_does_not_apply_is_refused(claim, given_that, step):
    assert left_of(claim, given_that, step) is None


def test_a_way_that_leaves_the_assumptions_is_not_taken():
    """From (1, 0) to the line y = -1 the way leaves y >= x - 1, and the line is not inside."""
    left = left_of(
        "y^2 + 2*y + 1 >= x - 1",
        ("x >= 0", "y >= x - 1"),
        Node("toward", "y", (("", -Fraction(1)),)),
    )
    assert any(fails(g, Fraction(1), Fraction(0)) for g in left)


def test_constants_are_compared_exactly():
    assert normal.number(const(Fraction(1, 3))) == Fraction(1, 3)
    assert normal.number(parse("log(8)/log(2) == 0")[0].left) == 3
