"""Logarithms below weighted tangents: what they prove, what they must not, and each condition."""

from fractions import Fraction

import pytest

from tests.laws.test_moves import fails
from theory.inequality import decide_here, rules, tangents
from theory.inequality.balls import ball_precision
from theory.inequality.branch import prove_on_boxes
from theory.inequality.certificate import Budget, Node, nodes
from theory.inequality.checker import check
from theory.inequality.contract import Side
from theory.inequality.goals import Goal, goals
from theory.inequality.parser import as_question, parse_expression

ENTROPY = "-p*log(p) - q*log(q) - (1-p-q)*log(1-p-q)"
SUM = "a*log(a/b) + c*log(c/d)"
KL = "p*log(p/q) + (1-p)*log((1-p)/(1-q))"
HELLINGER = "(sqrt(p)-sqrt(q))^2 + (sqrt(1-p)-sqrt(1-q))^2"
SIMPLEX, POSITIVE = "0 < p, 0 < q, p + q < 1", "0 < a, 0 < b, 0 < c, 0 < d"
SQUARE = "0 < p < 1, 0 < q < 1"
TRUE = [
    (f"{ENTROPY} <= log(3)", SIMPLEX),
    (f"{SUM} >= (a+c)*log((a+c)/(b+d))", POSITIVE),
    (f"{KL} >= {HELLINGER}", SQUARE),
    ("y*log(x) <= log(1 + y*(x-1))", "0 <= y <= 1, 0 < x"),
]
FALSE = [
    (f"{ENTROPY} <= log(29/10)", SIMPLEX),
    (f"{SUM} >= (a+c)*log((a+c)/(b+d)) + a*c/1000", POSITIVE),
    (f"{KL} >= 2.1*({HELLINGER})", SQUARE),
    ("y*log(x) <= log(1 + y*(x-1))", "0 <= y <= 2, 1/2 < x"),
    ("abs(log(1+exp(x)) - log(1+exp(y))) <= 0.9*abs(x-y)", ""),
    (f"1 - 2*(p-q)^2 >= exp(-({KL}))", SQUARE),
    ("x^y <= 1 + y*(x-1)", "0 <= y <= 2, 0 < x"),
]
SLOW = [
    ("abs(log(1+exp(x)) - log(1+exp(y))) <= abs(x-y)", ""),
    (f"abs(p-q) <= sqrt(1 - exp(-({KL})))", SQUARE),
    ("x^y <= 1 + y*(x-1)", "0 <= y <= 1, 0 < x"),
]


@pytest.mark.parametrize(("claim", "given"), TRUE)
def test_weighted_tangents_prove_it(claim, given):
    question = as_question(claim, given)
    found = prove_on_boxes(question, Budget(200))
    assert found is not None and check(question, found)
    assert any(step.rule == "tangents" for p in found.proofs for step in nodes(p.tree))


@pytest.mark.slow
@pytest.mark.parametrize(("claim", "given"), SLOW)
def test_they_are_found_behind_roots_cases_and_powers(claim, given):
    assert decide_here(claim, [given] if given else []).verdict == "proved"


@pytest.mark.parametrize(("claim", "given"), FALSE)
def test_a_false_twin_is_refuted(claim, given):
    assert decide_here(claim, [given] if given else [], 0.5).verdict == "refuted"


@pytest.mark.parametrize(("claim", "given"), FALSE[:4])
def test_no_step_of_a_false_twin_is_accepted_by_the_checker(claim, given):
    assert prove_on_boxes(as_question(claim, given), Budget(60)) is None


# -- the conditions --------------------------------------------------------------------------------

BOX = (Side("x", Fraction(1, 16), Fraction(3)), Side("y", Fraction(-3), Fraction(3)))
POINTS = [(Fraction(a, 4), Fraction(b)) for a in (1, 2, 4, 8, 12) for b in (-3, -1, 0, 1, 2)]
GOALS = ["y*log(x) + 1", "y*log(x) - y*log(2) + x - 1", "log(x)/2 - 1/4", "(1-y)*log(x) + y^2"]
STEPS = [(i, j, a, k) for i in (0, 1) for j in (0, 1, 2) for a in (1, -1, 2) for k in (1, 2)]


def unsound(rule):
    """Goals and steps where the goal fails at a point, and nothing that is left does."""
    for text in GOALS:
        goal = Goal(parse_expression(text), ">=", BOX)
        bad = [point for point in POINTS if fails(goal, *point)]
        assert bad
        for i, j, a, k in STEPS:
            at = ((f"{i} {j}", Fraction(a)), *([(f"{1 - i} {j}", Fraction(-a))] * ("2" in text)))
            left = rule(goal, Node("tangents", at=at, index=k))
            if left is not None and not all(any(fails(g, *p) for g in left) for p in bad):
                yield text, at, k


def test_where_the_goal_fails_something_that_is_left_fails():
    with ball_precision():
        assert not list(unsound(rules.left))


def test_a_rule_without_the_signs_of_its_weights_is_caught():
    def careless(goal, node):
        left = rules.left(goal, node)
        return None if left is None else left[-1:]

    with ball_precision():
        assert list(unsound(careless))


@pytest.mark.parametrize(
    ("at", "index"),
    [
        ((("0 0", Fraction(2)),), 1),  # c is not twice itself
        ((("0 0", Fraction(1)),), 3),  # no such root
        ((("0 0", Fraction(1)),), -1),  # the tangent from above
        ((("0 -3", Fraction(1)),), 1),  # counted from behind
        ((("1 0", Fraction(1)),), 1),  # no such logarithm
        ((("0", Fraction(1)),), 1),
        ((), 1),
    ],
)
def test_wrong_shares_are_refused(at, index):
    goal = Goal(parse_expression("x*log(x) - x + 1"), ">=", BOX)
    with ball_precision():
        assert rules.left(goal, Node("tangents", at=(("0 0", Fraction(1)),), index=1)) is not None
        assert rules.left(goal, Node("tangents", at=at, index=index)) is None


def test_an_expression_that_is_not_linear_in_its_logarithms_is_refused():
    for text in ("log(x)^2", "exp(y*log(x))", "log(x)*log(y)", "x + y"):
        assert tangents.apart(parse_expression(text)) is None


def test_the_sets_of_weights_begin_with_those_that_span_the_cone_of_the_coefficients():
    goal = goals(as_question(*TRUE[0]))[-1]
    first = next(tangents.steps(goal))
    assert len({name.split()[1] for name, _ in first.at}) == 3
    assert all(a > 0 for _, a in first.at)
