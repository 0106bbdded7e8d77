"""The commands that run exact models: ``gradgap simulate ...``, ``break``, ``sharpness``,
``worst-case``.

Rooms are imported inside the commands, so that ``gradgap --help`` answers at once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from theory.terminal import (
    Commands,
    Json,
    Output,
    Progress,
    bad_input,
    consoles,
    experiment,
    number,
    print_table,
    takes,
)

experiments = typer.Typer()
simulate = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Run an experiment: collapse, bandit, laboratory or two-stage.",
)
experiments.add_typer(simulate, name="simulate")

Seed = Annotated[int, typer.Option(min=0, help="The first seed.")]
Seeds = Annotated[int, typer.Option(min=2, help="How many seeds.")]
Results: TypeAlias = tuple[dict[str, Any], Mapping[str, bytes | str]]
"""The record, and the files by name."""


class Landscape(StrEnum):
    """What `simulate collapse` runs on."""

    theorems = "theorems"
    helix = "helix"


# -- simulate --------------------------------------------------------------------------------------


@simulate.command()
@takes(Output)
def collapse(
    output: Output,
    success_rate: Annotated[str, typer.Option("--J", help="Where it starts, 0 < J < 1.")] = "1/2",
    smoothness: Annotated[str, typer.Option("--L", help="Smoothness, L > 0.")] = "1",
    longest: Annotated[int, typer.Option("--T", help="Tokens of the Theorem 4 instance.")] = 8,
    landscape: Annotated[Landscape, typer.Option(help="Which instances.")] = Landscape.theorems,
    over: Annotated[str, typer.Option(help="Helix: eta L/gap, above 2.")] = "2.01",
    steps: Annotated[int, typer.Option(help="Helix: steps in balls, at most 300.")] = 200,
) -> None:
    """Run the instances of Theorems 2 and 4 in ball arithmetic, below and above the threshold; or
    the helix, on which steps along the gap collapse just above 2 gap/L.

    Example: gradgap simulate collapse --J 1/10 --out results
    Example: gradgap simulate collapse --landscape helix --over 2.001
    """
    if landscape is Landscape.helix:
        _helix(output, over, success_rate, smoothness, steps)
        return
    from numeric.experiments.collapse import collapse as instances

    parameters = {"J": success_rate, "L": smoothness, "T": longest}
    command = f"gradgap simulate collapse --J {success_rate} --L {smoothness} --T {longest}"
    with bad_input(ValueError):
        runs = instances.experiment(success_rate, smoothness, longest)

    def results(_: Progress) -> Results:
        document = instances.as_json(runs, command, parameters)
        return document, instances.files(runs, document)

    experiment("certifying", output, results, lambda _: {"collapse.png": instances.draw(runs)})
    if output.as_json:
        return
    rows = []
    for run in runs:
        first, last = run.points[0], run.points[-1]
        ends = (f"{float(point.success_rate):.4g}" for point in (first, last))
        eta = f"{float(run.instance.step_size):.4g}"
        rows.append((run.label.splitlines()[0], run.side, eta, str(last.k), *ends))
    header = ("instance", "threshold", "eta", "steps", "J at the start", "J at the end")
    print_table(consoles()[0], header, rows)


def _helix(output: Output, over: str, success_rate: str, smoothness: str, steps: int) -> None:
    from numeric.core.record import read_csv
    from numeric.experiments.collapse import helix

    def results(_: Progress) -> Results:
        document = helix.experiment(over, success_rate, smoothness, steps)
        return document, helix.files(document)

    def picture(folder: Path) -> dict[str, bytes | str]:
        return {"helix.png": helix.draw(read_csv(folder / "helix.csv"))}

    certificate = ("certificate", "property", "says", "number")
    experiment("certifying", output, results, picture, certificate)


@simulate.command()
@takes(Output)
def bandit(
    output: Output,
    seeds: Seeds = 20,
    seed: Seed = 0,
    steps: Annotated[int, typer.Option(min=4, help="Updates of each run.")] = 3000,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes; 0: all.")] = 0,
) -> None:
    """The contextual bandit of section 5.1: the paper's three observations as numbers.

    Example: gradgap simulate bandit --seeds 4 --steps 1000 --out results
    """
    from numeric.experiments.bandit import figures, study

    def run(progress: Progress) -> Results:
        tables = study.study(
            range(seed, seed + seeds), steps, jobs or os.cpu_count() or 1, progress
        )
        command = f"gradgap simulate bandit --seeds {seeds} --seed {seed} --steps {steps}"
        parameters = {"seeds": seeds, "seed": seed, "steps": steps}
        document = study.as_json(tables, command, parameters)
        return document, study.files(tables, command, parameters)

    shown = ("summary", "measure", "reading", "median", "q10", "q90")
    experiment("training", output, run, figures.draw, shown)


@simulate.command()
@takes(Output)
def laboratory(output: Output, seeds: Seeds = 40, seed: Seed = 0) -> None:
    """Learning-rate rules below, at and above the threshold: bandits, and one prompt.

    Example: gradgap simulate laboratory --seeds 10 --out results
    """
    from numeric.experiments.laboratory import figures, study

    def run(progress: Progress) -> Results:
        tables = study.study(seeds, seed, progress)
        return study.as_json(tables, seeds, seed), study.files(tables, seeds, seed)

    ratios = ("ratios", "kind", "J", "constants", "proved", "min", "median", "max")
    ends = ("converged", "stagnates", "collapsed", "final_J")
    training = ("training", "kind", "J", "name", "multiple", *ends)
    experiment("training", output, run, figures.draw, ratios, training)


@simulate.command("two-stage")
@takes(Output)
def two_stage(output: Output, seeds: Seeds = 20, seed: Seed = 0) -> None:
    """Exploitation, then exploration; GRPO-N and GSPO-N in two readings.

    Example: gradgap simulate two-stage --seeds 4 --out results
    """
    from numeric.experiments.two_stage import figures, study

    def run(progress: Progress) -> Results:
        tables = study.study(seeds, seed, progress)
        made = study.command_line(seeds, seed), {"seeds": seeds, "seed": seed}
        return study.as_json(tables, *made), study.files(tables, *made)

    moments = ("moments", "bandit", "reading", "moment", "k", "best", "entropy")
    summary = ("summary", "world", "algorithm", "step", "success_rate", "entropy", "reached")
    experiment("training", output, run, figures.draw, moments, summary)


# -- break -----------------------------------------------------------------------------------------


@experiments.command("break")
def break_claim(
    slug: Annotated[str, typer.Argument(help="A claim; gradgap list has them.")],
    drop: Annotated[str | None, typer.Option(help="Leave out this hypothesis.")] = None,
    change: Annotated[str | None, typer.Option(help='Change a number: "8 -> 1/4".')] = None,
    tries: Annotated[int, typer.Option(min=1, help="How many instances to try.")] = 1_500,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Weaken a claim, and look for a finite policy on which it then fails.

    Example: gradgap break sharp_step --drop smooth
    """
    from numeric.attack import break_claim as breaking

    with bad_input(ValueError):
        broken = breaking.broken_by(slug, drop, change, tries, seed)
    if as_json:
        print(json.dumps(breaking.as_json(broken), indent=1, ensure_ascii=False))
    else:
        print(breaking.as_text(broken))


# -- sharpness -------------------------------------------------------------------------------------


@experiments.command()
def sharpness(
    ratio: Annotated[float, typer.Option(parser=number, help="G^2/L, at least 1.")] = 1.0,
    figure: Annotated[Path | None, typer.Option(help="Also draw it here, as PNG.")] = None,
    as_json: Json = False,
) -> None:
    """Print safe and collapsing step sizes, the paper's next to ours, in units of gap/L.

    Example: gradgap sharpness --figure sharpness.png
    """
    from numeric.experiments.collapse import sharpness as units

    with bad_input(ValueError, OSError):
        found = units.thresholds(ratio)
        if figure is not None:
            figure.write_bytes(units.draw(found))
    if as_json:
        print(json.dumps(units.as_json(found), indent=1))
        return
    out, _ = consoles()
    header = ("step size, units of gap/L", "value", "side", "status", "claim or instance")
    print_table(
        out, header, [(x.name, f"{x.value:.4g}", x.side, x.status, x.source) for x in found]
    )
    spread = units.spread(found)
    out.print(f"collapse over safe: {spread['paper']:.4g} (paper), {spread['ours']:.4g} (ours)")


# -- worst-case ------------------------------------------------------------------------------------


@experiments.command()
def worst_case(
    success_rate: Annotated[
        float, typer.Option("--J", parser=number, help="Success rate, 0 < J < 1.")
    ],
    gap: Annotated[
        float, typer.Option("--gap", parser=number, help="Gap alignment w.(g+ - g-), eq. (11).")
    ],
    smoothness: Annotated[
        float, typer.Option("--L", parser=number, help="Smoothness, Assumption 1b.")
    ],
    score_bound: Annotated[
        float, typer.Option("--G", parser=number, help="Score bound, Assumption 1a.")
    ],
    step_size: Annotated[float, typer.Option("--eta", parser=number, help="Step size, eta > 0.")],
    as_json: Json = False,
) -> None:
    """Print the least and the greatest change of log odds in one update, with certificates.

    Example: gradgap worst-case --J 0.1 --gap 0.5 --L 1 --G 1 --eta 0.5
    """
    from numeric.experiments.worst_case import worst_case as certified

    with bad_input(ValueError):
        found = certified.worst_case(success_rate, gap, smoothness, score_bound, step_size)
    if as_json:
        print(json.dumps(certified.as_json(found), indent=1))
        return
    print_table(consoles()[0], ("quantity", "value", "what it says"), certified.rows(found))
