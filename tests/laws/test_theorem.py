"""A claim as a theorem: all of it is there, in plain notation, and every class compiles it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import gradgap
from theory.paper.chapters import NotInChapters, as_tex_each, chapter, chapters, proof_of
from theory.paper.latex_compile import TexMissing, compile_document, require_tex
from theory.paper.latex_words import label
from theory.paper.theorem import PREAMBLE, Standing, environment, pasted, sentence, theorem
from theory.pretty import abbreviations
from theory.statements import SLUGS, STATEMENTS

FONT = "\\usepackage[T1]{fontenc}\\usepackage{lmodern}"
CLASSES = {
    "article": rf"\documentclass{{article}}{FONT}",
    "two columns": rf"\documentclass[twocolumn]{{article}}{FONT}\usepackage{{hyperref}}",
    "as at NeurIPS": r"\documentclass{article}\usepackage[textwidth=5.5in,textheight=9in]{geometry}"
    r"\usepackage{times,natbib,hyperref}",
    "beamer": rf"\documentclass{{beamer}}{FONT}",
}
ON_SLIDES = ("sharp_step", "lemma_1", "hoeffding_lemma", "expansion_printed", "theorem_1b_limit")


@pytest.fixture
def tex(tmp_path: Path) -> Path:
    pytest.importorskip("pypandoc", reason="no pandoc: pip install 'gradgap[docs]'")
    try:
        require_tex()
    except TexMissing as missing:
        pytest.skip(str(missing))
    return tmp_path


# -- what is printed -------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SLUGS)
def test_a_theorem_has_every_hypothesis_and_one_label(slug: str) -> None:
    statement = STATEMENTS[slug]
    text = " ".join(theorem(statement).split())
    names = abbreviations(statement)
    for hypothesis in statement.hypotheses:
        assert " ".join(sentence(hypothesis.formula, names).split()) in text
    assert text.count(r"\label") == text.count(rf"\label{{thm:{label(slug)}}}") == 1
    assert r"\gg" not in text
    assert text.count("$") % 2 == 0


@pytest.mark.parametrize("slug", SLUGS)
def test_a_chapter_has_the_proof_of_every_claim(slug: str) -> None:
    assert len(proof_of(slug).split()) >= 8
    (home,) = (c for c in chapters().values() if slug in c.claims)
    assert any(slug in named for named, _ in home.proofs())


def test_a_claim_that_no_lead_names_has_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "# One\n\nClaims: `kl_step`.\n\n## The proofs\n\n**A step.** By `kl_step`.\n"
    monkeypatch.setattr("theory.paper.chapters.chapters", lambda: {"one": chapter("one", text)})
    with pytest.raises(NotInChapters, match="kl_step"):
        proof_of("kl_step")


def test_what_is_refuted_is_no_theorem() -> None:
    kinds = {slug: environment(s) for slug, s in STATEMENTS.items()}
    refuted = {slug for slug, s in STATEMENTS.items() if s.expected == "refuted"}
    assert {slug for slug, kind in kinds.items() if kind == "refuted"} == refuted
    assert kinds["theorem_1b"] == "theorem"
    assert kinds["hoeffding_lemma"] == kinds["lemma_2_sharp"] == "lemma"


def test_a_standing_assumption_is_named_and_not_repeated() -> None:
    statement = STATEMENTS["sharp_step"]
    smooth = statement.formal_hypotheses["smooth"]
    text = theorem(statement, Standing({smooth: "as:smooth"}))
    assert r"Assume \ref{as:smooth}, and the following." in text
    assert "Lipschitz" not in text
    assert "Lipschitz" in theorem(statement)
    known = {h: f"as:{n}" for n, h in enumerate(statement.formal_hypotheses.values())}
    assert r"Assume \ref{as:0}--\ref{as:5}." in theorem(statement, Standing(known))
    others = {statement.formal_conclusion if h == smooth else h: key for h, key in known.items()}
    few = theorem(statement, Standing(others))
    assert r"Assume \ref{as:0}, \ref{as:1} and \ref{as:3}--\ref{as:5}, and" in few


def test_the_preamble_is_ten_lines_and_printed() -> None:
    assert len(PREAMBLE.splitlines()) <= 10
    result = CliRunner().invoke(gradgap.app, ["latex", "jensen_exp", "--style", "theorem"])
    assert result.exit_code == 0
    assert all(f"% {line}" in result.output for line in PREAMBLE.splitlines())
    assert "% jensen_exp: proved; " in result.output


# -- on paper --------------------------------------------------------------------------------------


def document(kind: str, body: str) -> str:
    return f"{CLASSES[kind]}\n{PREAMBLE}\\begin{{document}}\n{body}\n\\end{{document}}\n"


@pytest.fixture(scope="session")
def proved() -> dict[str, str]:
    """Every claim as a theorem, followed by the proof of its chapter."""
    return {
        slug: f"{theorem(STATEMENTS[slug])}\\begin{{proof}}\n{proof}\n\\end{{proof}}\n"
        f"See~\\ref{{thm:{label(slug)}}}.\n"
        for slug, proof in zip(SLUGS, as_tex_each(map(proof_of, SLUGS)), strict=True)
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", CLASSES)
def test_every_theorem_compiles_with_its_proof(kind: str, tex: Path, proved) -> None:
    slugs = ON_SLIDES if kind == "beamer" else SLUGS
    shown = {slug: proved[slug] for slug in slugs}
    if kind == "beamer":
        frames = (theorem(STATEMENTS[slug]) for slug in slugs)
        shown = {
            str(n): f"\\begin{{frame}}[shrink]\n{f}\\end{{frame}}" for n, f in enumerate(frames)
        }
    (tex / "all.tex").write_text(document(kind, "\n".join(shown.values())))
    assert compile_document(tex / "all.tex").warnings == []
    labels = re.findall(r"newlabel\{thm:([\w-]+)\}\{\{(\d+)\}", (tex / "all.aux").read_text())
    if kind != "beamer":  # one counter: the numbers count the claims
        assert labels == [(label(slug), str(n)) for n, slug in enumerate(SLUGS, start=1)]


def test_a_theorem_compiles_with_either_proof(tex: Path) -> None:
    (entry,), cases = (ledger := gradgap.verify("cauchy_schwarz")).entries, ledger.cases
    parts = [pasted(cases[entry.slug], entry, proof) for proof in ("chapter", "kernel")]
    body = parts[0] + parts[1].replace("thm:", "again:")
    (tex / "one.tex").write_text(document("two columns", body))
    assert compile_document(tex / "one.tex").warnings == []
    assert parts[1].count(r"\item") > parts[0].count(r"\item")
