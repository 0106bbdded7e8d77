"""``gradgap rocq``: every claim as a theorem of Rocq, compiled and checked here."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from theory.terminal import BadInput, Json, bad_input, progress_line

if TYPE_CHECKING:
    from theory.rocq.check import Checked


rocq = typer.Typer()


@rocq.command("rocq")
def check_with_rocq(
    slugs: Annotated[list[str] | None, typer.Argument(help="Claims; all when none.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Keep the files in this folder, new or empty.")
    ] = None,
    as_json: Json = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=0, help="Processes; 0: one for each core.")
    ] = 0,
    record: Annotated[
        bool, typer.Option("--record", help="Write the run into theory/rocq/record.json.")
    ] = False,
    recorded: Annotated[
        bool, typer.Option("--recorded", help="A claim that is not on record is no fault.")
    ] = False,
) -> None:
    """Check claims with Rocq: compile their theorems, run coqchk, print what they say and rest on.

    Exit 0 only when every claim asked for was checked. With --recorded (for CI) it is: every claim
    on record, unchanged, and whatever else has proof scripts. Without a name coqchk goes through
    Rocq's standard library as well. Needs coqc (on Debian or Ubuntu: apt install coq).
    Example: gradgap rocq sharp_step
    """
    from theory.ledger.run import build, default_jobs, select
    from theory.rocq import record as records
    from theory.rocq.check import RocqMissing, check, version
    from theory.rocq.files import UnsafeFile, development, scripts
    from theory.statements._lookup import UnknownSlug, named

    started = time.perf_counter()
    if out is not None and out.exists() and (out.is_file() or any(out.iterdir())):
        raise BadInput(f"--out needs a new or empty folder, and {out} is neither")
    with bad_input(UnknownSlug, RocqMissing, UnsafeFile, OSError):
        version()
        cases = {s.slug: build(s) for s in select([named(name)[0] for name in slugs or []])}
        made = development(cases, scripts())
        records.translator_digest()  # of the files as they are at the start of the run
        with progress_line("compiling") as progress, tempfile.TemporaryDirectory() as temporary:
            folder = out or Path(temporary)
            checked = check(made, folder, jobs or default_jobs(), progress, library=not slugs)
    left_out = made.left_out
    if record and checked.accepted:
        whole = {slug: case for slug, case in cases.items() if slug not in left_out}
        records.write(whole, checked.version)
    standings = records.standing(cases)
    faults = records.faults(standings, left_out) if recorded else left_out
    accepted = checked.accepted and not faults
    if as_json:
        more = {"accepted": accepted, "left_out": left_out, "record": standings, "faults": faults}
        print(json.dumps(asdict(checked) | more, indent=1, ensure_ascii=False))
    else:
        show(checked, len(cases.keys() - left_out.keys()))
        for slug, reason in left_out.items():
            print(f"{slug} is NOT CHECKED: {reason}")
        for slug in (slug for slug, how in standings.items() if how == "new"):
            print(f"{slug} is new: no recorded run has checked it (gradgap rocq {slug} --record)")
        for slug, reason in faults.items():
            print(f"FAULT: {slug}: {reason}")
    print(f"{time.perf_counter() - started:.1f} s", file=sys.stderr)
    raise typer.Exit(0 if accepted else 1)


def show(checked: Checked, claims: int) -> None:
    """Every theorem as Rocq prints it, and what they all rest on."""
    from theory.rocq.check import AXIOMS

    for file, error in checked.failures.items():
        print(f"{file}.v does not compile: {error}\n")
    for statement in checked.statements.values():
        print(f"{statement}\n")
    if checked.failures:
        print(f"Rocq {checked.version} refuses {len(checked.failures)} files: not checked.")
        return
    print("Together they rest on" if checked.axioms else "They rest on no axiom.")
    for name in checked.axioms:
        print(f"  {name}: {AXIOMS.get(name, 'NOT one of the axioms that are allowed')}")
    verdict = "accepts" if checked.rechecked else "REFUSES"
    print(
        f"{claims} claims, {len(checked.statements)} theorems compiled by Rocq {checked.version};"
        f" coqchk {verdict} the files. None of them admits anything."
    )
