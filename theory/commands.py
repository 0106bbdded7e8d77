"""The commands that the theory alone answers: ``gradgap list``, ``recheck``, ``check`` and
``threshold``.

Rooms are imported inside the commands, so that ``gradgap --help`` answers at once.
"""

import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from theory.terminal import BadInput, FormulaCommand, Json, bad_input, consoles, print_table

claims = typer.Typer()
numbers = typer.Typer()


# -- list ------------------------------------------------------------------------------------------


@claims.command("list")
def list_claims(
    words: Annotated[
        list[str] | None, typer.Argument(help="Only claims that have all of these words.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the claims, or those with a word or a number of the paper. Proves nothing.

    Example: gradgap list token      gradgap list eq 16
    """
    from theory.statements._lookup import matching

    found = matching(" ".join(words or []))
    if as_json:
        names = ("slug", "title", "paper_ref", "expected")
        print(json.dumps([{n: getattr(s, n) for n in names} for s in found], indent=1))
        return
    out, err = consoles()
    rows = [(s.slug, s.expected, s.paper_ref, s.title) for s in found]
    print_table(out, ("claim", "verdict*", "in the paper", "what it says"), rows)
    err.print(f"{len(found)} claims. *The expected one: gradgap verify CLAIM proves it again.")


# -- what explain shows on demand -----------------------------------------------------------------


def print_files(slug: str) -> None:
    from theory.ledger.where import files_of

    print("\n".join(files_of(slug)))


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


# -- recheck ---------------------------------------------------------------------------------------


@claims.command()
def recheck(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="A folder written by verify --export, or a file by check --certificate; a new"
            " folder if none."
        ),
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Accept an export of some claims only.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Prove everything again from files alone: each solver and the rules in a process of its own.

    Example: gradgap verify --export obligations && gradgap recheck obligations
    """
    if folder is not None and folder.is_file():
        recheck_certificate(folder, as_json)
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


def recheck_certificate(path: Path, as_json: bool) -> None:
    """Check the evidence of an answer of ``gradgap check`` again."""
    from theory.inequality.saved import accepted, load

    with bad_input(ValueError, OSError):
        result = load(path)
    good = accepted(result)
    if as_json:
        print(json.dumps({"accepted": good, **result.as_json()} if good else {"accepted": False}))
    else:
        print(result if good else f"not accepted: {path} does not carry its verdict")
    raise typer.Exit(0 if good else 1)


def export_all(folder: Path) -> None:
    from theory.ledger.export import write
    from theory.ledger.run import build, select

    write({s.slug: build(s) for s in select(())}, folder)


# -- check -----------------------------------------------------------------------------------------


@numbers.command(cls=FormulaCommand)
def check(
    formula: Annotated[str, typer.Argument(help='An inequality, or "-" for standard input.')],
    assume: Annotated[
        list[str] | None, typer.Option("--assume", "-a", help="An assumption; may be repeated.")
    ] = None,
    effort: Annotated[
        float, typer.Option(min=0.01, max=1e6, help="How much to try, in steps; about linear.")
    ] = 10.0,
    timeout: Annotated[
        float, typer.Option(min=0.01, max=1e6, help="Safety net: seconds after which to stop.")
    ] = 600.0,
    memory: Annotated[
        int | None, typer.Option(min=64, help="Megabytes the decision may take.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="Write the evidence into this new file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Decide your own inequality: proved, refuted with a point, or undecided.

    --effort counts points, boxes and solver steps, so the verdict is the same on every machine.
    Assumptions may also stand before the claim: "x > 0, y > 0 => x/y > 0".

    Exit code 0 proved, 1 refuted, 3 undecided, 2 bad input.

    Example: gradgap check "log(x) <= x - 1" --assume "0 < x"
    """
    from theory.inequality.parser import as_question

    began = time.monotonic()
    from theory.inequality.tokens import LIMITS

    text = sys.stdin.read(LIMITS.length + 2).strip() if formula == "-" else formula
    if certificate is not None and certificate.exists():
        raise BadInput(f"{certificate} exists already")
    with bad_input(ValueError):
        question = as_question(text, tuple(assume or ()))
    from theory.inequality import decide

    left = max(0.01, timeout - (time.monotonic() - began))
    with bad_input(ValueError):
        result = decide(
            question.claim, question.assume, effort, seconds=left, memory_mb=memory, suggest=True
        )
    if certificate is not None and result.certified:
        from theory.inequality.saved import save

        with bad_input(OSError, ValueError):
            save(result, certificate)
        print(f"wrote {certificate}", file=sys.stderr)
    print(json.dumps(result.as_json(), indent=1) if as_json else result)
    raise typer.Exit(result.exit_code)


# -- threshold -------------------------------------------------------------------------------------


@numbers.command()
def threshold(
    success_rate: Annotated[str, typer.Option("--J", help="Success rate, 0 < J < 1.")],
    gap: Annotated[str, typer.Option("--gap", help="Gap alignment w.(g+ - g-), eq. (11).")],
    smoothness: Annotated[str, typer.Option("--L", help="Smoothness, Assumption 1b or 2.")],
    score_bound: Annotated[str, typer.Option("--G", help="Score bound, Assumption 1a or 2.")],
    longest: Annotated[
        str | None, typer.Option("--T-inf", help="Longest response; asks for the token level.")
    ] = None,
    psi_1: Annotated[
        str | None, typer.Option("--T-psi", help="psi_1 norm of the length. Default: T_inf/log 2")
    ] = None,
    mean_length: Annotated[
        str | None, typer.Option(help="Mean length of correct responses. Default: T_inf")
    ] = None,
    alpha: Annotated[str | None, typer.Option(help="Learning rate of GRPO, eq. (20).")] = None,
    group: Annotated[
        int | None, typer.Option(help="Responses in a group; asks for samples.")
    ] = None,
    prompts: Annotated[int, typer.Option(help="Prompts in a batch.")] = 1,
    as_json: Json = False,
) -> None:
    """Print the longest step that is proved safe, then the paper's, the sharp ones, which binds.

    Numbers in decimals or as quotients. With --T-inf token by token; with --alpha also the steps of
    GRPO and Dr. GRPO; with --group what a batch of sampled groups does.

    Example: gradgap threshold --J 1/10 --gap 0.5 --L 1 --G 1 --T-inf 100 --alpha 0.01
    """
    from theory.group_thresholds import group_numbers
    from theory.thresholds import OutOfDomain
    from theory.token_thresholds import thresholds_of_level

    with bad_input(OutOfDomain):
        found = thresholds_of_level(
            (success_rate, gap, smoothness, score_bound), longest, psi_1, mean_length, alpha
        )
        sampled = (
            None
            if group is None
            else group_numbers(success_rate, gap, smoothness, score_bound, group, prompts)
        )
    if as_json:
        more = {} if sampled is None else {"groups": asdict(sampled)}
        print(json.dumps({**asdict(found), **more}, indent=1))
        return
    out, _ = consoles()
    out.print(f"{found}\n")
    print_table(out, ("step size", "value", "what it gives"), *found.groups())
    if sampled is not None:
        print_table(out, (f"groups of {group}, {prompts} a batch", "", ""), sampled.rows())
