"""The library as its page shows it: what it prints, how it shows itself, what importing loads."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import gradgap
from theory.paper import claim as module
from theory.statements import SLUGS, STATEMENTS

PAGE = Path(__file__).resolve().parents[2] / "proofs_notes" / "api.md"
OPTIONS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
IMPORTED = "import sys, gradgap; print(*sorted({m.partition('.')[0] for m in sys.modules}))"


def failures(text: str) -> int:
    test = doctest.DocTestParser().get_doctest(text, {}, "api", None, 0)
    return doctest.DocTestRunner(verbose=False, optionflags=OPTIONS).run(test).failed


@pytest.mark.slow
def test_the_page_and_the_module_say_what_python_prints() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.count(">>> ") > 20
    assert failures(page) == 0
    assert failures(gradgap.__doc__ or "") == 0


def test_a_wrong_example_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert failures(">>> import gradgap\n>>> len(gradgap.CLAIMS) < 0\nTrue\n") == 1
    assert "Got" in capsys.readouterr().out


def test_importing_it_loads_no_solver_and_no_array() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert "gradgap" in loaded
    assert not loaded & {"z3", "cvc5", "numpy", "sympy", "scipy", "flint", "matplotlib", "torch"}


def test_every_public_name_is_there_and_documented() -> None:
    assert set(gradgap.__all__) <= set(dir(gradgap))
    for name in gradgap.__all__:
        assert getattr(gradgap, name).__doc__
    with pytest.raises(AttributeError, match="tresholds"):
        _ = gradgap.tresholds  # type: ignore[attr-defined]


ENTRY = SimpleNamespace(verdict="proved", obligations=1, checkers={"z3": "unsat"}, modulo=["f"])


@pytest.mark.parametrize("slug", SLUGS)
def test_a_claim_displays_itself_in_short(slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_proved", lambda slug: SimpleNamespace(entries=[ENTRY]))
    claim, statement = gradgap.CLAIMS[slug], STATEMENTS[slug]
    for short in (repr(claim), repr(statement)):
        assert slug in short and len(short) < 300
    html, latex = claim._repr_html_(), claim._repr_latex_()
    assert not [words for words in ("Term(", "allowbreak") if words in html + latex]
    assert len(html) < 22_000
    assert html.count(r"\(") >= 1 + len(statement.hypotheses)
    assert latex.startswith("$") and latex.endswith("$")
    for tag in ("p", "ul", "li", "b", "small"):
        assert html.count(f"<{tag}>") == html.count(f"</{tag}>")


def test_a_claim_in_full_has_its_verdict_and_what_it_rests_on() -> None:
    claim = gradgap.claim("normalisation")
    text = str(claim)
    assert "proved: " in text and "modulo " in text and "given normalised" in text
    assert r"\ggbadge{proved}" in claim.latex() == gradgap.latex("normalisation")
    assert "<b>proved</b>" in claim._repr_html_()


def test_the_claims_are_a_mapping_in_the_order_of_the_ledger() -> None:
    assert tuple(gradgap.CLAIMS) == SLUGS
    assert len(repr(gradgap.CLAIMS)) < 100
    assert gradgap.CLAIMS._repr_html_().count("<tr>") == len(SLUGS) + 1
    with pytest.raises(KeyError):
        gradgap.CLAIMS["lemma_9"]


def test_the_ledger_and_its_cases_are_short() -> None:
    ledger = gradgap.verify("normalisation")
    assert len(repr(ledger)) < 100
    assert len(repr(ledger.cases["normalisation"])) < 100
