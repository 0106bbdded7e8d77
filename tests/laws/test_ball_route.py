"""Laws of the ball route: true inequalities are proved, false ones never, and only by the rules."""

import random
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

from theory.inequality import rules
from theory.inequality.balls import ball_precision, enclose, interval
from theory.inequality.branch import prove, prove_on_boxes
from theory.inequality.certificate import SAYS, Budget, Certificate, Exhausted, Node, nodes
from theory.inequality.checker import check, proves
from theory.inequality.expression import Question
from theory.inequality.goals import goals
from theory.inequality.parser import parse

STRICT = [
    ("x^2 - x + 1 > 0",),
    ("exp(x) > 1 + x", "1/10 <= x"),
    ("exp(-x) > 0",),
    ("-log(1 - J) > J", "0 < J < 1"),
    ("-J*log(J) < 1/2", "0 < J < 1"),
    ("1/(1 + exp(-x)) < 1",),
    ("log(1 + exp(x)) > x",),
    ("log(1 + 1/x) < 1/x", "0 < x"),
    ("x*exp(-x) < 1/2", "0 <= x"),
    ("sin(x) > x - x^3/6", "0 < x <= 2"),
    ("x*y < 1", "0 < x < 1", "0 < y < 1"),
    ("sin(x)*cos(y) < 2",),
    ("2 + min(x, y) > max(x, y)", "0 <= x <= 1", "0 <= y <= 1"),
    ("sqrt(2) + sqrt(3) > pi",),
]
TIGHT_INSIDE = [
    ("exp(x) >= 1 + x", "-3 <= x <= 3"),
    ("exp(x) >= 1 + x",),
    ("log(x) <= x - 1", "0 < x <= 10"),
    ("cos(x) >= 1 - x^2/2", "-2 <= x <= 2"),
    ("x^4 - 2*x^2 + 1 >= 0",),
    ("(x - y)^2 >= 0",),
    ("x^2 - 2*x*y + y^2 >= 0", "0 <= x <= 1", "0 <= y <= 1"),
    ("1 - q*(1 - q)*4 >= 0", "0 <= q <= 1"),
    ("9*x^2 - 6*x + 1 >= 0", "0 <= x <= 1"),
    ("x/(1 + x^2) <= 1/2",),
    ("x*log(x) >= x - 1", "0 < x"),
    ("x*exp(1 - x) <= 1",),
    ("x*y <= 1/4", "x + y == 1"),
    ("(x + y)/2 >= sqrt(x*y)", "0 < x <= 10", "0 < y <= 10"),
    ("log(x/y) <= x/y - 1", "0 < x", "0 < y"),
    ("p*log(p/q) + (1 - p)*log((1 - p)/(1 - q)) >= 0", "0 < p < 1", "0 < q < 1"),
    ("x^2 + y^2 + z^2 >= x*y + y*z + z*x", "-1 <= x <= 1", "-1 <= y <= 1", "-1 <= z <= 1"),
    ("exp(x)*exp(-x) == 1",),
    ("(exp(x) - 1 - x)*(2 + sin(x)) >= 0", "-3 <= x <= 3"),
]
TIGHT_AT_AN_END = [
    ("sin(x) <= x", "0 <= x <= 2"),
    ("sin(x) <= x", "0 <= x"),
    ("sqrt(x) >= x", "0 <= x <= 1"),
    ("sqrt(1 + x) <= 1 + x/2", "-1 <= x"),
    ("exp(x) >= 1 + x + x^2/2", "0 <= x"),
    ("exp(x) >= 1 + x + x^2/2 + x^3/6", "0 <= x <= 4"),
    ("x^2*(1 - x) >= 0", "0 <= x <= 1"),
    ("x^2 - x^3 >= 0", "0 <= x <= 1"),
    ("log(1 + 1/x) <= 1/x", "0 < x"),
    ("2*x/pi <= sin(x)", "0 <= x <= 3/2"),
    ("(a + b + c)/3 >= a*b*c", "0 <= a <= 1", "0 <= b <= 1", "0 <= c <= 1"),
    ("exp(x*y) >= 1 + x*y", "0 <= x <= 1", "0 <= y <= 1"),
]
UNDER_ASSUMPTIONS = [
    ("y - x >= 0", "x <= y"),
    ("1 - x^2 - y^2 >= 0", "x^2 + y^2 <= 1"),
    ("x^2 + y^2 >= 2*x*y", "x >= 0", "y >= 0"),
    ("x*y < 1", "0 < x < 3", "0 < y < 3", "x^2 + y^2 <= 3/2"),
    ("log(x) < 1/2", "0 < x", "x + y <= 1", "0 <= y"),
    ("abs(x) >= x",),
    ("max(x, y) >= x",),
]
IN_ANOTHER_FORM = [
    ("sin(x) >= 0", "0 <= x <= pi"),
    ("sin(x) + cos(x) <= 3/2",),
    ("exp(2*x) - 2*exp(x) + 1 >= 0",),
    ("exp(x) - exp(y) >= 0", "x >= y"),
    ("sqrt(x*y) <= (x + y)/2", "0 <= x", "0 <= y"),
    ("2*sqrt(x) <= 1 + x", "0 <= x"),
    ("exp(p*x) <= 1 - p + p*exp(x)", "0 <= p <= 1"),
    ("exp(x^2) >= exp(2*x - 1)",),
    ("x^2*exp(-x) <= 4*exp(-2)", "x >= 0"),
    ("log(1 + exp(x)) >= x/2 + log(2)",),
    ("-p*log(p) - (1 - p)*log(1 - p) <= log(2)", "0 < p < 1"),
    ("log(6) == log(2) + log(3)",),
]
TRUE = IN_ANOTHER_FORM + STRICT + TIGHT_INSIDE + TIGHT_AT_AN_END + UNDER_ASSUMPTIONS
FALSE = [
    ("exp(x) > 1 + x", "-3 <= x <= 3"),
    ("x^2 > x", "0 <= x <= 2"),
    ("sin(x) < x", "0 <= x <= 1"),
    ("log(x) <= x - 1",),
    ("1/x > 0", "x >= 0"),
    ("sqrt(x) <= x", "0 <= x <= 1"),
    ("sqrt(x) >= 0",),
    ("x^2 - 2*x + 999/1000 >= 0", "0 <= x <= 2"),
    ("x^2 - 2*x + 1 > 0",),
    ("x/x == 1",),
    ("x*(1/x) <= 1", "-1 <= x <= 1"),
    ("x*y >= 0", "x + y >= 0"),
    ("cos(x) >= 1 - 49*x^2/100", "-1 <= x <= 1"),
    ("y >= x", "x < y + 1"),
    ("abs(x) > 0", "-1 <= x <= 1"),
    ("log(x^2) <= x^2 - 1", "-1 <= x <= 1"),
    ("x^2 >= 1/2", "-1 <= x <= 1", "x^3 >= 0"),
    ("x^2 <= 1/2", "-1 <= x <= 1", "x^3 <= 0"),
    ("1/x <= 1/2", "x <= 1"),
    ("x*y <= 1/4", "-1 <= x <= 1", "-1 <= y <= 1"),
    ("x*exp(x) >= -1/3",),
    ("x >= y", "0 <= x", "-1 <= y <= 2", "y^3 <= x"),
    ("sin(x) >= 0", "0 <= x <= pi + 1/100"),
    ("sin(x) + cos(x) <= 7/5",),
    ("sqrt(x) >= x", "0 <= x <= 2"),
    ("(x - 1)^2*(x - 2) >= 0", "0 <= x <= 3"),
    ("(x - 1)^2 > 0",),
    ("x*y*(x - y) >= 0", "x >= y", "-1 <= x <= 1", "-1 <= y <= 1"),
    ("sqrt(x^2*y) <= abs(x)", "-1 <= x <= 1", "-1 <= y <= 1"),
    ("log(exp(x) + exp(y)) <= max(x, y) + 3/5",),
    ("exp(x) + exp(-x) <= 2*exp(9*x^2/20)",),
    ("cos(x) + cos(y) >= 2*cos((x + y)/2)", "-4 <= x <= 4", "-4 <= y <= 4"),
    ("p*log(p/q) + (1 - p)*log((1 - p)/(1 - q)) >= 3*(p - q)^2", "0 < p < 1", "0 < q < 1"),
]


def question(claim, *assumptions):
    return Question(tuple(c for text in assumptions for c in parse(text)), parse(claim))


@cache
def certificate(*texts):
    found = prove_on_boxes(question(*texts), Budget(20_000))
    assert found is not None
    return found


# -- verdicts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("texts", TRUE, ids=lambda texts: texts[0])
def test_a_true_inequality_is_proved_and_the_certificate_checks(texts):
    found = certificate(*texts)
    assert check(question(*texts), found)
    assert all(isinstance(line, str) for line in found.lines())


@pytest.mark.parametrize("texts", FALSE, ids=lambda texts: texts[0])
def test_a_false_inequality_is_never_proved(texts):
    assert prove_on_boxes(question(*texts), Budget(100)) is None


def test_an_empty_domain_leaves_nothing_to_prove():
    texts = ("x > 7", "1 < x", "x < 1")
    assert check(question(*texts), certificate(*texts))


@pytest.mark.slow
@pytest.mark.parametrize("text", ["-1/x >= 0", "log(x^2) <= -1", "-1/x^3 > -8", "1/x - x >= -2"])
def test_a_pole_in_the_box_is_not_passed_over(text):
    """Such a goal speaks of the points where it is defined; it is false at some of them."""
    asked = question(text, "-1 <= x <= 1")
    goal = goals(asked)[-1]
    rng = random.Random(7)
    with ball_precision():
        with suppress(Exhausted):
            assert prove(goal, Budget(100)) is None
        assert not any(grown(goal, rng, 2) for _ in range(20))


def test_the_limit_of_boxes_is_kept():
    asked = question("x*cos(x) < 1", "0 <= x <= 3")
    budget = Budget(20_000)
    assert prove_on_boxes(asked, budget) is not None
    used = 20_000 - budget.left
    assert prove_on_boxes(asked, Budget(used - 1)) is None
    assert prove_on_boxes(question("exp(x) > x"), Budget(0)) is None


# -- certificates ----------------------------------------------------------------------------------

SPLIT = ("x*cos(x) < 1", "0 <= x <= 3")


def test_a_leaf_or_a_goal_that_is_missing_is_noticed():
    for texts in (SPLIT, *TIGHT_INSIDE[:6], *TIGHT_AT_AN_END[:6]):
        asked, found = question(*texts), certificate(*texts)
        for i, p in enumerate(found.proofs):
            assert not check(asked, Certificate(found.proofs[:i] + found.proofs[i + 1 :]))
            assert not check(asked, Certificate((*found.proofs, p)))
            for changed in pruned(p.tree):
                assert not check(asked, with_tree(found, i, changed))


def with_tree(found, i, tree):
    proofs = (*found.proofs[:i], replace(found.proofs[i], tree=tree), *found.proofs[i + 1 :])
    return Certificate(proofs)


def pruned(tree):
    """The tree without one of its parts, for each of them."""
    for i, part in enumerate(tree.parts):
        before, after = tree.parts[:i], tree.parts[i + 1 :]
        yield replace(tree, parts=before + after)
        yield from (replace(tree, parts=(*before, p, *after)) for p in pruned(part))


def test_a_widened_box_and_another_formula_are_noticed():
    asked, found = question(*SPLIT), certificate(*SPLIT)
    p = found.proofs[0]
    for other in (replace(p, where="0 <= x <= 4"), replace(p, shows="x > 0")):
        assert not check(asked, Certificate((other,)))


def test_another_question_is_noticed():
    found = certificate(*SPLIT)
    for other in (
        ("x*cos(x) < 1", "0 <= x <= 4"),
        ("x*cos(x) < 1", "0 < x <= 3"),
        ("x*cos(x) <= 1", "0 <= x <= 3"),
        ("y*cos(y) < 1", "0 <= y <= 3"),
        ("x*cos(x) < 99/100", "0 <= x <= 3"),
        ("x*cos(x) < 1/3", "0 <= x <= 3"),
    ):
        assert not check(question(*other), found)


LEAVES = [name for name in SAYS if name != "bottom"]


@pytest.mark.parametrize("rule", [*LEAVES, "trust me", ""])
def test_another_reason_is_noticed(rule):
    asked, found = question(*TIGHT_INSIDE[0]), certificate(*TIGHT_INSIDE[0])
    assert found.proofs[0].tree.rule == "bottom"
    assert not check(asked, with_tree(found, 0, replace(found.proofs[0].tree, rule=rule)))


@pytest.mark.parametrize(
    "at", [(), (("x", Fraction(1, 10**9)),), (("y", Fraction(0)),), (("x", Fraction(4)),)]
)
def test_another_point_is_noticed(at):
    asked, found = question(*TIGHT_INSIDE[0]), certificate(*TIGHT_INSIDE[0])
    assert not check(asked, with_tree(found, 0, replace(found.proofs[0].tree, at=at)))


def test_a_renamed_variable_is_noticed():
    texts = ("x - x^3/6 <= sin(x)", "0 <= x <= 1")
    asked, found = question(*texts), certificate(*texts)
    tree = found.proofs[0].tree
    assert tree.rule == "rise"
    for name in ("z", "", "x "):
        assert not check(asked, with_tree(found, 0, replace(tree, name=name)))


@pytest.mark.parametrize("texts", FALSE, ids=lambda texts: texts[0])
def test_no_certificate_of_a_true_inequality_proves_a_false_one(texts):
    asked = question(*texts)
    for other in (SPLIT, TIGHT_INSIDE[0], TIGHT_AT_AN_END[0], ("log(x) <= x - 1", "0 < x")):
        trees = [p.tree for p in certificate(*other).proofs]
        with ball_precision():
            assert not all(any(proves(tree, goal) for tree in trees) for goal in goals(asked))


@pytest.mark.parametrize("broken", [None, 3, (), Certificate(()), Certificate((None,))])
def test_what_is_no_certificate_proves_nothing(broken):
    assert check(question(*SPLIT), broken) is False


# -- the rules under attack ------------------------------------------------------------------------


NAMED = ("split", "rise", "fall", "invert", "valley", "toward", "exponential", "period", "turn")


def grown(goal, rng, depth):
    """A tree of rules chosen at random, kept where the rules accept it."""
    names = [side.name for side in goal.box]
    for rule in rng.sample(sorted(SAYS), len(SAYS)):
        numbers = [Fraction(rng.randint(-6, 6), rng.choice([1, 1, 2, 3])) for _ in names]
        name = rng.choice(names) if names else ""
        node = Node(rule, name, tuple(zip(names, numbers, strict=True)), rng.randint(0, 3))
        if rule == "split":
            node = replace(node, at=((name, rng.choice(numbers or [Fraction(0)])),))
        if rule == "use":
            node = replace(node, at=(("", Fraction(rng.randint(-3, 3), 2)),))
        if rule in ("valley", "toward"):
            node = replace(node, at=((rng.choice(["", *names]), Fraction(1)),))
        if rule in ("exponential", "period"):
            node = replace(node, at=((name, Fraction(rng.choice([1, 2, -1]))),))
        if rule == "taylor":
            node = replace(node, index=rng.randint(2, 10))
        if not names and rule in NAMED:
            continue
        remaining = rules.left(goal, node)
        if remaining is None or (remaining and depth == 0):
            continue
        parts = [grown(inner, rng, depth - 1) for inner in remaining]
        if all(parts):
            return replace(node, parts=tuple(parts))
    return None


def proved_at_random(texts, rng):
    with ball_precision():
        return all(grown(goal, rng, 2) is not None for goal in goals(question(*texts)))


@pytest.mark.parametrize("texts", FALSE[:3], ids=lambda texts: texts[0])
def test_no_rules_applied_at_random_prove_a_false_inequality(texts, runs=1):
    rng = random.Random(7)
    assert not any(proved_at_random(texts, rng) for _ in range(runs))


@pytest.mark.slow
@pytest.mark.parametrize("texts", FALSE, ids=lambda texts: texts[0])
def test_nor_do_they_in_longer_runs(texts):
    test_no_rules_applied_at_random_prove_a_false_inequality(texts, runs=3)


@pytest.mark.slow
def test_rules_applied_at_random_prove_some_true_inequalities():
    rng = random.Random(7)
    assert sum(proved_at_random(texts, rng) for texts in TRUE) > len(TRUE) // 4


HALF = Fraction(1, 2)
REFUSED = [
    ("x*y >= 0", Node("factors", index=1)),
    ("x*y >= 0", Node("factors", index=2)),
    ("x*y >= 0", Node("factors", index=4)),
    ("x >= 0", Node("use", at=(("", -HALF),))),
    ("x >= 0", Node("use", at=(("", Fraction(0)),))),
    ("x >= 0", Node("use", at=(("x", HALF),))),
    ("x >= 0", Node("use", at=(("", HALF),), index=1)),
    ("x >= 0", Node("invert", "x")),
    ("x >= 0", Node("split", at=(("x", Fraction(2)),))),
    ("x >= 0", Node("split", at=(("x", Fraction(1)),))),
    ("x >= 0", Node("outside")),
    ("x + 2 > 0", Node("outside", index=-1)),
    ("abs(x) + y >= 0", Node("rise", "x")),
    ("x^2 + y^2 >= 0", Node("bottom", at=(("x", Fraction(0)),))),
    ("x^2 + y^2 >= 0", Node("bottom", at=(("x", HALF), ("y", Fraction(0))))),
    ("x^2 - y^2 >= 0", Node("bottom", at=(("x", Fraction(0)), ("y", Fraction(0))))),
    ("exp(x) - 2 >= 0", Node("clear")),
    ("exp(x) - 2 >= 0", Node("value")),
    ("exp(x) - 2 >= 0", Node("slope")),
    ("exp(x) - 2 >= 0", Node("above")),
]


@pytest.mark.parametrize(("claim", "step"), REFUSED)
def test_a_step_that_does_not_apply_is_refused(claim, step):
    goal = goals(question(claim, "-1 <= x <= 1", "-1 <= y <= 1", "x^2 + y^2 <= 1"))[-1]
    with ball_precision():
        assert rules.left(goal, step) is None


def remaining(texts, step):
    with ball_precision():
        return rules.left(goals(question(*texts))[-1], step)


def test_a_strict_claim_at_an_open_end_needs_a_strict_slope():
    slope, face = remaining(("sin(x) > 0", "0 < x <= 1"), Node("rise", "x"))
    assert (slope.relation, face.relation) == (">", ">=")


@pytest.mark.parametrize("claim", ["log(x) + 1 >= 0", "1 - log(x) >= 0"])
def test_without_the_logarithm_the_sign_is_the_same(claim):
    steps = [remaining((claim, "1 <= x <= 2"), Node("lift", index=i)) for i in (0, 1)]
    (other,) = next(left for left in steps if left)
    with ball_precision():
        assert enclose(other.expression, {"x": interval(Fraction(1), Fraction(1))})[0] > 0


def test_a_valley_outside_the_box_is_noticed():
    ranges = ("0 <= x <= 1", "2 <= y <= 3")
    left = remaining(
        ("x^2 - 2*x*y + y^2 >= 0", *ranges), Node("valley", "x", (("y", Fraction(1)),))
    )
    with ball_precision():
        assert any(enclose(goal.expression, goal.intervals())[1] < 0 for goal in left)


OLD = ("split", "rise", "fall", "clear", "cases", "valley", "factors")
NEW = ("toward", "shift", "root", "turn", "period", "logarithm", "unroot", "chord", "normal")


@pytest.mark.parametrize("rule", [*OLD, *NEW])
@pytest.mark.parametrize("forgotten", [0, -1, -2])
def test_a_rule_that_forgets_a_part_changes_what_is_left(rule, forgotten, monkeypatch):
    """Each part that a rule leaves is needed: certificates with that part missing are refused."""
    right = rules.RULES[rule]
    used = [
        t
        for t in TRUE
        if any(n.rule == rule for p in certificate(*t).proofs for n in nodes(p.tree))
    ]
    assert used or rule in ("cases", "clear", "exponential"), rule

    def careless(goal, node):
        remaining = right(goal, node)
        return None if remaining is None else tuple(drop(remaining, forgotten))

    monkeypatch.setitem(rules.RULES, rule, careless)
    assert not any(check(question(*t), certificate(*t)) for t in used)


def drop(parts, i):
    return [p for k, p in enumerate(parts) if k != i % max(len(parts), 1)]
