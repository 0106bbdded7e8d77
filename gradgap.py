"""The command line; the commands of ``numeric`` and ``gpu_checks`` are added at the end.

Rooms are imported inside the commands, so that ``gradgap --help`` answers at once. Results go to
standard output, the rest to standard error. Exit codes: 0 as expected, 1 not, 2 bad input.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gpu_checks.commands import training
from numeric.commands import experiments
from theory.terminal import BadInput, Json, bad_input, consoles, plain_table, progress_line

if TYPE_CHECKING:
    from theory.ledger.run import Ledger

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The machine-checked companion to the theory of RLVR: gradient gaps and step sizes.",
)

Jobs = Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes; 0: one for each core.")]


def main() -> None:
    """Entry point. Turns expected errors into one line on standard error."""
    try:
        app()
    except BadInput as error:
        print(f"gradgap: {error}", file=sys.stderr)
        sys.exit(2)


# -- verify ----------------------------------------------------------------------------------------


@app.command()
def verify(
    slugs: Annotated[list[str] | None, typer.Argument(help="Claims; all when none.")] = None,
    as_json: Json = False,
    jobs: Jobs = 0,
    effort: Annotated[
        float | None,
        typer.Option(min=0.001, max=1e6, help="Solver steps per question, in units; default 20."),
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=0.001, max=1e6, help="Safety net: seconds per question.")
    ] = 600.0,
    export: Annotated[Path | None, typer.Option(help="Also write all obligations here.")] = None,
) -> None:
    """Prove every claim with both solvers and print the ledger.

    Example: gradgap verify theorem_1b --json
    """
    from theory.ledger.run import UnknownSlug

    started = time.perf_counter()
    if export is not None and export.exists() and (export.is_file() or any(export.iterdir())):
        raise BadInput(f"--export needs a new or empty folder, and {export} is neither")
    with bad_input(UnknownSlug, OSError):
        ledger = run_ledger(slugs or [], jobs, effort, timeout)
        if export is not None:
            from theory.ledger.export import write

            write(ledger.cases, export)
    if as_json:
        print(json.dumps(ledger_as_json(ledger), indent=1, ensure_ascii=False))
    else:
        from theory.ledger.show import show_ledger

        show_ledger(*consoles(), ledger, time.perf_counter() - started)
    raise typer.Exit(0 if ledger.as_expected else 1)


def run_ledger(
    slugs: list[str], jobs: int, effort: float | None = None, clock: float = 600.0
) -> Ledger:
    from theory.kernel.solvers import LyingSolver, SolverDisagreement, SolverFailed, with_clock
    from theory.kernel.verdict import EFFORT
    from theory.ledger.run import default_jobs
    from theory.ledger.run import verify as verify_ledger

    try:
        with progress_line("proving") as progress:
            solvers, most = with_clock(clock), effort or EFFORT
            return verify_ledger(slugs, jobs or default_jobs(), most, solvers, progress)
    except (SolverDisagreement, LyingSolver, SolverFailed) as error:
        print(f"gradgap: nothing is decided. {type(error).__name__}: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


def ledger_as_json(ledger: Ledger) -> dict[str, Any]:
    """The ledger, with the recorded necessity of each hypothesis."""
    necessity = recorded_necessity()
    document = ledger.as_json()
    for claim in document["claims"]:
        claim["needed"] = necessity.get(claim["slug"], {})
    return document


def recorded_necessity() -> dict[str, dict[str, str]]:
    """Which hypotheses are needed, from the committed results; those of changed claims are left
    out."""
    from numeric.attack.necessity import RESULTS
    from theory.statements import STATEMENTS

    record = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    return {
        slug: record[slug]["needed"]
        for slug, statement in STATEMENTS.items()
        if slug in record and record[slug]["fingerprint"] == statement.fingerprint
    }


# -- recheck ---------------------------------------------------------------------------------------


@app.command()
def recheck(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder written by verify --export; a new one if none.")
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Accept an export of some claims only.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Prove everything again from files alone: each solver and the rules in a process of its own.

    Example: gradgap verify --export obligations && gradgap recheck obligations
    """
    from theory.ledger.recheck import BadExport
    from theory.ledger.recheck import recheck as recheck_folder

    with bad_input(BadExport, OSError):
        if folder is None:
            with tempfile.TemporaryDirectory() as temporary:
                export_all(Path(temporary))
                found = recheck_folder(Path(temporary))
        else:
            found = recheck_folder(folder)
    accepted = found.accepted(partial)
    if as_json:
        print(json.dumps({"accepted": accepted, **asdict(found)}, indent=1))
    else:
        from theory.ledger.show import show_recheck

        show_recheck(*consoles(), found, partial)
    raise typer.Exit(0 if accepted else 1)


def export_all(folder: Path) -> None:
    from theory.ledger.export import write
    from theory.ledger.run import build, select

    write({s.slug: build(s) for s in select(())}, folder)


# -- explain ---------------------------------------------------------------------------------------


@app.command()
def explain(
    slug: Annotated[str, typer.Argument(help="A claim; gradgap verify lists them.")],
    steps: Annotated[bool, typer.Option("--steps", help="Print every step of the proof.")] = False,
    derivation: Annotated[
        bool, typer.Option("--derivation", help="Print how the formula comes about, if recorded.")
    ] = False,
    graph: Annotated[
        Path | None, typer.Option(help="Draw what it rests on and what rests on it, as SVG.")
    ] = None,
    jobs: Jobs = 0,
) -> None:
    """Print a claim: statement, notation, verdict, what its proof uses and rests on.

    Example: gradgap explain theorem_1b --graph theorem_1b.svg
    """
    from theory.ledger.run import UnknownSlug, select
    from theory.ledger.show import show_proof, show_statement, show_verdict

    with bad_input(UnknownSlug):
        (statement,) = select([slug])
    ledger = run_ledger([slug], jobs)
    (entry,) = ledger.entries
    out, _ = consoles()
    show_statement(out, statement)
    show_verdict(out, entry, recorded_necessity().get(slug, {}))
    if slug in ledger.cases:
        show_proof(out, statement, ledger, steps)
    if derivation:
        print_derivation(slug)
    if graph is not None:
        draw_graph(graph, slug)
    raise typer.Exit(0 if ledger.as_expected else 1)


def print_derivation(slug: str) -> None:
    """Check it, then print it."""
    import numpy as np

    from theory.derivations import DERIVATIONS, SLUGS

    if slug not in SLUGS:
        raise BadInput(f"no derivation of {slug} is recorded; there is one of {', '.join(SLUGS)}")
    DERIVATIONS[slug].check(np.random.default_rng(0))
    print(f"\n{DERIVATIONS[slug]}")


def draw_graph(path: Path, slug: str) -> None:
    """The picture of one claim, from the proofs of all."""
    from theory.paper.graph import all_cases, as_svg, graph_of, write

    with bad_input(OSError):
        write(path, as_svg(graph_of(all_cases(), [slug])))
    print(f"wrote {path}", file=sys.stderr)


# -- latex -----------------------------------------------------------------------------------------


@app.command()
def latex(
    slugs: Annotated[list[str] | None, typer.Argument(help="Claims; all when none.")] = None,
    document: Annotated[
        bool, typer.Option("--document", help="A whole document, with proofs and figures.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the document.")
    ] = None,
    preamble: Annotated[
        bool, typer.Option("--preamble", help="Print the lines that fragments need.")
    ] = False,
    proofs: Annotated[bool, typer.Option(help="With all proofs, step by step.")] = True,
    overwrite: Annotated[bool, typer.Option(help="Replace an earlier document.")] = False,
    jobs: Jobs = 0,
) -> None:
    """Print claims as LaTeX to paste, or write the whole ledger as a document and its PDF.

    Example: gradgap latex sharp_step      gradgap latex --document -o paper
    """
    from theory.ledger.run import UnknownSlug
    from theory.paper.latex import PREAMBLE, fragment

    if document == (out is None):
        raise BadInput("--document and -o FOLDER go together; without them fragments are printed")
    if preamble:
        print(PREAMBLE)
        return
    with bad_input(UnknownSlug):
        ledger = run_ledger(slugs or [], jobs)
    if out is None:
        print("\n".join(fragment(entry.slug, entry) for entry in ledger.entries))
    else:
        write_paper(out, ledger, proofs, overwrite)
    raise typer.Exit(0 if ledger.as_expected else 1)


def write_paper(out: Path, ledger: Ledger, proofs: bool, overwrite: bool) -> None:
    """The sources, and the PDF where there is a TeX."""
    from gpu_checks import figures as trained
    from numeric import figures as exact
    from numeric.course.recorded import numbers
    from theory.files import write
    from theory.paper.document import Figure, TexMissing, compile_document, write_document

    with bad_input(FileExistsError, NotADirectoryError), tempfile.TemporaryDirectory() as folder:
        paths = {path.name: path for path in write(Path(folder), all_figures(None))}
        captions = exact.CAPTIONS | trained.CAPTIONS
        figures = {name: Figure(paths[f"{name}.png"], text) for name, text in captions.items()}
        written = write_document(out, ledger, figures, numbers(), proofs, overwrite)
    print(f"wrote {len(written)} files to {out}", file=sys.stderr)
    try:
        made = compile_document(out)
    except TexMissing as missing:
        print(f"gradgap: no PDF: {missing}", file=sys.stderr)
        return
    for warning in made.warnings:
        print(f"TeX: {warning}", file=sys.stderr)
    print(f"wrote {made.pdf}", file=sys.stderr)


# -- figures ---------------------------------------------------------------------------------------


@app.command()
def figures(
    out: Annotated[Path, typer.Option(help="Write into this folder.")] = Path("figures"),
    results: Annotated[Path | None, typer.Option(help="Results, if not those on record.")] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace earlier figures.")] = False,
) -> None:
    """Draw every figure again from recorded results, without computing them anew.

    Example: gradgap figures --out slides
    """
    from theory.files import write

    with bad_input(ValueError, FileNotFoundError, FileExistsError, OSError):
        for path in write(out, all_figures(results), overwrite):
            print(f"wrote {path}", file=sys.stderr)


def all_figures(results: Path | None) -> dict[str, bytes]:
    """By file name. FileNotFoundError: the folder given has none of the results that are drawn."""
    from gpu_checks import figures as trained
    from numeric import figures as exact

    known = (*exact.DRAWN, *trained.DRAWN)
    if results is not None and not any((results / name).is_dir() for name in known):
        raise FileNotFoundError(f"{results} has none of the folders {', '.join(known)}")
    return exact.draw(results or exact.RESULTS) | trained.draw(results or trained.RESULTS)


# -- check -----------------------------------------------------------------------------------------


@app.command()
def check(
    formula: Annotated[str, typer.Argument(help='An inequality, or "-" for standard input.')],
    assume: Annotated[
        list[str] | None, typer.Option("--assume", "-a", help="An assumption; may be repeated.")
    ] = None,
    effort: Annotated[
        float, typer.Option(min=0.01, max=1e6, help="How much to try, in steps; about linear.")
    ] = 10.0,
    timeout: Annotated[
        float, typer.Option(min=0.1, max=1e6, help="Safety net: seconds after which to stop.")
    ] = 600.0,
    memory: Annotated[
        int | None, typer.Option(min=64, help="Megabytes the decision may take.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Decide your own inequality: proved, refuted with a point, or undecided.

    --effort counts points, boxes and solver steps, so the verdict is the same on every machine.

    Exit code 0 proved, 1 refuted, 3 undecided, 2 bad input.

    Example: gradgap check "log(x) <= x - 1" --assume "0 < x"
    """
    from theory.inequality import _command as room
    from theory.inequality._tokens import LIMITS

    text = sys.stdin.read(LIMITS.length + 2).strip() if formula == "-" else formula
    with bad_input(ValueError):
        result = room.run(text, assume or [], effort, timeout, memory)
    print(json.dumps(room.as_json(result), indent=1) if as_json else result)
    raise typer.Exit(room.exit_code(result))


# -- threshold -------------------------------------------------------------------------------------


@app.command()
def threshold(
    success_rate: Annotated[float, typer.Option("--J", help="Success rate, 0 < J < 1.")],
    gap: Annotated[float, typer.Option("--gap", help="Gap alignment w.(g+ - g-), eq. (11).")],
    smoothness: Annotated[float, typer.Option("--L", help="Smoothness, Assumption 1b or 2.")],
    score_bound: Annotated[float, typer.Option("--G", help="Score bound, Assumption 1a or 2.")],
    longest: Annotated[
        float | None, typer.Option("--T-inf", help="Longest response; asks for the token level.")
    ] = None,
    psi_1: Annotated[
        float | None, typer.Option("--T-psi", help="psi_1 norm of the length. Default: T_inf/log 2")
    ] = None,
    mean_length: Annotated[
        float | None, typer.Option(help="Mean length of correct responses. Default: T_inf")
    ] = None,
    alpha: Annotated[float | None, typer.Option(help="Learning rate of GRPO, eq. (20).")] = None,
    as_json: Json = False,
) -> None:
    """Print the safe step sizes: the paper's, the sharp ones, and which branch binds.

    With --T-inf token by token; with --alpha also the steps of GRPO and Dr. GRPO.

    Example: gradgap threshold --J 0.1 --gap 0.5 --L 1 --G 1 --T-inf 100 --alpha 0.01
    """
    from theory.thresholds import OutOfDomain
    from theory.token_thresholds import thresholds_of_level

    with bad_input(OutOfDomain):
        found = thresholds_of_level(
            (success_rate, gap, smoothness, score_bound), longest, psi_1, mean_length, alpha
        )
    if as_json:
        print(json.dumps(asdict(found), indent=1))
        return
    out, _ = consoles()
    table = plain_table("step size", "value", "what it gives")
    for group in found.groups():
        for row in group:
            table.add_row(*row)
        table.add_section()
    out.print(table)


app.add_typer(experiments)
app.add_typer(training)


if __name__ == "__main__":
    main()
