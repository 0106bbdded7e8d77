"""The front page fits a screen or two; the page of claims says what the ledger says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from theory.kernel.rules import FACTS, RULES
from theory.ledger.table import END, START, with_table
from theory.statements import STATEMENTS


def test_the_table_of_claims_is_current(project_root: Path) -> None:
    page = (project_root / "proofs_notes" / "claims.md").read_text()
    assert with_table(page) == page, "stale: run python -m theory.ledger.table"


def test_the_front_page_is_short(project_root: Path) -> None:
    lines = (project_root / "README.md").read_text().splitlines()
    assert len(lines) <= 120
    assert max(map(len, lines)) <= 160


def test_a_stale_table_is_noticed() -> None:
    stale = f"before\n{START}\n| `theorem_1b` | old |\n{END}\nafter"
    assert with_table(stale) != stale
    assert with_table(with_table(stale)) == with_table(stale)


def test_missing_markers_are_an_error() -> None:
    with pytest.raises(ValueError, match="claims: begin"):
        with_table("no table here")


def dangling_names(text: str) -> set[str]:
    """Names in code spans that look like a slug and are none, nor a hypothesis, rule or fact."""
    hypotheses = {h.name for s in STATEMENTS.values() for h in s.hypotheses}
    known = {*STATEMENTS, *RULES, *FACTS, *hypotheses}
    return set(re.findall(r"`([a-z][a-z0-9]*(?:_[a-z0-9]+)+)`", text)) - known


@pytest.mark.parametrize("folder", ["proofs_notes", "."])
def test_prose_names_claims_that_exist(project_root: Path, folder: str) -> None:
    pages = sorted((project_root / folder).glob("*.md"))
    assert pages
    for page in pages:
        if page.name != "CONTRIBUTING.md":  # its example is a claim that is yet to be added
            assert dangling_names(page.read_text()) == set(), page.name


def test_a_dangling_name_is_noticed() -> None:
    assert dangling_names("see `theorem_1b` and `theorem_9z`") == {"theorem_9z"}
