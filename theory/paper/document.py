"""The documents: the companion paper and the archive; of some claims, the archive of them alone."""

from __future__ import annotations

from pathlib import Path

from theory.files import write
from theory.ledger.run import Ledger
from theory.paper.archive import archive
from theory.paper.citation import REFERENCES
from theory.paper.companion import companion
from theory.statements import STATEMENTS

COMPANION, ARCHIVE = "companion.tex", "archive.tex"


def write_documents(
    folder: Path, ledger: Ledger, proofs: bool = True, overwrite: bool = False
) -> list[Path]:
    """Write the sources into a folder, made if need be, and return those to compile, the paper only
    where the ledger has all claims; without ``proofs`` the archive has no kernel steps.

    Raises NotInChapters, PandocMissing; FileExistsError when a file is there and ``overwrite`` is
    not set."""
    files: dict[str, bytes | str] = {ARCHIVE: archive(ledger, proofs)}
    if len(ledger.entries) == len(STATEMENTS):
        files |= companion(ledger) | {REFERENCES.name: REFERENCES.read_bytes()}
    write(folder, files, overwrite)
    return [folder / name for name in (COMPANION, ARCHIVE) if name in files]
