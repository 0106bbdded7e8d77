"""A real power is what its cases say, at every point; and a proof has all of them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest

from theory.inequality import decide_here, recheck
from theory.inequality.cases import FALSE, MOST, Signs, TooManyCases, cases
from theory.inequality.certificate import CaseCertificate
from theory.inequality.decision import as_question
from theory.inequality.expression import variables, write
from theory.inequality.parser import parse_expression
from theory.inequality.refute import refutes

SPLIT = [
    ("x**y <= 1",),
    ("x**(1/3) <= 1",),
    ("x**(-1/3) > 0", "x >= 0"),
    ("x**y <= 1", "0 < x <= 1", "y >= -1"),
    ("x**y + y**x > 1/2", "x >= 0"),
    ("x <= y", "x**y <= 3/5"),
    ("x <= y", "0 < x**y <= 3/5"),
    ("(x*y)**(1/3) <= 1", "x >= 0", "y >= 0"),
    ("(x/y)**0.3 <= 1", "x >= 0", "y >= 0"),
    ("(x**2)**(1/3) <= 1",),
    ("log(x)**y <= 1", "y > 0"),
    ("(1 - x)**(1/x) <= 2/5", "x <= 1"),
    ("(x**y)**y <= 2/5",),
    ("x**(y**(1/3)) <= 2/5", "x >= 0"),
    ("abs(x)**y <= 1",),
    ("(abs(x) + y**2)**x != 1",),
]
GRID = [Fraction(n, 2) for n in (-2, -1, 0, 1, 2, 4)]


def points(names: tuple[str, ...]):
    return (dict(zip(names, row, strict=True)) for row in product(GRID, repeat=len(names)))


@pytest.mark.parametrize("formulas", SPLIT, ids=" | ".join)
def test_a_claim_fails_at_a_point_where_a_case_of_it_does(formulas: tuple[str, ...]) -> None:
    question = as_question(formulas[0], formulas[1:])
    parts = cases(question)
    assert not any("**" in write(part).replace("**2", "") for part in parts)
    fails = [
        [refutes(one.assume, one.claim, point) for one in (question, *parts)]
        for point in points(variables(question))
    ]
    assert any(row[0] for row in fails) and not all(row[0] for row in fails)
    assert all(row[0] == any(row[1:]) for row in fails)


def test_a_case_less_is_seen() -> None:
    question = as_question("x**y <= 1", "x >= 0")
    point = {"x": Fraction(0), "y": Fraction(-1)}
    parts = cases(question)
    seen = [refutes(part.assume, part.claim, point) for part in parts]
    assert seen.count(True) == 1
    assert FALSE in parts[seen.index(True)].claim
    assert refutes(question.assume, question.claim, point)


def test_without_a_real_power_there_is_one_case() -> None:
    question = as_question("x**2*sqrt(x)*2**x <= 1", "x >= 0")
    assert cases(question) == (question,)


MANY = " + ".join(f"x_{n}**y_{n}" for n in range(9)) + " <= 1"


def test_too_many_cases_are_not_made() -> None:
    with pytest.raises(TooManyCases, match=str(MOST)):
        cases(as_question(MANY))
    result = decide_here(MANY + ", x_0**y_0 >= 0", [f"x_{n} >= 0" for n in range(9)], 0.05)
    assert (result.verdict, result.reason) != ("proved", None)
    assert ("error" not in result.method) and (result.reason in (None, "unsupported"))


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("x", "positive"),
        ("y", "not negative"),
        ("z", None),
        ("1 - y", "not negative"),
        ("2 - y", "positive"),
        ("x*y + exp(z)", "positive"),
        ("x/y", "not negative"),
        ("z**2", "not negative"),
        ("x - y", None),
        ("z - y**2", "positive"),
        ("abs(z) + sqrt(y)", "not negative"),
        ("min(x, exp(y))", "positive"),
    ],
)
def test_signs_are_read_off_the_assumptions(text: str, sign: str | None) -> None:
    signs = Signs(as_question("x < y", ["x > 0", "0 <= y <= 1", "y**2 < z"]))
    assert signs.of(parse_expression(text)) == sign


def test_a_proof_has_a_certificate_for_each_case() -> None:
    result = decide_here("x**(1/3) <= 2", "0 <= x <= 8", 6.0)
    certificate = result.certificate
    assert isinstance(certificate, CaseCertificate) and recheck(result)
    assert "2 cases" in result.method and "exp_log" in str(result)
    first, second = certificate.parts
    for wrong in ((first,), (second, first), (first, second, second), (first, None)):
        assert not recheck(replace(result, certificate=CaseCertificate(wrong)))
