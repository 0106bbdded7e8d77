"""README.md says what the ledger says."""

from __future__ import annotations

from pathlib import Path

import pytest

from theory.table import END, START, with_table


def test_the_table_of_claims_is_current(project_root: Path) -> None:
    readme = (project_root / "README.md").read_text()
    assert with_table(readme) == readme, "stale: run python -m theory.table"


def test_a_stale_table_is_noticed() -> None:
    stale = f"before\n{START}\n| `theorem_1b` | old |\n{END}\nafter"
    assert with_table(stale) != stale
    assert with_table(with_table(stale)) == with_table(stale)


def test_missing_markers_are_an_error() -> None:
    with pytest.raises(ValueError, match="claims: begin"):
        with_table("no table here")
