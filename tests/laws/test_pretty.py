"""What people read says what the kernel has: brackets where they matter, no raw names."""

from __future__ import annotations

import re

import pytest

from theory.kernel import terms as t
from theory.kernel.terms import NAT, Symbol, Term, const, var
from theory.pretty import meaning_of, names_of, pretty
from theory.statements import STATEMENTS

x, y, z, k = var("x"), var("y"), var("z"), var("k", NAT)
f, F = Symbol("f", (NAT,)), Symbol("F", (NAT,))

WRITTEN: tuple[tuple[Term, str], ...] = (
    (x + y + z, "x + y + z"),
    (x - y - z, "x - y - z"),
    (x - (y - z), "x - (y - z)"),
    (x - (y + z), "x - (y + z)"),
    (-(x + y), "-(x + y)"),
    (x - 1, "x - 1"),
    (-x * y, "(-x)·y"),
    (-(x * y), "-x·y"),
    ((x + y) * z, "(x + y)·z"),
    (x / (y * z), "x/(y·z)"),
    (x / y / z, "x/y/z"),
    (x * (y / z), "x·(y/z)"),
    (x / y * z, "x/y·z"),
    ((x + y) ** 2, "(x + y)²"),
    ((-x) ** 2, "(-x)²"),
    (x * y**2, "x·y²"),
    (const(1) / 2 * x, "1/2·x"),
    (t.exp(-(x / 2)), "exp(-x/2)"),
    (t.absolute(x - y) <= z, "|x - y| ≤ z"),
    (t.maximum(x, 0), "[x]₊"),
    (t.maximum(x, y), "max(x, y)"),
    (t.implies(t.conj(0 < x, x < 1), 0 < y), "(0 < x and x < 1) ⇒ 0 < y"),
    (t.conj(t.implies(0 < x, 0 < y), x < y), "(0 < x ⇒ 0 < y) and x < y"),
    (t.prefix_sum(k, k + 1, f(k) * x), "Σ_{k<k + 1} f(k)·x"),
    (F(k + 1), "(1-J(k + 1))"),
    (t.forall(x, t.eq(x, y)), "for all x: x = y"),
    (t.negate(t.eq(x, y + z)), "x ≠ y + z"),
    (Term("or", (x < y, y < x)), "x < y or y < x"),
    (t.has_derivative(x, x + y, const(1)), "d/dx (x + y) = 1"),
)
RAW = re.compile(r"\b(add|mul|div|neg|pow\d*|le|lt|eq|apply|forall|implies|deriv|prefix|sum|not)\b")


@pytest.mark.parametrize(("term", "text"), WRITTEN, ids=[text for _, text in WRITTEN])
def test_the_text_keeps_the_structure(term: Term, text: str) -> None:
    assert pretty(term) == text


@pytest.mark.parametrize("slug", STATEMENTS)
def test_a_claim_is_written_in_its_own_abbreviations(slug: str) -> None:
    statement = STATEMENTS[slug]
    text = pretty(statement.formal_conclusion, names_of(statement))
    assert RAW.search(text) is None
    long = statement.kind in ("exists", "scope") or slug.startswith("expansion")  # at every t
    assert len(text) < (1600 if long else 400)
    for hypothesis in statement.formal_hypotheses.values():
        assert RAW.search(pretty(hypothesis)) is None


def test_an_abbreviation_is_written_in_terms_of_the_others() -> None:
    statement = STATEMENTS["exploration_stage"]
    bodies = {str(n.symbol.name): meaning_of(statement, n) for n in statement.notation[:2]}
    assert bodies["p_next"] == "exp(logit(o) + η·u(o))/(Σ_o exp(logit(o) + η·u(o)))"
    assert bodies["p"] == "exp(logit(o))/(Σ_o exp(logit(o)))"
