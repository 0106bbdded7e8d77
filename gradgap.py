"""gradgap: the machine-checked companion to the theory of RLVR, as a library and a command line.

    >>> import gradgap
    >>> gradgap.threshold(J=0.1, gap=0.5, L=1, G=1).safe
    0.9
    >>> gradgap.check("x + 1 <= exp(x)").verdict
    'proved'

Importing it loads no solver and no array: what a function needs is imported when it is called. The
commands at the end are those that need several rooms; the others are in ``theory.commands``,
``numeric.commands``, ``gpu_checks.commands``, ``gpu_checks.lm.commands`` and ``course.commands``.
Results go to standard output, the rest to standard error. Exit codes: 0 as expected, 1 not, 2 bad
input.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, overload

import typer

from course.commands import teaching
from gpu_checks.commands import training
from gpu_checks.lm.commands import language_models
from numeric.commands import experiments
from theory.commands import claims, draw_graph, numbers, print_derivation, print_files
from theory.paper.commands import Jobs, papers, run_ledger, slugs_of
from theory.rocq.command import rocq
from theory.terminal import BadInput, Commands, Json, bad_input, consoles

if TYPE_CHECKING:
    from numeric.attack.break_claim import Broken
    from numeric.experiments.worst_case.worst_case import WorstCase
    from theory.group_thresholds import Groups
    from theory.inequality import Result
    from theory.ledger.run import Ledger
    from theory.paper.claim import Claim, Claims
    from theory.thresholds import Floats, Names, Number, Numbers, Thresholds
    from theory.token_thresholds import TokenThresholds

    CLAIMS: Claims

__version__ = "0.1.0"
__all__ = (
    "CLAIMS",
    "break_claim",
    "check",
    "claim",
    "latex",
    "threshold",
    "verify",
    "worst_case",
)

# -- the library -----------------------------------------------------------------------------------


def __getattr__(name: str) -> Any:
    """``CLAIMS``: the claims by slug, in the order of the ledger, loaded when first used."""
    if name != "CLAIMS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from theory.paper.claim import Claims

    return Claims()


def __dir__() -> list[str]:
    return [*__all__, "__version__", "main"]


def claim(name: str) -> Claim:
    """A claim by its slug or its number in the paper: "sharp_step", "Theorem 1(b)", "eq. (16)".

    It displays itself in a notebook; its verdict is proved when asked for. Raises UnknownSlug."""
    from theory.paper.claim import Claim
    from theory.statements._lookup import named

    return Claim(named(name)[0])


@overload
def threshold(  # type: ignore[overload-overlap] # one number is an ArrayLike too
    *, J: Number, gap: Number, L: Number, G: Number, T_inf: None = None
) -> Thresholds[float, str]: ...
@overload
def threshold(  # type: ignore[overload-overlap]
    *,
    J: Number,
    gap: Number,
    L: Number,
    G: Number,
    T_inf: Number,
    T_psi: Number | None = None,
    mean_length: Number | None = None,
    alpha: Number | None = None,
) -> TokenThresholds[float, str]: ...
@overload
def threshold(
    *, J: Number, gap: Number, L: Number, G: Number, group: int, prompts: int = 1
) -> Groups: ...
@overload
def threshold(
    *, J: Numbers, gap: Numbers, L: Numbers, G: Numbers, T_inf: None = None
) -> Thresholds[Floats, Names]: ...
@overload
def threshold(
    *,
    J: Numbers,
    gap: Numbers,
    L: Numbers,
    G: Numbers,
    T_inf: Numbers,
    T_psi: Numbers | None = None,
    mean_length: Numbers | None = None,
    alpha: Numbers | None = None,
) -> TokenThresholds[Floats, Names]: ...
def threshold(
    *,
    J: Numbers,
    gap: Numbers,
    L: Numbers,
    G: Numbers,
    T_inf: Numbers | None = None,
    T_psi: Numbers | None = None,
    mean_length: Numbers | None = None,
    alpha: Numbers | None = None,
    group: int | None = None,
    prompts: int = 1,
) -> Thresholds[Any, Any] | TokenThresholds[Any, Any] | Groups:
    """The step sizes that are proved safe, beside the paper's. ``safe``: below it J rises.

    ``J`` success rate, 0 < J < 1. ``gap`` alignment w.(g+ - g-), eq. (11), from 0 to G/max(J, 1-J).
    ``L``, ``G`` smoothness and bound of the score, Assumption 1; with ``T_inf`` those of Assumption
    2, and the answer is token by token: ``T_psi`` is the psi_1 norm of the length, ``mean_length``
    the mean length of the correct responses, ``alpha`` a learning rate of GRPO, eq. (20). Numbers
    of any type, quotients as text ("1/3"), or arrays that broadcast. With ``group``, the size of a
    group, the answer is about samples: learning rates of Dr. GRPO and GRPO, and how long a batch of
    ``prompts`` groups waits; ``gap`` is the length of g+ - g-, and each number is one. Raises
    OutOfDomain, a ValueError that names the hypothesis and the value."""
    from theory.group_thresholds import group_numbers
    from theory.thresholds import OutOfDomain
    from theory.token_thresholds import thresholds_of_level

    if group is not None:
        if any(x is not None for x in (T_inf, T_psi, mean_length, alpha)):
            raise OutOfDomain("group is about whole responses: it takes J, gap, L, G and prompts")
        return group_numbers(J, gap, L, G, group, prompts)  # type: ignore[arg-type]
    return thresholds_of_level((J, gap, L, G), T_inf, T_psi, mean_length, alpha)


def check(claim: str, *assume: str, effort: float = 10.0) -> Result:
    """Is the inequality true for all real numbers that satisfy the assumptions? Proved, refuted
    with a point, or undecided, with the evidence. ``effort`` is how much to try, in steps.

    Raises BadFormula, a ValueError, where a text is not a formula."""
    from theory.inequality import decide

    return decide(claim, assume, effort)


def verify(*names: str, jobs: int = 1) -> Ledger:
    """Prove the claims again with both solvers, all of them when none is named.

    Raises UnknownSlug; SolverDisagreement, LyingSolver or SolverFailed where nothing is decided."""
    from theory.ledger.run import verify as verify_claims

    return verify_claims(slugs_of(names), jobs)


def break_claim(
    name: str,
    *,
    drop: str | None = None,
    change: str | None = None,
    tries: int = 1_500,
    seed: int = 0,
) -> Broken:
    """Leave out a hypothesis of a claim, or change a number in it ("8 -> 1/4"), and look for a
    policy on which it then fails: refuted with that policy, or undecided. Raises ValueError."""
    from numeric.attack.break_claim import broken_by

    return broken_by(claim(name).slug, drop, change, tries, seed)


def worst_case(*, J: float, gap: float, L: float, G: float, eta: float) -> WorstCase:
    """The least and the greatest change of log odds in one update of length ``eta``, over all
    policies with these constants, with certificates. Raises OutOfDomain, a ValueError."""
    from numeric.experiments.worst_case.worst_case import worst_case as solve

    return solve(float(J), float(gap), float(L), float(G), float(eta))


def latex(name: str) -> str:
    """The claim as LaTeX to paste, with its verdict, which is proved again. Raises UnknownSlug."""
    return claim(name).latex()


# -- the command line ------------------------------------------------------------------------------

app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The machine-checked companion to the theory of RLVR: gradient gaps and step sizes.",
)


def main() -> None:
    """Entry point. Turns expected errors into one line on standard error."""
    try:
        app(prog_name="gradgap")
    except BadInput as error:
        print(f"gradgap: {error}", file=sys.stderr)
        sys.exit(2)


def show_version(asked: bool) -> None:
    if asked:
        print(f"gradgap {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Only what is said in ``help`` above."""


# -- verify ----------------------------------------------------------------------------------------


@app.command("verify")
def verify_command(
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
    from theory.statements._lookup import UnknownSlug

    started = time.perf_counter()
    if export is not None and export.exists() and (export.is_file() or any(export.iterdir())):
        raise BadInput(f"--export needs a new or empty folder, and {export} is neither")
    with bad_input(UnknownSlug, OSError):
        ledger = run_ledger(slugs_of(slugs or []), jobs, effort, timeout)
        if export is not None:
            from theory.ledger.export import write

            write(ledger.cases, export)
    if as_json:
        print(json.dumps(ledger_as_json(ledger), indent=1, ensure_ascii=False))
    else:
        from theory.ledger.show import show_ledger

        show_ledger(*consoles(), ledger, time.perf_counter() - started)
    raise typer.Exit(0 if ledger.as_expected else 1)


def ledger_as_json(ledger: Ledger) -> dict[str, Any]:
    """The ledger, with the recorded necessity of each hypothesis and the recorded run of Rocq."""
    from numeric.attack.necessity import recorded_necessity
    from theory.rocq.record import recorded

    necessity, checked = recorded_necessity(), recorded(ledger.cases)
    document = ledger.as_json()
    for claim in document["claims"]:
        claim["needed"] = necessity.get(claim["slug"], {})
        claim["rocq"] = checked.get(claim["slug"], "not checked")
    return document


# -- explain ---------------------------------------------------------------------------------------


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help='A claim: sharp_step, "Theorem 1(b)", eq16, ...')],
    steps: Annotated[bool, typer.Option("--steps", help="Print every step of the proof.")] = False,
    derivation: Annotated[
        bool, typer.Option("--derivation", help="Print how the formula comes about, if recorded.")
    ] = False,
    graph: Annotated[
        Path | None, typer.Option(help="Draw what it rests on and what rests on it, as SVG.")
    ] = None,
    where: Annotated[
        bool, typer.Option("--where", help="Only list its files, in every room.")
    ] = False,
    jobs: Jobs = 0,
) -> None:
    """Print a claim: statement, notation, verdict, what its proof uses and rests on.

    Example: gradgap explain "Theorem 1(b)" --graph theorem_1b.svg
    """
    from numeric.attack.necessity import recorded_necessity
    from theory.ledger.run import select
    from theory.ledger.show import show_joint, show_proof, show_statement, show_verdict
    from theory.statements._joint import JOINTS
    from theory.statements._lookup import UnknownSlug, named

    if name in JOINTS:
        joint = JOINTS[name]
        if steps or derivation or graph or where:
            raise BadInput(f"{name} is several claims: ask for one of {', '.join(joint.slugs)}")
        ledger = run_ledger([*joint.slugs], jobs)
        show_joint(consoles()[0], joint, ledger)
        raise typer.Exit(0 if ledger.as_expected else 1)
    with bad_input(UnknownSlug):
        slug, *others = named(name)
    if where:
        print_files(slug)
        return
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
    if others:
        out.print(f"\n{name} is also in {', '.join(others)}")
    raise typer.Exit(0 if ledger.as_expected else 1)


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
    from theory.files import refuse_earlier, write

    with bad_input(ValueError, FileNotFoundError, FileExistsError, OSError):
        refuse_earlier(out, overwrite)
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


# -- cite ------------------------------------------------------------------------------------------


@app.command()
def cite(
    claim: Annotated[str | None, typer.Argument(help="A claim; the project if none.")] = None,
) -> None:
    """Print BibTeX for this project and the papers, or for one claim.

    Example: gradgap cite sharp_step
    """
    from theory.paper.citation import bibtex
    from theory.statements._lookup import UnknownSlug, named

    with bad_input(UnknownSlug):
        print(bibtex(__version__, None if claim is None else named(claim)[0]))


for commands in (claims, papers, rocq, numbers, experiments, training, language_models):
    app.add_typer(commands)
app.add_typer(teaching, name="course")


if __name__ == "__main__":
    main()
