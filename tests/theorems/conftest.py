"""The ledger of all claims, made once for each test process."""

from __future__ import annotations

import pytest

from theory.ledger import Entry, Ledger, verify


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    return verify()


@pytest.fixture(scope="session")
def entries(ledger: Ledger) -> dict[str, Entry]:
    return {entry.slug: entry for entry in ledger.entries}
