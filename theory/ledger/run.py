"""Build every proof, put every obligation to both solvers, and say what follows.

A claim is *proved* when its proof ends in exactly its statement, uses no hypothesis that the
statement does not list, rests on listed textbook facts only, and both solvers answered unsat to
every obligation, those of its witness among them. It is *refuted* when a countermodel is proved in
the same sense. It is *witnessed* when it claims existence and a family of models is proved to have
the properties, for all parameters that the statement admits. Everything else is *undecided*: a
time-out, a disagreement with the statement, an error while building the proof.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib import import_module
from typing import Any

from theory.kernel.axioms import AXIOMS, trusted_names
from theory.kernel.existence import Existence, check_existence
from theory.kernel.instance import Instance, check_instance
from theory.kernel.obligations import Obligation, meaningful
from theory.kernel.proof import Proof
from theory.kernel.rules import FACTS
from theory.kernel.solvers import SOLVERS, Decision, Solver, check_canaries, decide
from theory.kernel.statement import Statement, Verdict
from theory.kernel.syntax import to_text
from theory.kernel.terms import KernelError
from theory.pretty import pretty
from theory.statements import STATEMENTS

SECONDS = 20.0  # per solver and obligation; the slowest known needs about half a second
CANARY_SECONDS = 5.0  # at least this long, so that a short limit is not taken for a lie

Progress = Callable[[int, int], None]


class UnknownSlug(ValueError):
    """No claim has this name."""


class NotThisClaim(KernelError):
    """A proof proves something else than its statement."""


@dataclass(frozen=True, slots=True)
class Case:
    """What there is on one claim: a proof and a witness, or a countermodel.

    Of an existence claim ``proof`` is about the family of models, and the witness about its
    parameters."""

    statement: Statement
    proof: Proof | None
    instance: Instance
    existence: Existence | None = None

    def roots(self) -> dict[str, Proof]:
        """The proof of the claim under the name "claim", then those of the instance."""
        claim = {} if self.proof is None else {"claim": self.proof}
        return {**claim, **self.instance.proofs()}

    def obligations(self) -> dict[str, Obligation]:
        found: dict[str, Obligation] = {}
        for root in self.roots().values():
            found.update(root.obligations())
        return found


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
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


# -- building --------------------------------------------------------------------------------------


def select(slugs: Sequence[str]) -> list[Statement]:
    """The claims with these slugs, all of them when none is named. Raises UnknownSlug."""
    for slug in slugs:
        if slug not in STATEMENTS:
            raise UnknownSlug(f"no claim is called {slug!r}; gradgap verify lists them all")
    return [s for s in STATEMENTS.values() if not slugs or s.slug in slugs]


def build(statement: Statement) -> Case:
    """Make the proofs of a claim and check that they are about this claim. Raises KernelError."""
    module = import_module(f"theory.proofs.{statement.slug}")
    if statement.expected == "refuted":
        case = Case(statement, None, module.countermodel())
    elif statement.kind == "exists":
        existence = module.existence(statement.formal_conclusion)
        case = Case(statement, existence.proof, module.witness(), existence)
    else:
        case = Case(statement, module.prove(statement.formal_conclusion), module.witness())
    check_case(case)
    return case


def check_case(case: Case) -> None:
    """Raises NotThisClaim or NotAnInstance unless the proofs are about this statement."""
    if (case.statement.kind == "exists") != (case.existence is not None):
        raise NotThisClaim(f"{case.statement.slug}: existence is shown by a family of models")
    if case.existence is not None:
        check_existence(case.statement, case.existence)
        if case.proof is not case.existence.proof or not is_meaningful(case.existence.proof):
            raise NotThisClaim(f"{case.statement.slug}: every last step must be conclude")
    elif case.proof is not None:
        check_proof(case.statement, case.proof)
    if (case.proof is None) == (case.instance.negation is None):
        raise NotThisClaim(f"{case.statement.slug}: needs either a proof or a refutation")
    check_instance(case.statement, case.instance)
    for name, root in case.roots().items():
        check_trust(f"{case.statement.slug}, {name}", root)


def check_proof(statement: Statement, proof: Proof) -> None:
    """Raises NotThisClaim unless the proof proves the statement from its hypotheses."""
    if proof.conclusion != statement.formal_conclusion:
        raise NotThisClaim(f"{statement.slug}: the proof ends in {to_text(proof.conclusion)}")
    listed = set(statement.formal_hypotheses.values())
    for hypothesis in proof.hypotheses:
        if hypothesis not in listed:
            raise NotThisClaim(f"{statement.slug}: uses the hypothesis {to_text(hypothesis)}")
    for formula in (*listed, proof.conclusion):
        for symbol in formula.symbols & proof.definitions.keys():
            raise NotThisClaim(f"{statement.slug}: the proof fixes the meaning of {symbol.name}")
    if not is_meaningful(proof):
        raise NotThisClaim(f"{statement.slug}: the last step must be conclude")


def check_trust(what: str, proof: Proof) -> None:
    """Raises NotThisClaim when a proof rests on anything that is not on the printed list."""
    if type(proof) is not Proof:
        raise NotThisClaim(f"{what}: not a proof")
    for name in proof.modulo - trusted_names():
        raise NotThisClaim(f"{what}: rests on {name}, which is not a listed fact")
    for axiom in proof.axioms:
        if AXIOMS.get(axiom.name) != axiom:
            raise NotThisClaim(f"{what}: the axiom {axiom.name} was changed")


def is_meaningful(proof: Proof) -> bool:
    """Whether every number in the conclusion was shown to be defined (rule ``conclude``)."""
    if proof.rule in ("both", "generalise") or (
        proof.rule == "discharge" and not meaningful((), proof.args[0])
    ):
        return all(is_meaningful(p) for p in proof.premises)
    return proof.rule == "conclude" or proof.conclusion.op == "deriv"


# -- deciding --------------------------------------------------------------------------------------


def discharge(
    obligations: Iterable[Obligation],
    jobs: int = 1,
    seconds: float = SECONDS,
    solvers: Mapping[str, Solver] = SOLVERS,
    progress: Progress | None = None,
) -> dict[str, tuple[Decision, float]]:
    """Ask all solvers about each obligation; by digest, the decision and the seconds it took.

    Raises SolverDisagreement, LyingSolver or SolverFailed: then nothing is decided."""
    check_canaries(max(seconds, CANARY_SECONDS), solvers)
    todo = list(obligations)
    ask = partial(_ask, seconds=seconds, solvers=solvers)
    decided = {}
    for done, (digest, answer) in enumerate(_mapped(ask, todo, jobs), start=1):
        decided[digest] = answer
        if progress is not None:
            progress(done, len(todo))
    return decided


def _mapped(
    ask: Callable[[Obligation], tuple[str, tuple[Decision, float]]],
    todo: list[Obligation],
    jobs: int,
) -> Iterator[tuple[str, tuple[Decision, float]]]:
    if jobs <= 1 or len(todo) < 8:
        yield from map(ask, todo)
        return
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        yield from pool.map(ask, todo, chunksize=4)


def _ask(
    obligation: Obligation, seconds: float, solvers: Mapping[str, Solver]
) -> tuple[str, tuple[Decision, float]]:
    start = time.perf_counter()
    decision = decide(obligation.text, seconds, solvers)
    return obligation.digest, (decision, time.perf_counter() - start)


def default_jobs() -> int:
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)


# -- the ledger ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ledger:
    """The cases that were built, what the solvers said, and one entry for each claim."""

    cases: dict[str, Case]
    entries: list[Entry]

    @property
    def as_expected(self) -> bool:
        return all(entry.verdict == entry.expected for entry in self.entries)

    def as_json(self) -> dict[str, Any]:
        used = sorted({name for entry in self.entries for name in entry.modulo})
        return {
            "claims": [entry.as_json() for entry in self.entries],
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
    seconds: float = SECONDS,
    solvers: Mapping[str, Solver] = SOLVERS,
    progress: Progress | None = None,
) -> Ledger:
    """Build and decide the named claims (all by default). Raises UnknownSlug, SolverDisagreement,
    LyingSolver, SolverFailed."""
    statements = select(slugs)
    cases: dict[str, Case] = {}
    failures: dict[str, str] = {}
    for statement in statements:
        try:
            cases[statement.slug] = build(statement)
        except KernelError as error:
            failures[statement.slug] = str(error)
    todo: dict[str, Obligation] = {}
    for case in cases.values():
        todo.update(case.obligations())
    decided = discharge(todo.values(), jobs, seconds, solvers, progress)
    entries = [
        entry_of(cases[s.slug], decided) if s.slug in cases else _failure(s, failures[s.slug])
        for s in statements
    ]
    return Ledger(cases, entries)


def entry_of(case: Case, decided: Mapping[str, tuple[Decision, float]]) -> Entry:
    """The line of a case, once all its obligations are decided. Raises KeyError when one is not."""
    statement, instance = case.statement, case.instance
    asked = case.obligations()
    verdict: Verdict = "undecided"
    if all(decided[digest][0].verdict == "proved" for digest in asked):
        verdict = "proved" if case.proof is not None else "refuted"
        verdict = "witnessed" if case.existence is not None else verdict
    numbers = dict(instance.numbers if case.existence is None else case.existence.numbers)
    roots = (case.proof,) if case.proof is not None else case.roots().values()
    used = frozenset[str]().union(*(root.modulo for root in roots))
    return Entry(
        **_headline(statement),
        verdict=verdict,
        modulo=sorted(used),
        obligations=len(asked),
        checkers=_summary([decided[d][0] for d in asked]),
        countermodel=numbers if verdict == "refuted" else None,
        witness=numbers if verdict in ("proved", "witnessed") else None,
        unused=_unused(statement, case.proof),
        reason=None if verdict != "undecided" else "an obligation was not answered unsat by both",
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
        name: next(a for a in ("sat", "unknown", "unsat") if a in given)
        for name, given in answers.items()
    }


def _unused(statement: Statement, proof: Proof | None) -> list[str]:
    """Hypotheses that the proof never touches."""
    if proof is None:
        return []
    return [
        n for n, formula in statement.formal_hypotheses.items() if formula not in proof.hypotheses
    ]
