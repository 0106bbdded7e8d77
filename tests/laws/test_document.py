"""The document has every claim once, its proofs read front to back, and its pages are clean."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from theory.kernel.proof import assume, conclude
from theory.kernel.solvers import Decision
from theory.kernel.terms import KernelError, var
from theory.kernel.verdict import Case
from theory.ledger.run import Ledger, entry_of
from theory.paper import document, latex_compile
from theory.paper.document import (
    SECTIONS,
    Figure,
    Misplaced,
    TexFailed,
    TexMissing,
    compile_document,
    write_document,
)
from theory.paper.latex_compile import require_tex, warnings_in
from theory.paper.latex_proof import Line, Shown, argument, claim_of, listing, named, reading_order
from theory.paper.latex_terms import formula
from theory.paper.latex_words import label, link, name
from theory.pretty import abbreviations
from theory.statements import SLUGS, STATEMENTS

FEW = ("jensen_exp", "cauchy_schwarz", "theorem_1a_printed")


def ledger_of(cases: Mapping[str, Case]) -> Ledger:
    """As if both solvers had answered unsat: what is tested here is what is printed of it."""
    entries = []
    for case in cases.values():
        unsat = {d: Decision({"z3": "unsat", "cvc5": "unsat"}, d) for d in case.obligations()}
        entries.append(entry_of(case, {digest: (found, 0.0) for digest, found in unsat.items()}))
    return Ledger(dict(cases), entries)


@pytest.fixture(scope="module")
def everything(cases) -> Ledger:
    return ledger_of(cases.every())


@pytest.fixture(scope="module")
def few(cases) -> Ledger:
    return ledger_of({slug: cases[slug] for slug in FEW})


@pytest.fixture
def tex(tmp_path: Path) -> Path:
    try:
        require_tex()
    except TexMissing as missing:
        pytest.skip(str(missing))
    return tmp_path


def text_of(folder: Path) -> str:
    return "\n".join(path.read_text() for path in sorted(folder.glob("*.tex")))


# -- where the claims stand ------------------------------------------------------------------------


def test_every_claim_stands_in_one_section() -> None:
    placed = Counter(slug for slugs in SECTIONS.values() for slug in slugs)
    assert placed == Counter(SLUGS)


def test_a_claim_without_a_section_is_an_error_that_names_it(
    few: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorter = tuple(slug for slug in SECTIONS["The setting"] if slug != "jensen_exp")
    monkeypatch.setitem(SECTIONS, "The setting", shorter)
    with pytest.raises(Misplaced, match="jensen_exp"):
        document.claims(few)


# -- proofs ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """The lines of each proof, in the order of the appendix."""

    lines: dict[str, list[Line]] = field(repr=False)


def reference(slug: str) -> str:
    return rf"\ggproofref{{{label(slug)}}}{{{name(slug)}}}"


@pytest.fixture(scope="module")
def listed(everything: Ledger) -> Listed:
    shown = Shown()
    cases = {slug: everything.cases[slug] for slug in reading_order(everything.cases)}
    return Listed({slug: listing(c.statement, argument(c)[0], shown) for slug, c in cases.items()})


@pytest.mark.parametrize("slug", SLUGS)
def test_a_proof_refers_only_to_what_is_printed_before(slug: str, listed: Listed) -> None:
    order = list(listed.lines)
    before = order[: order.index(slug)]
    claims = {link(s) for s in before}
    proofs = {reference(s): s for s in before}
    for number, line in enumerate(listed.lines[slug], start=1):
        assert line.number == number
        for place, step in line.uses:
            if not place:
                assert 0 < step < number
            elif step:
                assert step <= len(listed.lines[proofs[place]])
            else:
                assert place in claims or place.startswith(r"\texttt")


@pytest.mark.parametrize("slug", SLUGS)
def test_a_proof_ends_in_the_claim_and_names_its_hypotheses(
    slug: str, listed: Listed, everything: Ledger
) -> None:
    statement, lines = STATEMENTS[slug], listed.lines[slug]
    proof = argument(everything.cases[slug])[0]
    names = abbreviations(statement)
    assert lines[-1].tex == formula(proof.conclusion, names, display=False)
    if everything.cases[slug].existence is None and everything.cases[slug].proof is not None:
        assert lines[-1].tex == formula(statement.formal_conclusion, names, display=False)


def test_nothing_listed_is_left_unused(listed: Listed) -> None:
    """Every step but the last of a proof is used, there or in a later one."""
    used = {
        (place, step)
        for slug, lines in listed.lines.items()
        for line in lines
        for place, step in ((p or slug, s) for p, s in line.uses)
    }
    idle = [
        (slug, line.number)
        for slug, lines in listed.lines.items()
        for line in lines[:-1]
        if not {slug, reference(slug)} & {place for place, step in used if step == line.number}
    ]
    assert idle == []


def test_proofs_are_put_in_order_whatever_the_order_of_the_claims(everything: Ledger) -> None:
    backwards = dict(reversed(everything.cases.items()))
    order = reading_order(backwards)
    assert sorted(order) == sorted(SLUGS)
    for number, slug in enumerate(order):
        assert set(named(slug, argument(backwards[slug])[0])) <= set(order[:number])


def test_a_step_that_needs_more_than_a_claim_is_not_named_by_it(few: Ledger) -> None:
    proof = argument(few.cases["cauchy_schwarz"])[0]
    assert claim_of(proof, but="") == "cauchy_schwarz"
    assert claim_of(conclude(proof.conclusion, proof, assume(0 < var("x"))), but="") is None


def test_proofs_that_use_each_other_are_an_error(everything: Ledger) -> None:
    case = everything.cases["sharp_step"]
    assert "jensen_exp" in named("sharp_step", argument(case)[0])
    swapped = {"jensen_exp": case, "smoothness_remainder": case}
    with pytest.raises(KernelError, match="circle"):
        reading_order(swapped)


# -- the document ----------------------------------------------------------------------------------


def test_the_document_says_what_the_ledger_says(few: Ledger, tmp_path: Path) -> None:
    undecided = replace(few.entries[0], verdict="undecided", reason="a time-out")
    write_document(tmp_path, Ledger(few.cases, [undecided, *few.entries[1:]]))
    text = text_of(tmp_path)
    for slug in FEW:
        assert rf"\label{{proof:{label(slug)}}}" not in text  # made by \ggproof
        assert rf"\ggproof{{{label(slug)}}}" in text
    assert rf"\ggbadge{{undecided}}{{undecided}}\quad {name('jensen_exp')}" in text
    assert "Undecided because a time-out." in text
    assert rf"\ggbadge{{refuted}}{{refuted}}\quad {name('theorem_1a_printed')}" in text
    assert "printed ceiling = 1/(1 + e" in text
    for word in ("proved", "refuted", "witnessed", "undecided", "tested", "measured"):
        assert rf"{{{word}}}" in (tmp_path / "front.tex").read_text()
    for axiom in ("exp_tangent", "sum_linear"):
        assert name(axiom) in (tmp_path / "front.tex").read_text()


def test_a_document_is_not_overwritten_unless_asked_to(few: Ledger, tmp_path: Path) -> None:
    first = write_document(tmp_path, few)
    content = [path.read_bytes() for path in first]
    with pytest.raises(FileExistsError, match=r"front\.tex"):
        write_document(tmp_path, few, proofs=False)
    assert [path.read_bytes() for path in first] == content
    write_document(tmp_path, few, overwrite=True)


PRINT = """
from tests.conftest import Cases
from tests.laws.test_document import ledger_of
from theory.paper import document
ledger = ledger_of({slug: Cases()[slug] for slug in ("sharp_step", "jensen_exp", "theorem_1a")})
print(document.front(ledger), document.claims(ledger), document.appendix(ledger))
"""


@pytest.mark.slow
def test_the_document_is_the_same_on_every_run() -> None:
    """Sets come in another order under another hash seed; the document does not."""
    seen = {
        subprocess.run(
            [sys.executable, "-c", PRINT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1
    text = seen.pop().decode()
    assert not re.search(r"20\d\d-\d\d|/(?:tmp|home|work)/", text)


@pytest.mark.slow
def test_the_whole_document_compiles_without_a_blemish(everything: Ledger, tex: Path) -> None:
    write_document(tex, everything, numbers={"a ratio of sharp_step": "0.999"})
    compiled = compile_document(tex)
    assert compiled.pdf.read_bytes().startswith(b"%PDF")
    assert compiled.warnings == []


def test_figures_are_included_and_without_proofs_there_is_no_appendix(
    few: Ledger, tex: Path
) -> None:
    dot = (
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
        "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
    )
    (tex / "dot.png").write_bytes(bytes.fromhex(dot))
    figures = {"a-dot": Figure(tex / "dot.png", "One pixel of eta_safe.")}
    paths = write_document(tex / "out", few, figures, proofs=False)
    assert {path.name for path in paths} == {
        *("a-dot.png", "front.tex", "claims.tex", "back.tex", "gradgap.tex"),
    }
    compiled = compile_document(tex / "out")
    # theorem_1a, the repair, is not in this ledger: its link leads nowhere, and that is seen
    assert all("claim:" in warning and "undefined" in warning for warning in compiled.warnings)
    assert any("claim:theorem-1a" in warning for warning in compiled.warnings)


# -- what is wrong is seen -------------------------------------------------------------------------

BLEMISHES = {
    r"\hbox to 2\linewidth{wide}": "Overfull",
    r"\ref{claim:nowhere}": "claim:nowhere",
    r"\label{twice}\label{twice}": "multiply",
    r"{\fontfamily{cmr}\fontencoding{OT1}\selectfont\symbol{200}}": "Missing character",
}


def page(body: str) -> str:
    return (
        "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{lmodern}"
        f"\\begin{{document}}\\noindent\n{body}\n\\end{{document}}\n"
    )


@pytest.mark.parametrize("body", BLEMISHES)
def test_a_planted_blemish_is_reported(body: str, tex: Path) -> None:
    (tex / "gradgap.tex").write_text(page(body))
    warnings = compile_document(tex).warnings
    assert warnings
    assert any(BLEMISHES[body] in warning for warning in warnings)


def test_a_point_over_the_margin_is_forgiven_and_three_are_not() -> None:
    line = "Overfull \\hbox ({}pt too wide) in paragraph at lines 1--2"
    assert warnings_in(line.format("1.0")) == []
    assert len(warnings_in(line.format("3.0") + "\n" + line.format("3.0"))) == 1


def test_a_command_that_tex_does_not_know_is_an_error_that_names_it(tex: Path) -> None:
    (tex / "gradgap.tex").write_text(page(r"\nosuchcommand"))
    with pytest.raises(TexFailed, match="nosuchcommand"):
        compile_document(tex)


def test_without_tex_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gradgap.tex").write_text(page("text"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TexMissing, match="apt install texlive-latex-base") as missing:
        compile_document(tmp_path)
    assert latex_compile.PACKAGES in str(missing.value)
