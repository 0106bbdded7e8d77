"""The inequalities of known truth are what they say, checked by an oracle in mpmath, and no verdict
on a fixed sample of them is wrong: tests/benchmarks/constructed.py puts a thousand."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import islice

import numpy as np
import pytest

from tests.benchmarks.constructed import PATH, WrongVerdict, judge, table
from tests.laws.formulas import Case, constructed, fill, operations
from tests.laws.known_inequalities import DEFINED, IDENTITIES, LEMMAS, POSITIVE
from tests.laws.oracle import answer, at, compared, sampled
from theory.inequality.expression import Comparison, Expr, Question, variables, write
from theory.inequality.parser import parse, parse_expression

COUNT = 1_200
V = Expr("var", (), "v")
RANGES = {"real": None, "nonnegative": Fraction(0), "positive": Fraction(1, 10**9)}
named = pytest.mark.parametrize("lemma", LEMMAS + IDENTITIES, ids=lambda lemma: lemma.name)


@cache
def cases():
    return constructed(np.random.default_rng(0), COUNT)


def of_kind(kind):
    return [case for case in cases() if case.kind == kind]


def drawn(rng, case, count):
    """Points of the domains of a case, the first its own."""
    columns = [numbers_of(rng, domain) for domain in case.domains]
    yield case.point
    for row in islice(zip(*columns, strict=True), count - 1):
        yield dict(zip((d.name for d in case.domains), row, strict=True))


def numbers_of(rng, domain):
    numbers = sampled(rng, domain.low, domain.high, domain.point)
    return (v for v in numbers if not (domain.open and v == domain.low))


def refuting(rng, case, count):
    """The sampled points at which the claim does not hold; the assumptions hold at all."""
    found = [(point, answer(case.question, point)) for point in drawn(rng, case, count)]
    assert all(said is not None for _, said in found), case.why
    return [point for point, said in found if said != "holds"]


# -- the material ----------------------------------------------------------------------------------


def claim_of(lemma, sign="<="):
    return Comparison(parse_expression(lemma.small), sign, parse_expression(lemma.large))


def values_of(lemma, rng, count):
    """Sampled values of the parameters in the range."""
    columns = [sampled(rng, RANGES[lemma.range], None, value) for value in lemma.equal]
    for row in islice(zip(*columns, strict=True), count):
        yield dict(zip(lemma.parameters, row, strict=True))


@named
def test_a_lemma_holds_in_its_range_with_equality_where_it_says(lemma):
    rng = np.random.default_rng(1)
    assert compared(claim_of(lemma), dict(zip(lemma.parameters, lemma.equal, strict=True))) == 0
    sign = "==" if lemma in IDENTITIES else "<="
    assert {at(claim_of(lemma, sign), point) for point in values_of(lemma, rng, 100)} == {"holds"}


@named
def test_sampling_sees_a_lemma_with_its_sides_exchanged(lemma):
    rng, claim = np.random.default_rng(2), claim_of(lemma, "<")
    turned = Comparison(claim.right, "<", claim.left)
    assert "fails" in {at(turned, point) for point in values_of(lemma, rng, 100)}


@pytest.mark.parametrize("lemma", [m for m in LEMMAS if m.outside], ids=lambda lemma: lemma.name)
def test_a_lemma_fails_at_the_value_outside_its_range(lemma):
    assert at(claim_of(lemma), {"t": lemma.outside}) == "fails"


@pytest.mark.parametrize("template", POSITIVE + DEFINED)
def test_factors_are_positive_and_terms_are_defined(template):
    rng = np.random.default_rng(3)
    expr = fill(template, v=V)
    claim = Comparison(fill("a*0", a=V), "<", expr) if template in POSITIVE else None
    for v in islice(sampled(rng, None, None, Fraction(0)), 200):
        found = at(claim or Comparison(expr, "==", expr), {"v": v})
        assert found == "holds"


# -- the cases -------------------------------------------------------------------------------------


def test_half_are_false_and_half_of_the_true_ones_tight_and_all_differ():
    count = Counter(case.kind for case in cases())
    assert count == {"false": COUNT // 2, "tight": COUNT // 4, "strict": COUNT // 4}
    assert all(case.truth is (case.kind != "false") for case in cases())
    assert len({write(case.question) for case in cases()}) == COUNT


def test_the_cases_are_of_every_sort():
    used = {op for case in cases() for c in case.question.claim for op in operations(c.left)}
    used |= {op for case in cases() for c in case.question.claim for op in operations(c.right)}
    assert used == {
        *("const", "var", "pi", "add", "mul", "div", "neg", "pow"),
        *("exp", "log", "sqrt", "sin", "cos", "abs", "min", "max"),
    }
    for kind in ("tight", "strict", "false"):
        some = of_kind(kind)
        assert {len(variables(case.question)) for case in some} == {1, 2, 3}
        bounds = {(d.low is None, d.high is None, d.open) for case in some for d in case.domains}
        assert len(bounds) == 6  # all reals, half lines up, down and open, intervals, half-open
        lemmas = {part for case in some for part in case.why.replace("plus: ", "").split("; ")}
        assert {lemma.name for lemma in LEMMAS} <= lemmas
    for way in (
        *("as it is", "with room", "too high by", "too much", "called strict, but an equality"),
        *("not defined at 0", "false for a negative argument", "a little off"),
    ):
        assert any(way in case.why for case in cases()), way


def test_the_same_seed_gives_the_same_cases():
    again = constructed(np.random.default_rng(5), 40)
    assert again == constructed(np.random.default_rng(5), 40)
    assert again != constructed(np.random.default_rng(6), 40)


@pytest.mark.slow
def test_every_case_can_be_written_and_is_read_back_with_the_same_truth_at_its_point():
    for case in cases():
        claim, assume = case.question.claim, case.question.assume
        read = Question(
            tuple(c for a in assume for c in parse(write(a))),
            tuple(found for c in claim for found in parse(write(c))),
        )
        assert answer(read, case.point) == answer(case.question, case.point)


def test_every_false_case_satisfies_its_assumptions_and_fails_at_its_point():
    said = Counter(answer(case.question, case.point) for case in of_kind("false"))
    assert set(said) == {"fails", "undefined"}
    assert said["undefined"] > COUNT / 40


def test_every_tight_case_is_an_equality_at_its_point_and_every_strict_one_is_not():
    for case in of_kind("tight"):
        assert [compared(c, case.point) for c in case.question.claim] == [0] * len(
            case.question.claim
        ), case.why
    for case in of_kind("strict"):
        assert [compared(c, case.point) for c in case.question.claim] == [-1], case.why


def sample_the_true_cases(some, count):
    rng = np.random.default_rng(4)
    for case in some:
        refuted = refuting(rng, case, count)
        assert not refuted, (write(case.question), refuted[0])


def test_no_sampled_point_refutes_a_true_case():
    sample_the_true_cases([case for case in cases() if case.truth][::40], 40)


@pytest.mark.slow
def test_hundreds_of_sampled_points_refute_no_true_case():
    sample_the_true_cases([case for case in cases() if case.truth], 100)


def test_sampling_refutes_a_true_case_that_is_spoiled():
    """The sides of a strict case exchanged; a tight case called strict."""
    rng = np.random.default_rng(7)
    for case in [*of_kind("strict")[:60], *of_kind("tight")[:60]]:
        first = case.question.claim[0]
        spoiled = replace(first, left=first.right, right=first.left, sign="<")
        case = replace(case, question=replace(case.question, claim=(spoiled,)))
        assert refuting(rng, case, 10), case.why


EFFORT = 0.5


@pytest.fixture(scope="module")
def sample() -> list[Case]:
    return constructed(np.random.default_rng(17), 24)


@pytest.mark.slow
def test_no_verdict_on_the_sample_is_wrong(sample: list[Case]) -> None:
    found = [judge(case, EFFORT) for case in sample]
    counted = table(found)
    assert counted["questions"] == len(sample)
    assert counted["undecided"] <= len(sample) / 2


def test_a_lie_about_the_truth_is_noticed(sample: list[Case]) -> None:
    false = next(case for case in sample if case.kind == "false")
    with pytest.raises(WrongVerdict, match="refuted"):
        judge(replace(false, truth=True), EFFORT)


def test_the_record_has_a_thousand_and_none_is_wrong() -> None:
    record = json.loads(PATH.read_text(encoding="utf-8"))
    kinds: Counter[str] = Counter()
    for kind, verdicts in record["by kind"].items():
        kinds[kind] = sum(verdicts.values())
        assert ("proved" if kind == "false" else "refuted") not in verdicts
    assert record["questions"] == kinds.total() >= 1000
    assert record["wrong"] == 0
    assert kinds["false"] >= 500 and kinds["tight"] >= (kinds["tight"] + kinds["strict"]) / 3
