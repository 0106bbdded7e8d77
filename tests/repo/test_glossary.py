"""The glossary says what the statements say, and its pages exist."""

from __future__ import annotations

from theory.paper import glossary
from theory.paper.chapters import NOTES
from theory.paper.citation import as_markdown, references
from theory.statements import STATEMENTS


def test_the_committed_glossary_is_current() -> None:
    assert glossary.PATH.read_text("utf-8") == glossary.as_markdown(), "run make records"


def test_every_letter_of_a_statement_is_in_it() -> None:
    letters = list(glossary.letters())
    meanings = {meaning for _, _, meaning, _ in letters}
    assert meanings == {n.meaning for s in STATEMENTS.values() for n in s.notation}
    assert len({(tex, meaning) for tex, _, meaning, _ in letters}) == len(letters)


def test_a_term_is_listed_once_in_order_and_its_page_exists() -> None:
    terms = [term.lower() for term, _, _ in glossary.TERMS]
    assert terms == sorted(set(terms))
    assert [page for _, _, page in glossary.TERMS if not (NOTES / page).is_file()] == []


def test_each_reference_is_a_line_with_its_year() -> None:
    lines = [line for line in as_markdown().splitlines() if line.startswith("- ")]
    assert len(lines) == len(references()) >= 15
    assert not [
        line
        for line in lines
        if "{" in line or "\\" in line or (" 19" not in line and " 20" not in line)
    ]
