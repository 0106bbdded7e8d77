"""The ledger of claims, made claim by claim: each question is asked once in a run."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from theory.kernel.obligations import Obligation
from theory.kernel.solvers import Decision
from theory.kernel.verdict import Case
from theory.ledger.ask import discharge
from theory.ledger.run import Entry, entry_of

Once = Callable[[str, Callable[[], Entry]], Entry]
Answers = dict[str, tuple[Decision, float]]


class Asked:
    """By digest, what both solvers said. Claims share lemmas: what was answered in this run, to
    whichever worker, is not asked again. The folder has a file of answers for each claim."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answers: Answers = {}
        self.read: set[Path] = set()

    def about(self, slug: str, obligations: Mapping[str, Obligation]) -> Answers:
        for path in set(self.folder.glob("answers *.pickle")) - self.read:
            self.answers |= pickle.loads(path.read_bytes())
            self.read.add(path)
        found = discharge(o for d, o in obligations.items() if d not in self.answers)
        whole = self.folder / f"answers {slug}.pickle"
        whole.with_suffix(".part").write_bytes(pickle.dumps(found))
        whole.with_suffix(".part").replace(whole)
        return {d: (found | self.answers)[d] for d in obligations}


class Entries(dict[str, Entry]):
    """Slug -> entry, decided when it is first looked up, by whichever worker that is."""

    def __init__(self, cases: Mapping[str, Case], once: Once, asked: Asked) -> None:
        super().__init__()
        self.cases, self.once, self.asked = cases, once, asked

    def __missing__(self, slug: str) -> Entry:
        def decided() -> Entry:
            case = self.cases[slug]
            return entry_of(case, self.asked.about(slug, case.obligations()))

        self[slug] = self.once(f"entry of {slug}", decided)
        return self[slug]


@pytest.fixture(scope="session")
def entries(cases: Mapping[str, Case], once: Once, shared: Path) -> Entries:
    return Entries(cases, once, Asked(shared))
