"""The ledger of claims, made claim by claim: each question is asked once in a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from theory.kernel.verdict import Case
from theory.ledger.ask import discharge
from theory.ledger.run import Entry, entry_of

Once = Callable[[str, Callable[[], Entry]], Entry]


class Entries(dict[str, Entry]):
    """Slug -> entry, decided when it is first looked up, by whichever worker that is."""

    def __init__(self, cases: Mapping[str, Case], once: Once) -> None:
        super().__init__()
        self.cases, self.once = cases, once

    def __missing__(self, slug: str) -> Entry:
        def decided() -> Entry:
            case = self.cases[slug]
            return entry_of(case, discharge(case.obligations().values()))

        self[slug] = self.once(f"entry of {slug}", decided)
        return self[slug]


@pytest.fixture(scope="session")
def entries(cases: Mapping[str, Case], once: Once) -> Entries:
    return Entries(cases, once)
