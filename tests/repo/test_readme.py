"""The front page fits a screen or two; the page of claims says what the ledger says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from theory.kernel.axioms import trusted_names
from theory.kernel.rules import RULES
from theory.ledger.table import WRITTEN, current
from theory.ledger.trusted import ROOM, diagram, imports, sizes, summary
from theory.statements import STATEMENTS
from theory.statements._joint import JOINTS


@pytest.mark.parametrize("page", WRITTEN)
def test_what_a_page_says_of_the_ledger_and_the_kernel_is_current(
    project_root: Path, page: str
) -> None:
    text = (project_root / page).read_text()
    assert current(page, text) == text, "stale: run python -m theory.ledger.table"
    stale = text.replace("begin -->\n", "begin -->\nold\n")
    assert stale != current(page, stale) == text
    with pytest.raises(ValueError, match="begin"):
        current(page, "nothing here")


def test_the_front_page_is_short(project_root: Path) -> None:
    lines = (project_root / "README.md").read_text().splitlines()
    assert len(lines) <= 120
    assert max(map(len, lines)) <= 160


def test_the_trusted_base_is_small_and_its_size_is_printed() -> None:
    """Each file counted once, on disk; nothing that it imports is left out."""
    files = {path.stem: path for path in ROOM.glob("*.py") if path.stem != "__init__"}
    count = sum(len(path.read_text().split("\n")) - 1 for path in files.values())
    assert sizes().keys() == imports().keys() == files.keys()
    assert f" {count:,} lines with {len(RULES)} rules" in summary()
    assert diagram().startswith(f"{count:,} lines") and count < 2300
    for path in files.values():
        outside = r"^\s*(?:from|import) (?:theory(?!\.kernel)|numeric|gpu_checks)\S*"
        assert not re.findall(outside, path.read_text(), re.M), path.name


def dangling_names(text: str) -> set[str]:
    """Names in code spans that look like a slug and are none, nor a hypothesis, rule or fact."""
    hypotheses = {h.name for s in STATEMENTS.values() for h in s.hypotheses}
    known = {*STATEMENTS, *JOINTS, *RULES, *trusted_names(), *hypotheses}
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
