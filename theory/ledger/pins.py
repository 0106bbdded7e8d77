"""What each claim says and rests on, on record: a change shows up in review and fails a test.

``python -m theory.ledger.pins`` writes theory/ledger/pins.json from the statements and the proof
objects.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

from theory.ledger.run import build
from theory.statements import STATEMENTS

PATH = Path(__file__).parent / "pins.json"


class Pin(TypedDict):
    """The fingerprint of a statement, and every axiom and fact below its proof."""

    statement: str
    modulo: list[str]


def current() -> dict[str, Pin]:
    """The pins as they are now."""
    pins: dict[str, Pin] = {}
    for slug, statement in STATEMENTS.items():
        pins[slug] = {"statement": statement.fingerprint, "modulo": build(statement).modulo()}
    return pins


def recorded() -> dict[str, Pin]:
    """The pins on record."""
    pins: dict[str, Pin] = json.loads(PATH.read_text())
    return pins


def write() -> None:
    PATH.write_text(json.dumps(current(), indent=1) + "\n")


if __name__ == "__main__":
    write()
