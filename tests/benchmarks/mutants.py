"""The mutation study: every mutant of every claim, aimed at by the proof and by the instances.

    python -m tests.benchmarks.mutants [SLUG ...] [--jobs 2] [--fresh]

writes proofs_notes/generated/mutants.json after each claim, and mutants.md at the end. A claim that
is on record with the same mutants is not studied again, unless --fresh. A mutant is one of

    refuted    an instance that keeps its hypotheses certainly breaks it, in balls; or its negation
               is proved from the hypotheses of the claim, which has a witness
    proved     the claim's own proof proves it, by both solvers: equivalent, weaker or stronger
    undecided  neither: the claim's proof does not prove it, and no instance is known to break it

One that is both refuted and proved would mean that the kernel or the instances are wrong:
SoundnessAlarm stops everything.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

from numeric.attack.mutants import Refutation, prepare, refute
from numeric.core.record import as_text, versions, write_whole
from theory.attack.mutant_proofs import (
    Judge,
    NoProof,
    Patience,
    disprove,
    judge_of,
    prove,
    relation,
)
from theory.attack.mutate import Mutant, mutants
from theory.kernel.solvers import check_canaries
from theory.kernel.statement import Statement
from theory.ledger.ask import CANARY_EFFORT
from theory.ledger.run import default_jobs
from theory.statements import STATEMENTS

COMMAND = "python -m tests.benchmarks.mutants"
FOLDER = Path(__file__).resolve().parents[2] / "proofs_notes" / "generated"
Verdict = Literal["refuted", "proved", "undecided"]


class SoundnessAlarm(Exception):
    """A mutant was proved and refuted. Nothing may be believed."""


@dataclass(frozen=True)
class Finding:
    """What a mutant is. ``relation`` is for proved ones, ``reason`` says why there is no proof, and
    ``evidence`` what refutes it."""

    operator: str
    name: str
    where: str
    formula: str
    verdict: Verdict
    relation: str | None = None
    reason: str | None = None
    evidence: dict[str, Any] | None = None


def examine(statement: Statement, mutant: Mutant, judge: Judge) -> Finding:
    """Try to prove and to refute one mutant. Raises SoundnessAlarm, SolverDisagreement."""
    refutation = refute(statement, mutant.statement)
    try:
        proof = prove(statement, mutant.statement, judge)
    except NoProof as error:
        return _not_proved(statement, mutant, judge, refutation, str(error))
    if refutation is not None:
        raise SoundnessAlarm(f"{statement.slug}, {mutant.name}: proved, and {refutation}")
    compared = relation(statement, mutant.statement, proof, judge)
    return _finding(mutant, "proved", relation=compared)


def _not_proved(
    statement: Statement, mutant: Mutant, judge: Judge, found: Refutation | None, reason: str
) -> Finding:
    if found is not None:
        return _finding(mutant, "refuted", reason=reason, evidence=asdict(found))
    try:
        disprove(statement, mutant.statement, judge)
    except NoProof:
        return _finding(mutant, "undecided", reason=reason)
    evidence = {"source": "its negation is proved; the claim's witness keeps the hypotheses"}
    return _finding(mutant, "refuted", reason=reason, evidence=evidence)


def _finding(mutant: Mutant, verdict: Verdict, **rest: Any) -> Finding:
    return Finding(mutant.operator, mutant.name, mutant.where, mutant.formula, verdict, **rest)


def study(slug: str) -> dict[str, Any]:
    """All mutants of one claim, as they are kept on record."""
    statement, started = STATEMENTS[slug], time.perf_counter()
    patience = Patience()
    judge = judge_of(statement, patience.solvers())
    try:
        found = [examine(statement, mutant, judge) for mutant in mutants(statement)]
    finally:
        patience.stop()
    return {
        "fingerprint": statement.fingerprint,
        "seconds": round(time.perf_counter() - started, 1),
        "mutants": [{k: v for k, v in asdict(f).items() if v is not None} for f in found],
    }


# -- the record ------------------------------------------------------------------------------------


def is_current(slug: str, claim: Mapping[str, Any]) -> bool:
    """Whether a claim on record is the present one, with the present mutants."""
    statement = STATEMENTS[slug]
    names = [m["name"] for m in claim["mutants"]]
    present = [m.name for m in mutants(statement)]
    return bool(claim["fingerprint"] == statement.fingerprint and names == present)


def recorded(path: Path = FOLDER / "mutants.json") -> dict[str, Any]:
    """Slug -> what is on record; {} without a file."""
    claims: dict[str, Any] = json.loads(path.read_text())["claims"] if path.exists() else {}
    return claims


def save(claims: Mapping[str, Any], folder: Path = FOLDER) -> None:
    ordered = {slug: claims[slug] for slug in STATEMENTS if slug in claims}
    record = {"command": COMMAND, "versions": versions("z3-solver", "cvc5"), "claims": ordered}
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "mutants.json", as_text(record).encode())
    write_whole(folder / "mutants.md", as_markdown(ordered).encode())


# -- the table -------------------------------------------------------------------------------------

RELATIONS = ("weaker", "equivalent", "stronger", "not compared", "unneeded")
COLUMNS = ("mutants", "refuted", "undecided", "proved", *RELATIONS)


def counts(claim: Mapping[str, Any]) -> dict[str, int]:
    """How many mutants of a claim are of each verdict, and of the proved ones, of each relation."""
    verdicts = Counter(m["verdict"] for m in claim["mutants"])
    relations = Counter(m.get("relation") for m in claim["mutants"])
    both = {**verdicts, **relations, "mutants": len(claim["mutants"])}
    return {column: both.get(column, 0) for column in COLUMNS}


def as_markdown(claims: Mapping[str, Any]) -> str:
    """One line a claim, then the mutants that are proved and not weaker, then the undecided."""
    rows = {slug: counts(claim) for slug, claim in claims.items()}
    total = {column: sum(row[column] for row in rows.values()) for column in COLUMNS}
    lines = [
        "# Mutants of every claim",
        "",
        f"Written by {COMMAND}; the instances that refute are in mutants.json. The columns after",
        "proved divide it: how a proved mutant compares with its claim. Unneeded: the proof does",
        "not use the hypothesis that was changed.",
        "",
        f"| claim | {' | '.join(COLUMNS)} |",
        "| --- |" + " --- |" * len(COLUMNS),
        *(_row(f"`{slug}`", row) for slug, row in rows.items()),
        _row("all", total),
        "",
        "## Proved and stronger",
        "",
        *_listed(claims, "proved", ("stronger", "not compared")),
        "",
        "## Undecided",
        "",
        *_listed(claims, "undecided", (None,)),
    ]
    return "\n".join(lines) + "\n"


def _row(name: str, row: Mapping[str, int]) -> str:
    return f"| {name} | {' | '.join(str(row[column]) for column in COLUMNS)} |"


def _listed(
    claims: Mapping[str, Any], verdict: Verdict, relations: Sequence[str | None]
) -> Iterator[str]:
    for slug, claim in claims.items():
        for m in claim["mutants"]:
            if m["verdict"] == verdict and m.get("relation") in relations:
                note = m.get("relation") or m["reason"]
                yield f"- {slug}: {m['name']} ({note})"


# -- the command -----------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog=COMMAND, description="Study the mutants of every claim.")
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="claims; all by default")
    parser.add_argument("--jobs", type=int, default=default_jobs(), help="worker processes")
    parser.add_argument("--fresh", action="store_true", help="forget what is on record")
    options = parser.parse_args(arguments)
    for slug in options.slugs:
        if slug not in STATEMENTS:
            parser.error(f"no claim is called {slug!r}")
    wanted = options.slugs or list(STATEMENTS)
    claims = {slug: claim for slug, claim in recorded().items() if slug in STATEMENTS}
    todo = [
        slug
        for slug in wanted
        if options.fresh or slug not in claims or not is_current(slug, claims[slug])
    ]
    started = time.perf_counter()
    check_canaries(CANARY_EFFORT)
    if len(todo) > options.jobs:
        prepare()  # before the workers are forked: they inherit the draws
    with ProcessPoolExecutor(options.jobs, get_context("fork")) as pool:
        running = {pool.submit(study, slug): slug for slug in todo}
        try:
            for done, future in enumerate(as_completed(running), start=1):
                slug = running[future]
                claims[slug] = future.result()
                save(claims)
                print(f"{done} of {len(todo)}  {slug}  {counts(claims[slug])}", file=sys.stderr)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    save(claims)
    print(f"{len(todo)} claims in {time.perf_counter() - started:.0f} seconds", file=sys.stderr)


if __name__ == "__main__":
    main()
