"""A question is answered rightly or not at all, within its limits, with evidence to check."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from theory.inequality import (
    BadFormula,
    Result,
    decide,
    decide_here,
    parse,
    recheck,
)
from theory.inequality.certificate import Budget
from theory.inequality.decision import as_question
from theory.inequality.kernel_route import prove

EFFORT = 8.0

TRUE = [
    ("x**2 - 2*x + 1 >= 0",),
    ("2*x*y <= x**2 + y**2",),
    ("0 < J*(1 - J) <= 1/4", "0 < J < 1"),
    ("x/(1 + x) < 1", "x > 0"),
    ("x + 1/x >= 2", "x > 0"),
    ("x*y + y*z + z*x <= x**2 + y**2 + z**2",),
    ("1/x + 1/y >= 4/(x + y)", "x > 0", "y > 0"),
    ("x**2 + y**2 >= 1/2", "x + y == 1"),
    ("x**3 >= 3*x - 2", "x >= 0"),
    ("x/x == 1", "x < 0"),
    ("0 < 1",),
    ("1 + x <= exp(x)",),
    ("log(x) <= x - 1", "x > 0"),
    ("exp(x + y) == exp(x)*exp(y)",),
    ("exp((x + y)/2) <= (exp(x) + exp(y))/2",),
    ("exp(x) >= 1 + x + x**2/2", "x >= 0"),
    ("2*x/(2 + x) <= log(1 + x) <= x", "x >= 0"),
    ("log(x*y) == log(x) + log(y)", "x > 0", "y > 0"),
    ("J*log(J) + (1 - J)*log(1 - J) <= 0", "0 < J < 1"),
    ("max(0, x) <= log(1 + exp(x))",),
    ("x**(1/3) * x**(2/3) == x", "x > 0"),
    ("sqrt(x*y) <= (x + y)/2", "x >= 0", "y >= 0"),
    ("sqrt(x**2) == abs(x)",),
    ("sqrt(1 + x) <= 1 + x/2", "x >= -1"),
    ("sin(x)**2 + cos(x)**2 == 1",),
    ("sin(x) <= x", "x >= 0"),
    ("1 - x**2/2 <= cos(x) <= 1 - x**2/2 + x**4/24",),
    ("sin(x) + cos(x) <= 3/2",),
    ("3 < pi < 22/7",),
    ("abs(x + y) <= abs(x) + abs(y)",),
    ("max(x, y) + min(x, y) == x + y",),
]
FALSE = [
    ("x**2 > 0",),
    ("J*(1 - J) < 1/4", "0 < J < 1"),
    ("x**3 >= x",),
    ("x + y <= 1.999", "x <= 1", "y <= 1"),
    ("x*y <= 0.249999999", "x + y == 1"),
    ("0 < x < 1", "0 <= x < 1"),
    ("1 + x < exp(x)",),
    ("exp(x) <= 1 + 2*x", "x >= 0"),
    ("log(x) < x - 1", "x > 0"),
    ("exp(x) <= 2.718281828459", "x <= 1"),
    ("exp(x + y) == exp(x) + exp(y)",),
    ("sqrt(x**2) == x",),
    ("sqrt(x) <= x", "x >= 0"),
    ("sqrt(x + y) == sqrt(x) + sqrt(y)", "x >= 0", "y >= 0"),
    ("sin(x) < x", "x >= 0"),
    ("cos(x) >= 1 - x**2/3",),
    ("pi < 3.14159265358979",),
    ("abs(x - y) < abs(x) + abs(y)",),
    ("max(x, y) > min(x, y)",),
    ("1 < 1",),
    ("x**2 >= 2", "x > 1.41421356237309"),
    ("x**0.3 > 0", "x >= 0"),
    ("x != 1",),
]
UNDEFINED = [
    ("1/x >= 0", "x >= 0"),
    ("x/x == 1",),
    ("1/0 > 0",),
    ("log(x) <= x - 1",),
    ("sqrt(x) >= 0",),
    ("0 <= sqrt(x)/x", "x >= 0"),
    ("1/(x - y) > -1", "x >= y"),
    ("x**-2 > 0",),
    ("x**y <= 1", "0 <= x <= 1", "y >= -1"),
]
VACUOUS = [
    ("x < x + 1", "0 < x < 0"),
    ("1 < 0", "x**2 < 0"),
    ("log(x) > 5", "exp(x) < 0"),
    ("1/0 > 0", "abs(x) + 1 <= 0"),
]
TOO_HARD = [("sin(4*pi/7) == cos(pi/14)",), ("zeta*sin(exp(x)) < 2", "abs(zeta) <= 2")]


def ask(formulas: tuple[str, ...], effort: float = EFFORT) -> Result:
    return decide_here(formulas[0], formulas[1:], effort)


HALF = [
    pytest.param(claim, id=" | ".join(claim), marks=[pytest.mark.slow] * (n % 2))
    for n, claim in enumerate(TRUE)
]


@pytest.mark.parametrize("formulas", HALF)
def test_a_true_claim_is_proved_and_its_certificate_passes_again(formulas: tuple[str, ...]) -> None:
    result = ask(formulas)
    assert (result.verdict, result.certified) == ("proved", True)
    assert recheck(result)


@pytest.mark.parametrize("formulas", FALSE, ids=" | ".join)
def test_a_false_claim_is_refuted_by_a_point_that_passes_again(formulas: tuple[str, ...]) -> None:
    result = ask(formulas)
    assert (result.verdict, result.certified) == ("refuted", True)
    assert result.method.startswith("a rational point")
    assert recheck(result)


@pytest.mark.parametrize("formulas", UNDEFINED, ids=" | ".join)
def test_a_claim_that_is_undefined_somewhere_is_refuted_there(formulas: tuple[str, ...]) -> None:
    result = ask(formulas)
    assert result.verdict == "refuted"
    assert recheck(result)


@pytest.mark.parametrize("formulas", VACUOUS, ids=" | ".join)
def test_contradictory_assumptions_prove_everything_and_the_method_says_so(
    formulas: tuple[str, ...],
) -> None:
    result = ask(formulas)
    assert result.verdict == "proved"
    assert "contradict each other" in result.method
    assert recheck(result)


@pytest.mark.parametrize("formulas", TOO_HARD, ids=" | ".join)
def test_what_is_too_hard_is_undecided_and_its_steps_are_used_up(formulas: tuple[str, ...]) -> None:
    result = decide(formulas[0], formulas[1:], 0.5)
    assert (result.verdict, result.certified, result.reason) == ("undecided", False, "steps")
    assert not recheck(result)


DEGENERATE = [
    ("sqrt(x) - sqrt(x) == 0",),
    ("0*log(x) == 0",),
    ("1/x - 1/x == 0",),
    ("0*x**-2 <= 1",),
    ("sqrt(x)*sqrt(x) == x", "x > -1"),
    ("sqrt(x) > 0", "x >= 0"),
]


@pytest.mark.parametrize("formulas", DEGENERATE + (FALSE + UNDEFINED)[::3], ids=" | ".join)
def test_the_kernel_proves_nothing_false(formulas: tuple[str, ...]) -> None:
    assert prove(as_question(formulas[0], formulas[1:]), Budget(2.0)) is None


def test_the_question_may_be_comparisons_and_one_assumption_may_be_bare() -> None:
    (claim,) = parse("x < x + 1")
    assert decide_here(claim, parse("0 < x")[0]).verdict == "proved"
    assert decide_here([claim], "0 < x").verdict == "proved"
    assert as_question("x > 0, y > 0 => x*y > 0") == as_question("x*y > 0", ["x > 0", "y > 0"])


def test_a_bad_formula_or_limit_is_refused() -> None:
    with pytest.raises(BadFormula):
        decide("x +")
    with pytest.raises(BadFormula, match=r"^assumption 2, 'y <', column 4: exp"):
        decide("x < 1", ["x > 0", "y <"])
    with pytest.raises(ValueError, match="time limit"):
        decide("x < 1", seconds=0)
    with pytest.raises(ValueError, match="effort"):
        decide("x < 1", effort=0)
    with pytest.raises(ValueError, match="time limit"):
        decide("x < 1", seconds=float("nan"))
    with pytest.raises(ValueError, match="at least one comparison"):
        decide([])
    with pytest.raises(ValueError, match="memory limit"):
        decide("x < 1", memory_mb=0)


KEYS = {
    *("assuming", "asked", "verdict", "reason", "method", "counterexample", "certified"),
    *("evidence", "suggestion", "effort", "steps", "seconds"),
}


@pytest.mark.parametrize(
    ("formulas", "code"),
    [
        (("1/x >= 0", "x >= 0"), "undefined somewhere"),
        (("1 < 0", "x**2 < 0"), "assumptions contradict each other"),
    ],
)
def test_the_reason_says_what_kind_of_answer_it_is(formulas: tuple[str, ...], code: str) -> None:
    assert ask(formulas).code == code


# -- what a reader sees --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "verdict", "code"),
    [
        ("1 + x <= exp(x)", "proved", 0),
        ("x**2 > 0", "refuted", 1),
        ("sin(4*pi/7) == cos(pi/14)", "undecided", 3),
    ],
)
def test_the_json_has_these_fields_and_no_others(formula: str, verdict: str, code: int) -> None:
    result = decide(formula, (), 5.0)
    document = json.loads(json.dumps(result.as_json()))
    assert set(document) == KEYS
    assert parse(" , ".join(document["asked"])) == result.question.claim
    assert document["assuming"] == [] and document["effort"] == 5.0 and document["seconds"] > 0
    assert bool(document["evidence"]) == document["certified"]
    assert document["verdict"] == verdict
    assert document["certified"] is (verdict != "undecided")
    code_of = {"proved": "proved", "refuted": "false", "undecided": "no steps left"}
    assert document["reason"] == code_of[verdict]
    assert result.exit_code == code
    if verdict == "refuted":
        assert {name: Fraction(x) for name, x in document["counterexample"].items()} == {"x": 0}
    else:
        assert document["counterexample"] is None


def test_a_proof_is_shown_with_the_facts_it_uses() -> None:
    result = ask(("log(x) <= x - 1", "x > 0"))
    text = str(result)
    assert "log_above: log(x) ≤ x - 1" in text
    assert "rests on exp_log, exp_tangent" in text
    assert r"\log\left(x\right) \le x - 1" in result._repr_markdown_()
    assert result._repr_latex_().count("$") == 2


def test_a_refutation_is_shown_with_both_sides() -> None:
    result = ask(("exp(x) <= 1 + 2*x", "x >= 3"))
    text = str(result)
    assert "x = 3" in text
    assert "left side   20.0855369232" in text
    assert "right side  7 exactly" in text
    assert "division by 0" in str(ask(("1/x >= 0", "x >= 0")))


def test_a_proof_on_boxes_is_shown_with_its_boxes() -> None:
    result = ask(("exp(x)*cos(x) <= 2", "-1 <= x <= 1"))
    assert result.verdict == "proved"
    assert "boxes" in str(result)
    assert recheck(result)


@pytest.mark.parametrize(
    "wrong",
    [
        {"counterexample": {"x": Fraction(1)}},
        {"certified": False},
        {"verdict": "refuted"},
        {"certificate": None},
        {"verdict": "undecided"},
    ],
)
def test_a_result_cannot_contradict_itself(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        replace(ask(("x <= x + 1",)), **wrong)
