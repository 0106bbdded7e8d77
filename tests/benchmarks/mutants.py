"""The mutation study: every mutant of every claim, aimed at by the proof and by the instances.

    python -m tests.benchmarks.mutants [SLUG ...] [--jobs 2] [--fresh]
    python -m tests.benchmarks.mutants --show SLUG NUMBER        the evidence, found again

writes proofs_notes/generated/mutants.csv after each claim, one row a mutant, and mutants.md at the
end. A claim that is on record with the same mutants is not studied again, unless --fresh. A mutant
is one of

    refuted    an instance that keeps its hypotheses certainly breaks it, in balls; or its negation
               is proved from the hypotheses of the claim, which has a witness
    proved     the claim's own proof proves it, by both solvers: equivalent, weaker or stronger
    undecided  neither: the claim's proof does not prove it, and no instance is known to break it

One that is both refuted and proved would mean that the kernel or the instances are wrong:
SoundnessAlarm stops everything.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

from numeric.attack.pool import candidates, digits
from numeric.attack.search import Hit, search
from numeric.core.record import write_whole
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
ROUNDS, THIN = 6, 12
"""Of draws, and how many policies of the grid are passed over for one that is tried."""
Verdict = Literal["refuted", "proved", "undecided"]


class SoundnessAlarm(Exception):
    """A mutant was proved and refuted. Nothing may be believed."""


@dataclass(frozen=True)
class Finding:
    """What a mutant is; for proved ones, how it compares with its claim."""

    name: str
    verdict: Verdict
    relation: str = ""


@dataclass(frozen=True)
class Claim:
    """All mutants of one claim, and which statement they are of."""

    digest: str
    findings: tuple[Finding, ...]


def refute(statement: Statement, mutant: Mutant) -> Hit | None:
    """The first instance found that keeps the hypotheses of the mutant and breaks it."""
    tried = candidates(mutant.statement, 0, ROUNDS, THIN)
    refuted = statement.expected == "refuted"
    return search(statement, mutant.statement, tried, refuted).hit


def examine(statement: Statement, mutant: Mutant, judge: Judge) -> Finding:
    """Try to prove and to refute one mutant. Raises SoundnessAlarm, SolverDisagreement."""
    hit = refute(statement, mutant)
    try:
        proof = prove(statement, mutant.statement, judge)
    except NoProof:
        refuted = hit is not None or _is_denied(statement, mutant, judge)
        return Finding(mutant.name, "refuted" if refuted else "undecided")
    if hit is not None:
        raise SoundnessAlarm(f"{statement.slug}, {mutant.name}: proved, and {hit.candidate.label}")
    return Finding(mutant.name, "proved", relation(statement, mutant.statement, proof, judge))


def _is_denied(statement: Statement, mutant: Mutant, judge: Judge) -> bool:
    try:
        disprove(statement, mutant.statement, judge)
    except NoProof:
        return False
    return True


def study(slug: str) -> Claim:
    statement, patience = STATEMENTS[slug], Patience()
    judge = judge_of(statement, patience.solvers())
    try:
        found = tuple(examine(statement, mutant, judge) for mutant in mutants(statement))
    finally:
        patience.stop()
    return Claim(digest(statement), found)


def evidence(slug: str, number: int) -> str:
    """What the search and the proof say about the mutant of this number, counted from 1."""
    statement = STATEMENTS[slug]
    mutant = mutants(statement)[number - 1]
    lines = [f"{slug}, mutant {number}: {mutant.name}", f"it says: {mutant.formula}"]
    hit = refute(statement, mutant)
    if hit is not None:
        lines.append(f"refuted on: {hit.candidate.label}")
        lines += [f"  {name}: {text}" for name, text in hit.candidate.parameters.items()]
        lines += [
            f"  {digits(c.measured)} {c.relation} {digits(c.claimed)}: {c.holds}"
            for c in hit.comparisons
        ]
    try:
        prove(statement, mutant.statement, judge_of(statement))
        lines.append("the claim's proof proves it")
    except NoProof as error:
        lines.append(f"no proof: {error}")
    return "\n".join(lines)


# -- the record ------------------------------------------------------------------------------------


def digest(statement: Statement) -> str:
    return hashlib.sha256(statement.fingerprint.encode()).hexdigest()[:16]


def is_current(slug: str, claim: Claim) -> bool:
    """Whether a claim on record is the present one, with the present mutants."""
    present = [m.name for m in mutants(STATEMENTS[slug])]
    return claim.digest == digest(STATEMENTS[slug]) and [f.name for f in claim.findings] == present


def recorded(path: Path = FOLDER / "mutants.csv") -> dict[str, Claim]:
    """Slug -> what is on record; {} without a file. A row without a verdict names a statement."""
    claims: dict[str, Claim] = {}
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for slug, name, verdict, *rest in csv.reader(io.StringIO(text)):
        if not verdict:
            claims[slug] = Claim(name, ())
        elif slug in claims:
            found = Finding(name, verdict, rest[0])  # type: ignore[arg-type]
            claims[slug] = Claim(claims[slug].digest, (*claims[slug].findings, found))
    return claims


def as_csv(claims: Mapping[str, Claim]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("claim", "mutant", "verdict", "relation"))
    for slug, claim in claims.items():
        table.writerow((slug, claim.digest, "", ""))
        table.writerows((slug, f.name, f.verdict, f.relation) for f in claim.findings)
    return text.getvalue()


def save(claims: Mapping[str, Claim], folder: Path = FOLDER) -> None:
    ordered = {slug: claims[slug] for slug in STATEMENTS if slug in claims}
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "mutants.csv", as_csv(ordered).encode())
    write_whole(folder / "mutants.md", as_markdown(ordered).encode())


# -- the table -------------------------------------------------------------------------------------

RELATIONS = ("weaker", "equivalent", "stronger", "not compared", "unneeded")
COLUMNS = ("mutants", "refuted", "undecided", "proved", *RELATIONS)


def counts(claim: Claim) -> dict[str, int]:
    """How many mutants of a claim are of each verdict, and of the proved ones, of each relation."""
    found = Counter(f.verdict for f in claim.findings) + Counter(f.relation for f in claim.findings)
    return {**{column: found[column] for column in COLUMNS}, "mutants": len(claim.findings)}


def as_markdown(claims: Mapping[str, Claim]) -> str:
    """One line a claim, then the mutants that are proved and say more than the claim, or may."""
    rows = {slug: counts(claim) for slug, claim in claims.items()}
    total = {column: sum(row[column] for row in rows.values()) for column in COLUMNS}
    lines = [
        "# Mutants of every claim",
        "",
        f"Written by `{COMMAND}`. mutants.csv has one row a mutant; `--show SLUG NUMBER` finds the",
        "evidence again. The columns after proved divide it: how a proved mutant compares with its",
        "claim. Unneeded: the proof does not use the hypothesis that was changed.",
        "",
        f"| claim | {' | '.join(COLUMNS)} |",
        "| --- |" + " --- |" * len(COLUMNS),
        *(_row(f"`{slug}`", row) for slug, row in rows.items()),
        _row("all", total),
        "",
        "## Proved and stronger, or not compared",
        "",
        *(
            f"- {slug}: {f.name} ({f.relation})".replace("](", "]\\(")  # not a link
            for slug, claim in claims.items()
            for f in claim.findings
            if f.relation in ("stronger", "not compared")
        ),
    ]
    return "\n".join(lines) + "\n"


def _row(name: str, row: Mapping[str, int]) -> str:
    return f"| {name} | {' | '.join(str(row[column]) for column in COLUMNS)} |"


# -- the command -----------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog=COMMAND, description="Study the mutants of every claim.")
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="claims; all by default")
    parser.add_argument("--jobs", type=int, default=default_jobs(), help="worker processes")
    parser.add_argument("--fresh", action="store_true", help="forget what is on record")
    parser.add_argument("--show", nargs=2, metavar=("SLUG", "NUMBER"), help="one mutant's evidence")
    options = parser.parse_args(arguments)
    for slug in [*options.slugs, *(options.show or ())[:1]]:
        if slug not in STATEMENTS:
            parser.error(f"no claim is called {slug!r}")
    if options.show:
        print(evidence(options.show[0], int(options.show[1])))
        return
    claims = {slug: claim for slug, claim in recorded().items() if slug in STATEMENTS}
    todo = [
        slug
        for slug in options.slugs or STATEMENTS
        if options.fresh or slug not in claims or not is_current(slug, claims[slug])
    ]
    check_canaries(CANARY_EFFORT)
    for done, (slug, claim) in enumerate(_studied(todo, options.jobs), start=1):
        claims[slug] = claim
        save(claims)
        print(f"{done} of {len(todo)}  {slug}  {counts(claim)}", file=sys.stderr)
    save(claims)


def _studied(todo: Sequence[str], jobs: int) -> Iterator[tuple[str, Claim]]:
    """In the order in which they are done. An alarm stops all."""
    with ProcessPoolExecutor(jobs, get_context("fork")) as pool:
        running = {pool.submit(study, slug): slug for slug in todo}
        try:
            for future in as_completed(running):
                yield running[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


if __name__ == "__main__":
    main()
