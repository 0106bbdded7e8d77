"""The table of claims in proofs_notes/claims.md; `python -m theory.ledger.table` writes it again.

The verdicts are the expected ones; ``gradgap verify`` and the tests say whether they are reached.
"""

from __future__ import annotations

from pathlib import Path

from theory.statements import STATEMENTS

START, END = "<!-- claims: begin -->", "<!-- claims: end -->"


def claims_table() -> str:
    """One Markdown row for each claim."""
    rows = ["| claim | what it says | in the paper | verdict |", "| --- | --- | --- | --- |"]
    for s in STATEMENTS.values():
        repair = f", see `{s.corrected_by}`" if s.corrected_by else ""
        rows.append(f"| `{s.slug}` | {s.title} | {s.paper_ref} | {s.expected}{repair} |")
    return "\n".join(rows)


def with_table(page: str) -> str:
    """The text with its table replaced. Raises ValueError when the markers are missing."""
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"the page has no {START} ... {END}")
    return f"{before}{START}\n{claims_table()}\n{END}{after}"


if __name__ == "__main__":
    path = Path("proofs_notes/claims.md")
    path.write_text(with_table(path.read_text()))
