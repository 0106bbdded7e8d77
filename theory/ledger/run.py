"""The ledger: build what there is on every claim, ask, and print a line for each.

The verdicts are those of ``theory.kernel.verdict``; nothing here decides.
"""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from theory.kernel.axioms import AXIOMS
from theory.kernel.obligations import Obligation
from theory.kernel.rules import FACTS
from theory.kernel.solvers import SOLVERS, Decision, Solver
from theory.kernel.statement import Statement, Verdict
from theory.kernel.terms import KernelError
from theory.kernel.verdict import Case, check_case, verdict
from theory.ledger.ask import EFFORT, Progress, discharge
from theory.ledger.failure import failure_of, unlisted
from theory.pretty import pretty
from theory.proofs import script
from theory.statements import STATEMENTS
from theory.statements._joint import JOINTS, Joint
from theory.statements._lookup import UnknownSlug, nearest


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger; the fields are those of ``gradgap verify --json``."""

    slug: str
    paper_ref: str
    title: str
    kind: str
    verdict: Verdict
    expected: Verdict
    modulo: list[str]
    obligations: int
    checkers: dict[str, str]
    corrected_by: str | None
    countermodel: dict[str, str] | None
    witness: dict[str, str] | None
    unused: list[str] = field(default_factory=list)
    reason: str | None = None
    failure: dict[str, Any] | None = None
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


# -- building --------------------------------------------------------------------------------------


def select(slugs: Sequence[str]) -> list[Statement]:
    """The claims with these slugs, all of them when none is named. Raises UnknownSlug."""
    for slug in slugs:
        if slug not in STATEMENTS:
            raise UnknownSlug(f"no claim is called {slug!r}; near it: {', '.join(nearest(slug))}")
    return [s for s in STATEMENTS.values() if not slugs or s.slug in slugs]


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Terms and proofs refer to older ones only: a search among them for cycles finds nothing, and
    takes a third of the time of making them."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


@_no_cycles()
def build(statement: Statement) -> Case:
    """Make the proofs of a claim and check that they are about this claim. Raises KernelError."""
    module = script(statement.slug)
    if statement.expected == "refuted":
        case = Case(statement, None, module.countermodel())
    elif statement.kind == "exists":
        existence = module.existence(statement.formal_conclusion)
        case = Case(statement, existence.proof, module.witness(), existence)
    else:
        case = Case(statement, module.prove(statement.formal_conclusion), module.witness())
    check_case(case)
    return case


def default_jobs() -> int:
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)


# -- the ledger ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class Ledger:
    """The cases that were built, what the solvers said, and one entry for each claim."""

    cases: dict[str, Case]
    entries: list[Entry]

    def __repr__(self) -> str:
        verdicts = Counter(entry.verdict for entry in self.entries)
        return f"<ledger of {len(self.entries)} claims: {dict(verdicts)}>"

    @property
    def as_expected(self) -> bool:
        return all(entry.verdict == entry.expected for entry in self.entries)

    def theorems(self) -> list[tuple[Joint, str]]:
        """The joint theorems whose claims are all here, with their verdicts."""
        verdicts = {entry.slug: entry.verdict for entry in self.entries}
        return [(j, j.verdict(verdicts)) for j in JOINTS.values() if set(j.slugs) <= set(verdicts)]

    def as_json(self) -> dict[str, Any]:
        used = sorted({name for entry in self.entries for name in entry.modulo})
        names = ("slug", "title", "paper_ref", "remark")
        return {
            "claims": [entry.as_json() for entry in self.entries],
            "theorems": [
                {**{n: getattr(joint, n) for n in names}, "verdict": found, "claims": joint.slugs}
                for joint, found in self.theorems()
            ],
            "axioms": [fact_as_json(name) for name in used],
        }


def fact_as_json(name: str) -> dict[str, str]:
    """Name, statement and source of an axiom or of a fact of the kernel."""
    if name in AXIOMS:
        axiom = AXIOMS[name]
        given = "".join(f" if {pretty(c)}" for c in axiom.conditions)
        statement, source = pretty(axiom.conclusion) + given, axiom.source
    else:
        statement, source = FACTS[name]
    return {"name": name, "statement": statement, "source": source}


def verify(
    slugs: Sequence[str] = (),
    jobs: int = 1,
    effort: float = EFFORT,
    solvers: Mapping[str, Solver] = SOLVERS,
    progress: Progress | None = None,
) -> Ledger:
    """Build and decide the named claims (all by default). Raises UnknownSlug, SolverDisagreement,
    LyingSolver, SolverFailed."""
    statements = select(slugs)
    cases: dict[str, Case] = {}
    failures: dict[str, str] = {}

    def questions() -> Iterator[Obligation]:
        asked: set[str] = set()
        for statement in statements:
            try:
                case = cases[statement.slug] = build(statement)
            except KernelError as error:
                failures[statement.slug] = unlisted(statement) or str(error)
                continue
            new = {d: o for d, o in case.obligations().items() if d not in asked}
            asked |= new.keys()
            yield from new.values()

    decided = discharge(questions(), jobs, effort, solvers, progress)
    entries = [
        entry_of(cases[s.slug], decided) if s.slug in cases else _failure(s, failures[s.slug])
        for s in statements
    ]
    return Ledger(cases, entries)


def entry_of(case: Case, decided: Mapping[str, tuple[Decision, float]]) -> Entry:
    """The line of a case. Raises KeyError when one of its obligations was not asked."""
    statement, instance, proof = case.statement, case.instance, case.proof
    asked = case.obligations()
    decisions = {digest: decided[digest][0] for digest in asked}
    found = verdict(case, decisions)
    numbers = dict(instance.numbers if case.existence is None else case.existence.numbers)
    listed = statement.formal_hypotheses if proof is not None else {}
    failed = failure_of(case, decisions) if found == "undecided" else None
    return Entry(
        **_headline(statement),
        verdict=found,
        modulo=case.modulo(),
        obligations=len(asked),
        checkers=_summary(list(decisions.values())),
        countermodel=numbers if found == "refuted" else None,
        witness=numbers if found in ("proved", "witnessed") else None,
        unused=[n for n, h in listed.items() if proof is not None and h not in proof.hypotheses],
        reason=None if found != "undecided" else str(failed or "fewer than two solvers"),
        failure=None if failed is None else failed.as_json(),
        seconds=round(sum(decided[d][1] for d in asked), 3),
    )


def _headline(statement: Statement) -> dict[str, Any]:
    names = ("slug", "paper_ref", "title", "kind", "expected", "corrected_by")
    return {name: getattr(statement, name) for name in names}


def _failure(statement: Statement, reason: str) -> Entry:
    return Entry(
        **_headline(statement),
        verdict="undecided",
        modulo=[],
        obligations=0,
        checkers={},
        countermodel=None,
        witness=None,
        reason=reason,
    )


def _summary(decisions: list[Decision]) -> dict[str, str]:
    """For each solver ``unsat`` when it said so every time, else its worst answer."""
    answers: dict[str, set[str]] = {}
    for decision in decisions:
        for name, answer in decision.answers.items():
            answers.setdefault(name, set()).add(answer)
    return {
        name: next(a for a in ("sat", "clock", "unknown", "unsat") if a in given)
        for name, given in answers.items()
    }
