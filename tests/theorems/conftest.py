"""The ledger of claims, made claim by claim: each question is asked once in a test process."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from theory.kernel.solvers import Decision
from theory.kernel.verdict import Case
from theory.ledger.ask import discharge
from theory.ledger.run import Entry, entry_of


class Entries(dict[str, Entry]):
    """Slug -> entry, decided when it is first looked up."""

    def __init__(self, cases: Mapping[str, Case]) -> None:
        super().__init__()
        self.cases = cases
        self.decided: dict[str, tuple[Decision, float]] = {}

    def __missing__(self, slug: str) -> Entry:
        case = self.cases[slug]
        asked = case.obligations()
        self.decided |= discharge(asked[d] for d in asked if d not in self.decided)
        self[slug] = entry_of(case, self.decided)
        return self[slug]


@pytest.fixture(scope="session")
def entries(cases: Mapping[str, Case]) -> Entries:
    return Entries(cases)
