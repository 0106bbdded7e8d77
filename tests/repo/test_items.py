"""The table of the papers' items names every claim, under the number that the claim names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from theory.kernel.statement import Statement
from theory.paper.items import GAP, ITEMS, PATH, Item, as_markdown, is_new, labels
from theory.statements import STATEMENTS

ROWS = [row for rows in ITEMS.values() for row in rows]


def wrong(rows: Iterable[Item], statements: Mapping[str, Statement]) -> list[str]:
    """Slugs that no claim has; claims that no row has; numbers that no row of the claim has."""
    rows = list(rows)
    listed = {slug for row in rows for slug in row.claims}
    found = [f"no claim: {slug}" for slug in listed - statements.keys()]
    for slug, statement in statements.items():
        if not is_new(statement) and slug not in listed:
            found.append(f"no item: {slug}")
    for slug in listed & statements.keys():
        if not is_new(statements[slug]):
            own = frozenset[str]().union(*(row.labels for row in rows if slug in row.claims))
            missing = labels(statements[slug].paper_ref) - own
            found += [f"{slug}: not listed under {label}" for label in sorted(missing)]
    return found


def test_every_claim_is_in_the_table_under_its_number() -> None:
    assert wrong(ROWS, STATEMENTS) == []


def test_the_table_has_every_number_of_the_first_paper() -> None:
    numbered = {f"({n})" for n in range(1, 23)} - {"(7)", "(15)", "(18)"}
    numbered |= {"(7a)", "(7b)", "(15a)", "(15b)", "(18a)", "(18b)"}
    named = {"Assumption 1", "Assumption 2", "Assumption 3", "Theorem 1(a)", "Theorem 1(b)"}
    named |= {"Theorem 2", "Theorem 3", "Theorem 4", "Corollary 1", "Lemma 1", "Lemma 2"}
    present = frozenset[str]().union(*(row.labels for row in GAP))
    assert numbered | named <= present


def test_a_row_that_covers_nothing_says_why() -> None:
    silent = [r.where for r in ROWS if r.kind in ("not covered", "repair") and not r.differs]
    assert silent == []
    assert all(r.claims for r in ROWS if r.kind in ("reproduction", "repair", "sharpening"))


def test_a_planted_gap_is_found() -> None:
    lost = [row for row in ROWS if "theorem_1b_limit" not in row.claims]
    assert wrong(lost, STATEMENTS) == ["no item: theorem_1b_limit"]
    strange = [*ROWS, replace(ROWS[0], claims=("theorem_9",))]
    assert wrong(strange, STATEMENTS) == ["no claim: theorem_9"]
    moved = {**STATEMENTS, "theorem_4": replace(STATEMENTS["theorem_4"], paper_ref="eq. (5)")}
    assert wrong(ROWS, moved) == ["theorem_4: not listed under (5)"]


def test_the_generated_table_is_current() -> None:
    assert PATH.read_text(encoding="utf-8") == as_markdown()
