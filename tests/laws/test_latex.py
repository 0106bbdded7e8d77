"""The printed claim is the claim: nothing of it is dropped, and it compiles anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from theory.kernel.statement import Statement
from theory.kernel.terms import Term, const, var
from theory.paper import latex, latex_letters, latex_terms, latex_words
from theory.paper.latex_compile import TexMissing, compile_document, require_tex
from theory.paper.latex_letters import UnknownLetter, letter
from theory.paper.latex_terms import formula, lines
from theory.paper.latex_words import UnknownCharacter, prose
from theory.pretty import abbreviations
from theory.statements import SLUGS, STATEMENTS

# -- letters ---------------------------------------------------------------------------------------


def inside(term: Term) -> Iterator[Term]:
    yield term
    for argument in term.args:
        yield from inside(argument)


def formulas(statement: Statement) -> list[Term]:
    bodies = [n.body for n in statement.notation]
    twins = [twin.conclusion for twin in statement.twins if twin.conclusion is not None]
    return [*(h.formula for h in statement.hypotheses), statement.conclusion, *bodies, *twins]


def variables(statement: Statement) -> set[str]:
    found = {str(n.symbol.data) for n in statement.notation if isinstance(n.symbol, Term)}
    for part in formulas(statement):
        found |= {str(node.data) for node in inside(part) if node.op == "var"}
    return found


@pytest.mark.parametrize("slug", SLUGS)
def test_a_claim_is_well_formed_tex_with_letters_of_its_own_and_no_part_is_lost(slug: str) -> None:
    """In one claim no two letters look alike, and no letter looks like a length |o|."""
    statement = STATEMENTS[slug]
    written = {name: letter(name) for name in variables(statement)}
    assert len(set(written.values())) == len(written)
    assert r"\lvert o\rvert" not in written.values()
    names = abbreviations(statement)
    for term in formulas(statement):
        for tex in (formula(term, names), formula(term), *lines(term, names)):
            assert_balanced(tex)
    for whole in (statement.conclusion, *(h.formula for h in statement.hypotheses)):
        written = "\n".join(lines(whole, names))
        parts = whole.args if whole.op == "and" else (whole,)
        for part in parts:
            assert part.op == "and" or formula(part, names) in written


def assert_balanced(tex: str) -> None:
    depth = 0
    for sign in re.sub(r"\\[{}]", "", tex):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0
    for left, right in (("(", ")"), ("[", "]"), (r"\{", r"\}"), (r"\lvert", r"\rvert")):
        assert tex.count(left) == tex.count(right)


@pytest.mark.parametrize("name", ["Step", "xX", "π"])
def test_an_unknown_letter_is_an_error_that_names_it(name: str) -> None:
    with pytest.raises(UnknownLetter, match=name):
        letter(name)


def test_a_claim_with_an_unknown_letter_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(latex_letters.LETTERS, "J_next")
    with pytest.raises(UnknownLetter, match="J_next"):
        latex.fragment("log_success_step")


# -- words -----------------------------------------------------------------------------------------

PROSE = (
    ("50% of a_b & {see}", r"50\% of $a_{b}$ \& \{see\}"),
    ("eta_k <= 1/(2 sqrt L)", r"$\eta_{k} \le 1/(2\,\sqrt{L})$"),
    ("change of log(J/(1-J)) in one update", r"change of $\log (J/(1 - J))$ in one update"),
    (
        "Δμ, E⁺, G²",
        r"\ensuremath{\Delta }\ensuremath{\mu }, E\ensuremath{^{+}}, $G$\ensuremath{^2}",
    ),
    ("w.(g+ - g-), eq. (11)", r"$w\cdot (g^{+} - g^{-})$, eq. (11)"),
    ("Assumption 1(b), and 2 of 7", "Assumption 1(b), and 2 of 7"),
    ("a gap of log odds", "a gap of log odds"),
    ("60 gap/(L + G^2)", r"$60\,\Delta\mu/(L + G^{2})$"),
    ("2^-T. T", r"$2^{-T}$. $T$"),
    ("B(o)-Lipschitz", r"$B(o)$-Lipschitz"),
    ("E[exp(u S - u^2 |o|/2)]", r"$\mathbb{E}[\exp (u\,S - u^{2}\,\lvert o\rvert /2)]$"),
    ("see lemma_1", r"see \ggref{lemma-1}{\texttt{lemma\_\allowbreak{}1}}"),
    ("0 < eta < eta_safe", r"$0 < \eta < \eta_{\mathrm{safe}}$"),
    ("beta-test", "beta-test"),
    ("explain --steps", "explain -{}-steps"),
)


@pytest.mark.parametrize(("text", "tex"), PROSE, ids=[text for text, _ in PROSE])
def test_prose_is_escaped(text: str, tex: str) -> None:
    assert prose(text) == tex


@pytest.mark.parametrize("sign", ["☃", "ж", "\x07"])
def test_an_unknown_character_is_an_error_that_names_it(sign: str) -> None:
    with pytest.raises(UnknownCharacter, match=f"{ord(sign):04X}"):
        prose(f"snow {sign}")


# -- fragments -------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SLUGS)
def test_a_fragment_has_all_of_the_statement(slug: str) -> None:
    statement, text = STATEMENTS[slug], latex.fragment(slug)
    names = abbreviations(statement)
    for hypothesis in statement.hypotheses:
        assert latex_words.name(hypothesis.name) in text
        assert prose(hypothesis.meaning) in text
        assert all(line in text for line in lines(hypothesis.formula, names))
    assert all(line in text for line in lines(statement.conclusion, names))
    for twin in statement.twins:
        assert prose(twin.name) in text
    for words in (statement.title, statement.paper_ref, statement.remark, statement.printed or ""):
        assert prose(words) in text
    assert "not verified here" in text
    if statement.corrected_by:
        assert latex_words.link(statement.corrected_by) in text


def test_a_long_formula_is_broken_and_not_boxed() -> None:
    """No \\left, which TeX cannot break; no quotient wider than a line."""
    assert r"\left" not in "".join(latex.fragment(slug) for slug in SLUGS)
    long = sum((var(f"x{n}") * var(f"y{n}") for n in range(30)), const(0))
    assert r"\frac" not in formula(long / (1 + long))
    assert latex_terms.WIDEST_QUOTIENT < 40


# -- on paper --------------------------------------------------------------------------------------


@pytest.fixture
def tex(tmp_path: Path) -> Path:
    try:
        require_tex()
    except TexMissing as missing:
        pytest.skip(str(missing))
    return tmp_path


def test_all_fragments_compile_without_a_blemish(tex: Path) -> None:
    (tex / "all.tex").write_text(latex.standalone(latex.fragment(slug) for slug in SLUGS))
    compiled = compile_document(tex / "all.tex")
    assert compiled.pdf.is_file()
    assert compiled.warnings == []


def test_a_formula_over_the_margin_is_seen(tex: Path) -> None:
    wide = r"\[" + "+".join(f"x_{{{n}}}" for n in range(99)) + r"\]"
    (tex / "wide.tex").write_text(latex.standalone([latex.fragment("lemma_1"), wide]))
    (warning,) = compile_document(tex / "wide.tex").warnings
    assert "Overfull" in warning
