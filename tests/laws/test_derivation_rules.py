"""Laws of the rules of derivation, of the ball check and of the chain, and of what they stand on:
signs, balls, random points, terms and textbook facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp
from flint import arb

from tests.laws.derived import ONE, PLANE, ZERO, Anything, a, b, derivation, line, rng, x, y, z
from theory.derivations._balls import NotInBalls, evaluate, precision
from theory.derivations._derivation import Derivation, Rejected, Step
from theory.derivations._from_term import formula
from theory.derivations._relation import Domain, Equivalence, Let, Range, Relation, Whole
from theory.derivations._rule import Fact, chord, larger, tangent, tangent_log
from theory.derivations._rules import (
    Algebra,
    Both,
    Chain,
    Convex,
    Increasing,
    Instance,
    Limits,
    Mean,
    Solve,
    Substitute,
    Unknown,
    signs,
)
from theory.derivations._series import Coefficient
from theory.derivations._signs import UP, Orientation, is_zero, orientation, split_logs
from theory.evaluate import evaluate as evaluate_term
from theory.statements import eta_safe, token_eta_safe

# -- the two checks, each on its own ---------------------------------------------------------------

SQUARE = x**2 + 2 * x * y + y**2


@pytest.mark.parametrize(
    "claim",
    [
        Relation((x + y) ** 2, "=", x**2 + 3 * x * y + y**2),
        Relation((x + y) ** 2, "=", x**2 - 2 * x * y + y**2),
        Relation((x + y) ** 2, "=", x**2 + x * y + y**2),
        Relation(sp.Derivative(sp.exp(2 * x), x), "=", sp.exp(2 * x)),
        Relation(Coefficient(sp.exp(x), x, 2), "=", ONE),
        Relation(b, "<", a),
        Relation(z, "=", x - y),
        Equivalence(Relation(ZERO, "<", b - 2 * a), Relation(a, "<", b)),
        Equivalence(Relation(ZERO, "<", b - 2 * a), Relation(a, "<", b / 3)),
    ],
    ids=str,
)
def test_balls_alone_refuse_a_wrong_claim_and_name_the_point(claim: Any) -> None:
    with pytest.raises(Rejected, match="balls do not confirm it") as caught:
        derivation(line(claim, Anything())).check(rng())
    assert caught.value.step == "line"
    assert caught.value.point and caught.value.values


def test_balls_alone_accept_a_right_claim() -> None:
    derivation(
        line(Relation((x + y) ** 2, "=", SQUARE), Anything(), "one"),
        line(Relation(a, "<", b), Anything(), "two"),
        line(
            Equivalence(Relation(ZERO, "<", b - 2 * a), Relation(a, "<", b / 2)),
            Anything(),
            "three",
        ),
    ).check(rng())


@pytest.mark.parametrize(("value", "good"), [(ZERO, True), (sp.Rational(1, 9), False)])
def test_a_limit_is_approached(value: Any, good: bool) -> None:
    shrinks = sp.Limit(sp.exp(-x) / x, x, sp.oo, "-")
    whole = derivation(line(Relation(shrinks, "=", value), Limits()))
    if good:
        whole.check(rng())
    else:
        with pytest.raises(Rejected, match="limit"):
            whole.check(rng())


RIGHT: list[tuple[str, Any, Any]] = [
    ("algebra", Relation((x + y) ** 2, "=", SQUARE), Algebra()),
    ("tangent", Relation(1 + x, "<=", sp.exp(x)), signs((ONE, tangent(x)))),
    ("tangent of log", Relation(sp.log(a), "<=", a - 1), signs((ONE, tangent_log(a)))),
    ("domain", Relation(a, "<", b), signs((ONE, b - a))),
    ("weight", Relation(a**2, "<", a * b), signs((a, b - a))),
    ("square", Relation(ZERO, "<=", (x - 3) ** 2), signs((ONE, (x - 3) ** 2))),
    ("maximum", Relation(a, "<=", sp.Max(a, b)), signs((ONE, larger(a, b)))),
    (
        "chord",
        Relation(sp.exp(a), "<=", ((b - a) + a * sp.exp(b)) / b),
        signs((ONE, chord(a, ZERO, b))),
    ),
    (
        "solve",
        Equivalence(Relation(ZERO, "<", b * a - a**2), Relation(a, "<", b)),
        Solve(a, a),
    ),
    (
        "unknown",
        Relation(sp.Symbol("p"), "=", (a + b) / 2),
        Unknown(
            (
                Relation(sp.Symbol("p") + sp.Symbol("q"), "=", a),
                Relation(sp.Symbol("p") - sp.Symbol("q"), "=", b),
            ),
            (sp.Symbol("p"), sp.Symbol("q")),
        ),
    ),
]
WRONG: list[tuple[str, Any, Any]] = [
    ("difference not 0", Relation((x + y) ** 2, "=", x**2 + y**2), Algebra()),
    ("an inequality", Relation(a, "<", b), Algebra()),
    ("not strict", Relation(1 + x, "<", sp.exp(x)), signs((ONE, tangent(x)))),
    ("negative weight", Relation(sp.exp(x), "<=", 1 + x), signs((-ONE, tangent(x)))),
    ("no sign", Relation(x, "<=", 2 * x), signs((ONE, x))),
    ("does not add up", Relation(a, "<", 2 * b), signs((ONE, b - a))),
    ("log of anything", Relation(sp.log(x), "<=", x - 1), signs((ONE, tangent_log(x)))),
    (
        "outside the chord",
        Relation(sp.exp(b), "<=", 1 + b * (sp.exp(a) - 1) / a),
        signs((ONE, chord(b, ZERO, a))),
    ),
    (
        "another boundary",
        Equivalence(Relation(ZERO, "<", b * a - a**2), Relation(a, "<", 2 * b)),
        Solve(a, a),
    ),
    (
        "factor without sign",
        Equivalence(Relation(ZERO, "<", x * (b - a)), Relation(a, "<", b)),
        Solve(a, x),
    ),
    (
        "wrong way round",
        Equivalence(Relation(ZERO, "<", a**2 - b * a), Relation(a, "<", b)),
        Solve(a, a),
    ),
    (
        "still in it",
        Equivalence(Relation(ZERO, "<", b - a), Relation(a, "<", b + a)),
        Solve(a, ONE),
    ),
]


@pytest.mark.parametrize(("claim", "rule"), [r[1:] for r in RIGHT], ids=[r[0] for r in RIGHT])
def test_a_rule_justifies_what_it_should(claim: Any, rule: Any) -> None:
    derivation(line(claim, rule)).check(rng())


@pytest.mark.parametrize(("claim", "rule"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_rule_refuses_what_it_should(claim: Any, rule: Any) -> None:
    with pytest.raises(Rejected) as caught:
        derivation(line(claim, rule)).check(rng(), points=0)
    assert caught.value.point is None


# -- rules that use earlier steps ------------------------------------------------------------------

FIRST = line(Relation(x, "<", y), signs((ONE, y - x)), "first")
TANGENT = line(Relation(1 + x, "<=", sp.exp(x)), signs((ONE, tangent(x))), "tangent")
phi = sp.exp(x) - 1 - x
CONVEX = (
    line(Relation(Coefficient(phi, x, 0), "=", ZERO), Algebra(), "value"),
    line(Relation(Coefficient(phi, x, 1), "=", ZERO), Algebra(), "slope"),
    line(Relation(sp.Derivative(phi, (x, 2)), "=", sp.exp(x)), Algebra(), "bend"),
    line(Relation(ZERO, "<=", sp.exp(x)), signs((ONE, sp.exp(x))), "sign"),
)
BOUND = (
    line(Relation(-b, "<", a - b), signs((ONE, a)), "lower"),
    line(Relation(a - b, "<=", b), signs((ONE, b - a), (ONE, b)), "upper"),
)
MEAN = sp.Symbol("E[e^x]", positive=True)
AVERAGED = Domain((Range(x, -sp.oo, sp.oo), Range(y, -sp.oo, sp.oo), Range(MEAN, sp.exp(y), sp.oo)))
AT_MEAN = line(
    Relation(sp.exp(y) * (1 + x - y), "<=", sp.exp(x)), signs((sp.exp(y), tangent(x - y))), "point"
)
JENSEN = Mean("point", ((sp.exp(x), MEAN), (x, y)), (x,))
Case = tuple[str, tuple[Step, ...], Any, Any, Domain]
LATER_RIGHT: list[Case] = [
    ("exp", (FIRST,), Relation(sp.exp(x), "<", sp.exp(y)), Increasing(sp.exp, "first"), PLANE),
    ("sum", (FIRST,), Relation(2 * x, "<", 2 * y), signs((2 * ONE, "first")), PLANE),
    (
        "instance",
        (TANGENT,),
        Relation(1 + 2 * y, "<=", sp.exp(2 * y)),
        Instance("tangent", ((x, 2 * y),)),
        AVERAGED,
    ),
    (
        "convex",
        CONVEX,
        Relation(ZERO, "<=", phi),
        Convex(x, "value", "slope", "bend", "sign"),
        PLANE,
    ),
    ("both", BOUND, Relation(sp.Abs(a - b), "<=", b), Both("lower", "upper"), PLANE),
    ("mean", (AT_MEAN,), Relation(sp.exp(y), "<=", MEAN), JENSEN, AVERAGED),
]
LATER_WRONG: list[Case] = [
    ("log", (FIRST,), Relation(sp.log(x), "<", sp.log(y)), Increasing(sp.log, "first"), PLANE),
    ("sin", (FIRST,), Relation(sp.sin(x), "<", sp.sin(y)), Increasing(sp.sin, "first"), PLANE),
    ("flipped", (FIRST,), Relation(-2 * y, "<", 2 * x), signs((-2 * ONE, "first")), PLANE),
    ("range", (FIRST,), Relation(y, "<", y), Instance("first", ((x, y),)), PLANE),
    (
        "too small",
        (line(Relation(a, "<", b), signs((ONE, b - a)), "range"),),
        Relation(2 * b, "<", b),
        Instance("range", ((a, 2 * b),)),
        PLANE,
    ),
    (
        "concave",
        CONVEX,
        Relation(ZERO, "<=", -phi),
        Convex(x, "value", "slope", "bend", "sign"),
        PLANE,
    ),
    (
        "roles",
        CONVEX,
        Relation(ZERO, "<=", phi),
        Convex(x, "slope", "value", "bend", "sign"),
        PLANE,
    ),
    (
        "not linear",
        (AT_MEAN, line(Relation(x**2, "<=", x**2 + 1), signs((ONE, ONE)), "squares")),
        Relation(y**2, "<=", y**2 + 1),
        Mean("squares", ((x, y),), (x,)),
        AVERAGED,
    ),
    (
        "still random",
        (AT_MEAN,),
        Relation(sp.exp(y) * (1 + x - y), "<=", MEAN),
        Mean("point", ((sp.exp(x), MEAN),), (x,)),
        AVERAGED,
    ),
    ("half", BOUND, Relation(sp.Abs(a - b), "<=", b / 2), Both("lower", "upper"), PLANE),
]


@pytest.mark.parametrize("case", LATER_RIGHT, ids=[c[0] for c in LATER_RIGHT])
def test_a_rule_uses_earlier_steps(case: Case) -> None:
    _, before, claim, rule, domain = case
    derivation(*before, line(claim, rule, begins=not rule.restarts), domain=domain).check(rng())


@pytest.mark.parametrize("case", LATER_WRONG, ids=[c[0] for c in LATER_WRONG])
def test_a_rule_refuses_to_misuse_earlier_steps(case: Case) -> None:
    _, before, claim, rule, domain = case
    with pytest.raises(Rejected) as caught:
        derivation(*before, line(claim, rule), domain=domain).check(rng(), points=0)
    assert caught.value.step == "line"


# -- the chain -------------------------------------------------------------------------------------

ONE_TWO = line(Relation(x, "<", y), signs((ONE, y - x)), "one")
TWO_THREE = line(Relation(y, "=", z - x), Algebra(), "two", begins=False)
TOGETHER = line(Relation(x, "<", z - x), Chain(("one", "two")), "together", begins=False)


def rejected(steps: tuple[Step, ...], results: tuple[str, ...]) -> str:
    with pytest.raises(Rejected) as caught:
        Derivation("planted", "", PLANE, steps, results=results).check(rng(), points=1)
    return str(caught.value)


def test_a_chain_that_hangs_together_passes() -> None:
    Derivation("p", "", PLANE, (ONE_TWO, TWO_THREE, TOGETHER), results=("together",)).check(rng())


@pytest.mark.parametrize(
    ("steps", "results", "reason"),
    [
        ((TWO_THREE,), ("two",), "does not begin where"),
        (
            (ONE_TWO, line(Relation(x, "=", z - y), Algebra(), "two", False)),
            ("two",),
            "begin where",
        ),
        ((TWO_THREE, ONE_TWO), ("one", "two"), "begin where"),
        ((ONE_TWO, TWO_THREE), ("one",), "nothing uses it"),
        ((ONE_TWO, TOGETHER), ("together",), "did not come before"),
        ((ONE_TWO, ONE_TWO), ("one",), "two steps have this name"),
        ((ONE_TWO,), ("three",), "no step"),
        (
            (ONE_TWO, line(Relation(z, "=", x + y), Algebra(), "two"), TOGETHER),
            ("together",),
            "do not meet",
        ),
    ],
)
def test_a_broken_chain_is_refused(
    steps: tuple[Step, ...], results: tuple[str, ...], reason: str
) -> None:
    assert reason in rejected(steps, results)


def test_equals_are_put_for_equals_and_for_nothing_else() -> None:
    known = line(Relation(z, "=", x + y), Algebra(), "sum")
    good = line(Relation(2 * z, "=", 2 * x + 2 * y), Substitute(("sum",)))
    derivation(known, good).check(rng())
    bad = line(Relation(2 * z, "=", x + 2 * y), Substitute(("sum",)))
    with pytest.raises(Rejected, match="not what the substitution gives"):
        derivation(known, bad).check(rng(), points=0)


# -- signs, balls, terms ---------------------------------------------------------------------------

POSITIVE = (a, b - a, 1 - a)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (a, UP),
        (a - b, Orientation(False, True)),
        (2 - 2 * a, UP),
        (a * (a - 1), Orientation(False, True)),
        (a / (1 - a) ** 3, UP),
        ((x - y) ** 2, Orientation(True, False)),
        ((a - b) ** 3, Orientation(False, True)),
        (sp.exp(x), UP),
        (sp.Integer(2) ** sp.Rational(1, 4) - 1, UP),
        (sp.Max(x, a), UP),
        (a + (x - y) ** 2, UP),
        (-a - (x - y) ** 2, Orientation(False, True)),
        (a * b - a**2, UP),
        (x, None),
        (a - 2 * b + x, None),
        (x**3, None),
        (sp.Min(x, a), None),
    ],
    ids=str,
)
def test_signs_are_read_off(expression: Any, expected: Orientation | None) -> None:
    assert orientation(expression, POSITIVE) == expected


def test_zero_is_shown_and_never_guessed() -> None:
    assert is_zero(sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1)
    assert not is_zero(sp.exp(x) - 1 - x)
    together = sp.log(a * (1 - a) / b) - sp.log(a) - sp.log(1 - a) + sp.log(b)
    assert is_zero(split_logs(together, (*POSITIVE, b)))
    assert not is_zero(split_logs(sp.log(x * y) - sp.log(x) - sp.log(y), POSITIVE))


@pytest.mark.parametrize("order", [0, 1, 2, 3, 4])
def test_derivatives_in_balls_agree_with_sympy(order: int) -> None:
    function = sp.exp(-x) * sp.log(1 + x**2) / (2 + sp.sin(x)) + sp.sqrt(3 + sp.cos(x)) ** 3
    with precision():
        point = {x: arb("0.7")}
        by_series = evaluate(sp.Derivative(function, (x, order)) if order else function, point)
        by_sympy = evaluate(sp.diff(function, x, order), point)
        assert (by_series - by_sympy).contains(0)
        assert not (by_series - by_sympy - arb("1e-40")).contains(0)
        at_0 = evaluate(Coefficient(function, x, order), {})
        exact = evaluate(Coefficient(function, x, order).doit(), {})
        assert (at_0 - exact).contains(0)


@pytest.mark.parametrize("wrong", [sp.gamma(x), sp.Symbol("t"), sp.oo, sp.Limit(x, x, 0)])
def test_what_is_not_on_the_whitelist_has_no_ball(wrong: Any) -> None:
    with pytest.raises(NotInBalls):
        evaluate(wrong, {x: arb(1)})


def test_a_point_lies_inside_its_ranges_and_an_empty_range_is_refused() -> None:
    n = sp.Symbol("n", integer=True)
    inside = Domain((*PLANE.entries, Whole(n)))
    with precision():
        for _ in range(50):
            point = inside.draw(np.random.default_rng(_))
            assert 0 < point[a] < point[b]
            assert point[x] < point[y]
            assert point[n] == point[n].unique_fmpz() >= 0
        with pytest.raises(ValueError, match="range of a is empty"):
            Domain((Range(a, ONE, ZERO),)).draw(rng())
        with pytest.raises(ValueError, match="declared positive"):
            Domain((Range(a, -2 * ONE, -ONE),)).draw(rng())
    with pytest.raises(ValueError, match="two ranges"):
        Domain((Range(a, ZERO, ONE), Let(a, ONE)))


@pytest.mark.parametrize("module", [eta_safe, token_eta_safe], ids=lambda m: m.STATEMENT.slug)
def test_terms_keep_their_value_as_sympy_formulas(module: Any) -> None:
    names = ("J", "F", "gap", "L", "G", "T", "T_psi", "length_plus")
    numbers = dict(zip(names, (0.25, 0.75, 0.5, 2.0, 1.5, 7.0, 4.0, 5.0), strict=True))
    symbols = {name: sp.Symbol(name) for name in names}
    expression = formula(module.SAFE_STEP, symbols)
    value = expression.subs({symbols[name]: number for name, number in numbers.items()})
    assert float(value) == pytest.approx(evaluate_term(module.SAFE_STEP, numbers), rel=1e-12)


@pytest.mark.parametrize(
    "fact",
    [
        lambda t: tangent(t),
        lambda t: tangent_log(t + 4),
        lambda t: chord(t, sp.Integer(-3), sp.Integer(3)),
        lambda t: larger(t, 1 - t),
    ],
    ids=["tangent", "tangent of log", "chord", "maximum"],
)
def test_a_textbook_fact_is_never_negative_in_balls(fact: Callable[[Any], Fact]) -> None:
    with precision():
        for number in np.random.default_rng(3).uniform(-2.9, 2.9, 40):
            assert evaluate(fact(x).surplus, {x: arb(float(number))}) >= -arb("1e-200")
