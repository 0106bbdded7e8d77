"""The command that writes LaTeX: ``gradgap latex``; and the ledger that it asks for."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from theory.terminal import BadInput, bad_input, progress_line

if TYPE_CHECKING:
    from theory.ledger.run import Ledger

papers = typer.Typer()
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes; 0: one for each core.")]


def slugs_of(names: Iterable[str]) -> list[str]:
    """The first claim that each name means; of a joint theorem all. Raises UnknownSlug."""
    from theory.statements._joint import parts_of
    from theory.statements._lookup import named

    return [named(name)[0] for name in parts_of(names)]


def run_ledger(
    slugs: list[str], jobs: int, effort: float | None = None, clock: float = 600.0
) -> Ledger:
    from theory.kernel.solvers import LyingSolver, SolverDisagreement, SolverFailed, with_clock
    from theory.ledger.ask import EFFORT
    from theory.ledger.run import default_jobs
    from theory.ledger.run import verify as verify_ledger

    try:
        with progress_line("proving") as progress:
            solvers, most = with_clock(clock), effort or EFFORT
            return verify_ledger(slugs, jobs or default_jobs(), most, solvers, progress)
    except (SolverDisagreement, LyingSolver, SolverFailed) as error:
        print(f"gradgap: nothing is decided. {type(error).__name__}: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


# -- latex -----------------------------------------------------------------------------------------


class ProofOfChapter(TyperCommand):
    """``--proof`` alone means ``--proof chapter``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        where = args.index("--proof") + 1 if "--proof" in args else None
        if where is not None and args[where : where + 1] not in (["chapter"], ["kernel"]):
            args.insert(where, "chapter")
        return super().parse_args(ctx, args)


@papers.command("latex", cls=ProofOfChapter)
def latex_command(
    slugs: Annotated[list[str] | None, typer.Argument(help="Claims; all when none.")] = None,
    style: Annotated[
        Literal["statement", "theorem"],
        typer.Option(help="All that the ledger says of a claim, or a theorem of amsthm."),
    ] = "statement",
    proof: Annotated[
        Literal["chapter", "kernel"] | None,
        typer.Option(help="After a theorem its proof: from its chapter, or all kernel steps."),
    ] = None,
    document: Annotated[
        bool, typer.Option("--document", help="Documents; of some claims their archive.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the document.")
    ] = None,
    preamble: Annotated[
        bool, typer.Option("--preamble", help="Print the lines that the style needs.")
    ] = False,
    proofs: Annotated[bool, typer.Option(help="With all proofs, step by step.")] = True,
    overwrite: Annotated[bool, typer.Option(help="Replace an earlier document.")] = False,
    jobs: Jobs = 0,
) -> None:
    """Print claims as LaTeX to paste, or write the companion paper and the archive of all proofs.

    Example: gradgap latex sharp_step --style theorem --proof
    """
    from theory.paper import latex as statements
    from theory.paper import theorem as theorems
    from theory.paper.chapters import NotInChapters, PandocMissing
    from theory.statements._lookup import UnknownSlug

    if document == (out is None):
        raise BadInput("--document and -o FOLDER go together; without them claims are printed")
    if style == "statement" and proof is not None:
        raise BadInput("--proof is for --style theorem")
    needed = statements.PREAMBLE if style == "statement" else theorems.PREAMBLE
    if preamble:
        print(needed)
        return
    with bad_input(UnknownSlug):
        ledger = run_ledger(slugs_of(slugs or []), jobs)
    if out is not None:
        write_and_compile(out, ledger, proofs, overwrite)
    elif style == "statement":
        print("\n".join(statements.fragment(entry.slug, entry) for entry in ledger.entries))
    else:
        print("".join(f"% {line}\n" for line in needed.splitlines()))
        joints = [t for t in ledger.theorems() if t[0].slug in (slugs or [])]
        within = {slug for joint, _ in joints for slug in joint.slugs if proof is None}
        for joint, verdict in joints:
            print(theorems.jointly(joint, verdict))
        with bad_input(NotInChapters, PandocMissing):
            for entry in (e for e in ledger.entries if e.slug not in within):
                print(theorems.pasted(ledger.cases.get(entry.slug), entry, proof))
    raise typer.Exit(0 if ledger.as_expected else 1)


def write_and_compile(out: Path, ledger: Ledger, proofs: bool, overwrite: bool) -> None:
    """The sources, and the PDFs where there is a TeX."""
    from theory.paper.chapters import NotInChapters, PandocMissing
    from theory.paper.document import write_documents

    with bad_input(FileExistsError, NotADirectoryError, NotInChapters, PandocMissing):
        sources = write_documents(out, ledger, proofs, overwrite)
    for source in sources:
        print(f"wrote {source}", file=sys.stderr)
        compile_aloud(source)


def compile_aloud(source: Path) -> None:
    """A PDF beside the source, where there is a TeX; what happened goes to standard error."""
    from theory.paper.latex_compile import TexFailed, TexMissing, compile_document

    try:
        with bad_input(TexFailed), progress_line(f"setting {source.name}"):
            made = compile_document(source)
    except TexMissing as missing:
        print(f"gradgap: no PDF: {missing}", file=sys.stderr)
        return
    for warning in made.warnings:
        print(f"TeX: {warning}", file=sys.stderr)
    print(f"wrote {made.pdf}", file=sys.stderr)
