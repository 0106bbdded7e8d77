"""What the pages say of the ledger and of the kernel; `python -m theory.ledger.table` writes it.

The table of claims in claims.md has the expected verdicts; ``gradgap verify`` and the tests say
whether they are reached. The diagram in proofs_notes/kernel.md is that of the trusted base.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from theory.ledger.trusted import diagram
from theory.statements import STATEMENTS


def claims_table() -> str:
    """One Markdown row for each claim."""
    rows = ["| claim | what it says | in the paper | verdict |", "| --- | --- | --- | --- |"]
    for s in STATEMENTS.values():
        repair = f", see `{s.corrected_by}`" if s.corrected_by else ""
        rows.append(f"| `{s.slug}` | {s.title} | {s.paper_ref} | {s.expected}{repair} |")
    return "\n".join(rows)


WRITTEN: Mapping[str, tuple[str, Callable[[], str]]] = {
    "proofs_notes/claims.md": ("claims", claims_table),
    "proofs_notes/kernel.md": ("trusted", diagram),
}


def current(page: str, text: str) -> str:
    """The text of a page with its written part as it is now. Raises ValueError when the markers are
    missing."""
    name, write = WRITTEN[page]
    first, last = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, start, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not (start and end):
        raise ValueError(f"{page} has no {first} ... {last}")
    return f"{before}{first}\n{write()}\n{last}{after}"


if __name__ == "__main__":
    for page in WRITTEN:
        path = Path(page)
        path.write_text(current(page, path.read_text()))
