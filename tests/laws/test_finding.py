"""A claim is found by its slug, by its number in the paper, by a word, and by a near miss."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import assert_refused, gradgap
from theory.ledger.where import ROOT, files_of
from theory.paper.citation import bibtex
from theory.statements import SLUGS, STATEMENTS
from theory.statements._lookup import UnknownSlug, matching, named, references


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("sharp_step", "sharp_step"),
        ("Sharp Step", "sharp_step"),
        ("Theorem 1(b)", "theorem_1b"),
        ("theorem 1(a)", "theorem_1a_printed"),
        ("thm 4", "theorem_4"),
        ("Lemma 2", "lemma_2"),
        ("cor. 1", "corollary_1"),
        ("Assumption 1(b)", "smoothness_remainder"),
        ("eq16", "lemma_1"),
        ("eq. (16)", "lemma_1"),
        ("(17)", "expansion_printed"),
        ("17", "expansion_printed"),
        ("eqs. (18a)", "theorem_3"),
        ("condition (15a)", "theorem_1b"),
        ("eq 12", "regularity_along_direction"),
    ],
)
def test_a_name_means_the_claim_that_the_paper_gives_this_number(text: str, slug: str) -> None:
    assert named(text)[0] == slug


def test_every_slug_is_its_own_first_meaning() -> None:
    assert [slug for slug in SLUGS if named(slug)[0] != slug] == []
    assert [s.slug for s in STATEMENTS.values() if s not in matching(s.title)] == []


def test_what_a_reference_names() -> None:
    text = "Theorem 1(b), eqs. (15a), (15b), J(0) = 1; Assumption 1, (11)-(13); section 5.1"
    assert list(references(text)) == [
        *("theorem 1b", "eq 15a", "eq 15b", "assumption 1", "eq 11", "eq 12", "eq 13"),
        "section 5.1",
    ]


@pytest.mark.parametrize(
    ("text", "near"),
    [("shrap_step", "sharp_step"), ("theorem_9", "theorem_3"), ("hoeffding", "hoeffding_lemma")],
)
def test_a_near_miss_gets_a_suggestion(text: str, near: str) -> None:
    with pytest.raises(UnknownSlug, match=near):
        named(text)
    for command in ("explain", "verify", "latex", "cite", "break"):
        drop = ("--drop", "smooth") if command == "break" else ()
        assert_refused(gradgap(command, text, *drop), near)


def test_nonsense_names_nothing() -> None:
    for text in ("", "zzzz", "theorem", "(99)", "eq"):
        with pytest.raises(UnknownSlug):
            named(text)


def test_a_long_text_gets_a_short_answer() -> None:
    with pytest.raises(UnknownSlug) as error:
        named("sharp" * 10**6)
    assert len(str(error.value)) < 400


@pytest.mark.slow
def test_explain_takes_a_number_and_says_what_else_it_names() -> None:
    done = gradgap("explain", "eq16")
    assert done.returncode == 0
    assert "Lemma 1, eq. (16)" in done.stdout
    assert "sharp_step" in done.stdout.splitlines()[-1]


def test_explain_where_lists_the_files_of_every_room() -> None:
    listed = gradgap("explain", "sharp_step", "--where").stdout.splitlines()
    for path in ("theory/statements", "theory/proofs", "theory/derivations", "numeric/checks"):
        assert f"{path}/sharp_step.py" in listed
    assert any(line.startswith("proofs_notes/chapters/one_step.md:") for line in listed)
    assert all((ROOT / line.partition(":")[0]).is_file() for line in listed)


def test_a_claim_without_files_has_none(tmp_path: Path) -> None:
    (tmp_path / "theory").mkdir()
    (tmp_path / "theory" / "lemma_9.py").write_text("")
    assert list(files_of("lemma_9", tmp_path)) == ["theory/lemma_9.py"]
    assert list(files_of("lemma_8", tmp_path)) == []


def test_list_filters_and_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("theory.kernel.solvers.decide", None)
    done = gradgap("list", "limit")
    assert "theorem_1b_limit" in done.stdout
    assert "sharp_step" not in done.stdout
    assert gradgap("list", "eq", "22").stdout.count("lemma_2") >= 2
    assert gradgap("list", "zzzz").returncode == 0


@pytest.mark.parametrize("command", ["", "simulate ", "verify ", "break ", "train "])
def test_short_help_is_help(command: str) -> None:
    short, long = (gradgap(*command.split(), flag) for flag in ("-h", "--help"))
    assert short.returncode == 0
    assert short.stdout == long.stdout != ""


def test_the_version_is_the_one_installed() -> None:
    import gradgap as library

    assert gradgap("--version").stdout == f"gradgap {library.__version__}\n"


# -- citing ----------------------------------------------------------------------------------------


def test_cite_has_the_project_and_both_papers() -> None:
    text = gradgap("cite").stdout
    for words in ("@software{gradgap", "2510.08539", "Suk, Joe and Duan, Yaqi", "2510.04028"):
        assert words in text


@pytest.mark.parametrize("slug", SLUGS)
def test_every_claim_can_be_cited(slug: str) -> None:
    text = bibtex("0", slug)
    assert text.count("{") == text.count("}")
    assert STATEMENTS[slug].fingerprint.partition("/")[0] in text
    second = STATEMENTS[slug].paper_ref.startswith("second paper")
    assert ("2510.04028" in text, "2510.08539" in text) == (second, not second)


def test_the_citation_file_says_the_same(project_citation: str) -> None:
    import gradgap as library

    assert f'version: "{library.__version__}"' in project_citation
    for words in ("2510.08539", "2510.04028", "Suk", "Duan", "Yao", "gradgap"):
        assert words in project_citation


@pytest.fixture
def project_citation() -> str:
    return (ROOT / "CITATION.cff").read_text(encoding="utf-8")
