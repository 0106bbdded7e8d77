"""The commands that need torch: ``gradgap train``, ``sweep``, ``phase``, ``cumulative``,
``exact``, ``constructions``.

Rooms are imported inside the commands, so that ``gradgap --help`` answers at once, and so that the
other commands work where torch is not installed.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from theory.terminal import (
    BadInput,
    Json,
    Output,
    Progress,
    bad_input,
    experiment,
    progress_line,
    show_rows,
    takes,
)

training = typer.Typer()

Folder = Annotated[Path, typer.Option(help="The folder; what is unfinished there goes on.")]
Seed = Annotated[int, typer.Option(min=0, help="The seed, or the first one.")]
Preset = Annotated[str, typer.Option(help="laptop, gpu or smoke.")]


LANGUAGE_MODEL = "lm"
"""The preset of `phase` and `cumulative` that trains a pretrained model."""
Results: TypeAlias = tuple[dict[str, Any], Mapping[str, bytes | str]]
"""A document, and the files by name."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where torch computes, and how the result is shown."""

    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:1, ...")] = "cpu"
    threads: Annotated[int, typer.Option(min=0, help="CPU threads; 0: torch's choice.")] = 0
    as_json: Json = False


@dataclass(frozen=True, kw_only=True)
class Run(Machine):
    """What goes on in its folder where it was stopped."""

    out: Folder


@dataclass(frozen=True, kw_only=True)
class Study(Output, Machine):
    """What begins anew, and replaces no earlier results unless asked to."""


@dataclass(frozen=True, kw_only=True)
class Training(Run):
    """What `train` and `sweep` have in common: most of `gpu_checks.settings.Settings`."""

    task: Annotated[
        str, typer.Argument(help="copy, reverse, sort, modular_addition, parity or brackets.")
    ]
    algorithm: Annotated[
        str, typer.Option(help="reinforce, dr-grpo, grpo, success, grpo-n, gspo, ...")
    ] = "dr-grpo"
    step: Annotated[str, typer.Option(help="plain, normalised or adamw.")] = "plain"
    size: Annotated[int, typer.Option(min=1, help="Symbols of a prompt.")] = 4
    start: Annotated[float, typer.Option(help="Success rate after the warm start; 0: none.")] = 0.3
    steps: Annotated[int, typer.Option(min=0, help="Updates.")] = 150
    seed: Seed = 0
    prompts: Annotated[int, typer.Option(min=2, help="Prompts an update, an even number.")] = 16
    group: Annotated[int, typer.Option(min=2, help="Responses a prompt.")] = 16
    inner: Annotated[int, typer.Option(min=1, help="Inner steps a batch.")] = 1
    clip: Annotated[float, typer.Option(min=0, help="e of the surrogate; 0: no clipping.")] = 0.0
    kl: Annotated[float, typer.Option(min=0, help="Weight of the penalty against the start.")] = 0.0
    clip_high: Annotated[float, typer.Option(min=0, help="e upwards; 0: as --clip.")] = 0.0
    penalty: Annotated[str, typer.Option(help="Of --kl: k3, or k2; see training.md.")] = "k3"
    entropy: Annotated[float, typer.Option(min=0, help="Weight of a bonus on the entropy.")] = 0.0
    max_norm: Annotated[float, typer.Option(min=0, help="Clips the gradient; 0: no.")] = 0.0
    alphabet: Annotated[
        int, typer.Option(min=2, help="Symbols of the task; brackets: two a kind.")
    ] = 4
    easiest: Annotated[
        int, typer.Option(min=0, help="Sizes from this to --size; 0: --size only.")
    ] = 0
    decay: Annotated[float, typer.Option(min=0, help="Weight decay of adamw.")] = 0.0
    width: Annotated[int, typer.Option(min=1, help="Of the network; a multiple of --heads.")] = 32
    layers: Annotated[int, typer.Option(min=1, help="Of the network.")] = 2
    heads: Annotated[int, typer.Option(min=1, help="Of its attention.")] = 2
    dtype: Annotated[str, typer.Option(help="float64, float32 or bfloat16.")] = "float32"
    every: Annotated[int, typer.Option(min=1, help="Updates between two checkpoints.")] = 25

    def settings(self) -> dict[str, Any]:
        """The fields that are settings of a run; where 0 stands for none, None."""
        ours = {"device", "threads", "as_json", "out", "seed", "every"}
        none = {"start", "clip", "clip_high", "max_norm", "easiest"}
        given = {name: value for name, value in asdict(self).items() if name not in ours}
        return {name: value or None if name in none else value for name, value in given.items()}


@contextmanager
def torch_room(machine: Machine) -> Iterator[None]:
    """Bad input as one line, torch's absence and an unknown device too."""
    try:
        import torch
    except ImportError as error:
        message = "torch is not installed: pip install -c constraints.txt -e '.[gpu]'"
        raise BadInput(message) from error
    try:
        torch.empty(0, device=machine.device)
    except (RuntimeError, AssertionError) as error:
        raise BadInput(f"device {machine.device}: {str(error).splitlines()[0]}") from error
    if machine.threads:
        torch.set_num_threads(machine.threads)
    with bad_input(ValueError, FileExistsError, FileNotFoundError, NotADirectoryError, OSError):
        yield


@training.command()
@takes(Training)
def train(
    options: Training,
    step_size: Annotated[float, typer.Option(help="Learning rate, or length of a step.")] = 0.05,
) -> None:
    """Train one small transformer on a verifiable task; stopped at any moment, it goes on.

    Example: gradgap train reverse --out run --step-size 0.05
    """
    _run(options, (step_size,), (options.seed,))


@training.command()
@takes(Training)
def sweep(
    options: Training,
    step_sizes: Annotated[
        str, typer.Option(help="Learning rates, or lengths of a step, with commas between.")
    ] = "0.01,0.02,0.04,0.08,0.16,0.32",
    seeds: Annotated[int, typer.Option(min=1, help="Seeds for each step size.")] = 8,
) -> None:
    """Train one run for each step size and seed, all of them together as one stack.

    Example: gradgap sweep reverse --out runs --step-sizes 0.01,0.1,1 --seeds 4
    """
    listed = [listed_number("--step-sizes", text) for text in step_sizes.split(",")]
    cells = [(x, options.seed + s) for x in listed for s in range(seeds)]
    of_step, of_seed = zip(*cells, strict=True)
    _run(options, of_step, of_seed)


def listed_number(option: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise BadInput(f"{option} is numbers with commas between; {text!r} is none") from error


def _run(options: Training, step_sizes: tuple[float, ...], seeds: tuple[int, ...]) -> None:
    out = options.out
    with torch_room(options):
        from gpu_checks import curves, runs
        from gpu_checks.settings import Settings
        from numeric.core import record

        settings = Settings(**options.settings(), step_sizes=step_sizes, seeds=seeds)
        with progress_line("warm start") as progress:
            runs.prepare(out, settings, options.device, progress)
        with progress_line("training") as progress:
            rows = runs.train_in_folder(out, settings, options.device, options.every, progress)
        if settings.steps:
            record.write(out, curves.draw(out), overwrite=True)
        safe = runs.safe_steps(out)
    rows = [{**row, **ending(row, safe.get(int(row["seed"])))} for row in rows]
    print(f"log, checkpoint, results and curves in {out}", file=sys.stderr)
    if options.as_json:
        print(json.dumps(rows, indent=1))
    else:
        columns = ("step_size", "seed", "safe_step", "start", "final_success", "final_entropy")
        show_rows(rows, *columns, "homogeneous", "fate")
    overflown = sum(row["finite"] < 1 for row in rows)
    if overflown:
        left = "updates that are no numbers were left out: shorter steps are needed"
        print(f"gradgap: {overflown} of {len(rows)} runs overflowed; {left}", file=sys.stderr)
        raise typer.Exit(1)


def ending(row: Mapping[str, Any], safe: float | None) -> dict[str, Any]:
    """The predicted safe step of the first update, null where none is known, and how a run ended
    (`gpu_checks.phase.analysis.fate`)."""
    from gpu_checks.phase.analysis import fate

    known = safe is not None and safe == safe
    judged = row["steps"] and 0 < row["start"] < 1  # else there are no log odds to start from
    return {"safe_step": safe if known else None, "fate": fate(row) if judged else "unknown"}


@training.command()
@takes(Run)
def phase(
    options: Run,
    preset: Annotated[
        str, typer.Option(help="laptop, algorithms, tasks, gpu, smoke or lm.")
    ] = "laptop",
) -> None:
    """Phase diagrams: converged or collapsed, by step size, length and initial success rate.

    Example: gradgap phase --preset laptop --out phase
    """
    with torch_room(options):
        from gpu_checks.phase import phase as diagrams
        from gpu_checks.phase import report

        if preset == LANGUAGE_MODEL:
            phase_of_language_model(options)
            return

        def run(progress: Progress) -> Results:
            tables = diagrams.train_populations(options.out, preset, options.device, progress)
            return tables, report.files(tables, preset, options.device)

        shown = (
            ("verdicts", "diagram", "algorithm", "runs", "collapsed", "least_ratio"),
            ("exponents", "diagram", "algorithm", "kind", "against", "slope", "low", "high"),
        )
        output = Output(options.out, True, options.as_json)
        experiment("training", output, run, report.draw, *shown, as_json="thresholds")


def phase_of_language_model(options: Run) -> None:
    from gpu_checks.lm import study

    given = partial(study.source, device=options.device)

    def run(progress: Progress) -> Results:
        tables = study.phase(options.out, study.PHASE, progress, given)
        return tables, study.files(tables, "gradgap phase --preset lm", options.device)

    columns = ("task", "step", "times_safe", "runs", "collapsed", "start", "final_success")
    output = Output(options.out, True, options.as_json)
    experiment("training", output, run, study.draw, ("verdicts", *columns), as_json="verdicts")


@training.command()
@takes(Run)
def cumulative(
    options: Run,
    preset: Annotated[str, typer.Option(help="laptop, gpu, smoke or lm.")] = "laptop",
) -> None:
    """The paper's Figure 2 on small transformers: cumulative gap against success rate, by task.

    Example: gradgap cumulative --preset laptop --out cumulative
    """
    with torch_room(options):
        from gpu_checks.cumulative import cumulative as gaps
        from gpu_checks.cumulative.figures import draw

        def run(progress: Progress) -> Results:
            if preset == LANGUAGE_MODEL:
                from gpu_checks.lm import study

                given = partial(study.source, device=options.device)
                rows = study.cumulative(options.out, study.CUMULATIVE, progress, given)
            else:
                rows = gaps.train_populations(options.out, preset, options.device, progress)
            slopes = gaps.slopes(rows)
            return {"slopes": slopes}, gaps.files(rows, slopes, preset, options.device)

        shown = ("slopes", "task", "algorithm", "steps", "estimate", "updates", "slope")
        output = Output(options.out, True, options.as_json)
        experiment("training", output, run, draw, shown, as_json="slopes")


@training.command()
@takes(Study)
def exact(options: Study, preset: Preset = "laptop", seed: Seed = 0) -> None:
    """Train with all responses enumerated; hold every step against the claims; safe and harmful.

    A violated claim stops the run with exit code 1. Example: gradgap exact --preset smoke
    """
    with torch_room(options):
        from gpu_checks.exact import figures, study
        from gpu_checks.exact.exact import Violated

        def run(progress: Progress) -> Results:
            with violations(Violated):
                return study.study(seed, preset, progress, options.device)

        shown = ("ratios", "task", "algorithm", "start", "trajectory_min", "token_min", "mean_min")
        experiment("training", options, run, figures.draw, shown)


@training.command()
@takes(Study)
def constructions(
    options: Study,
    instances: Annotated[int, typer.Option(min=1, help="For each claim.")] = 1_000_000,
    steps: Annotated[int, typer.Option(min=1, help="Steps of each instance.")] = 2000,
    seed: Seed = 0,
    eager: Annotated[bool, typer.Option("--eager", help="Without torch.compile.")] = False,
) -> None:
    """The instances of Theorems 2 and 4 at scale: J falls at every step, or rises at every step.

    The first violation stops the run, prints the instance, and exits with 1.
    Example: gradgap constructions --instances 10000 --steps 100
    """
    with torch_room(options):
        from gpu_checks.constructions import fused
        from numeric.core import record

        def run(progress: Progress) -> Results:
            with violations(fused.Violated):
                counted = fused.study(instances, steps, seed, options.device, not eager, progress)
            command = f"gradgap constructions --instances {instances} --steps {steps} --seed {seed}"
            print(f"form: {counted['form']}", file=sys.stderr)
            document = {"command": command + (" --eager" if eager else ""), **counted}
            return document, {"constructions.json": record.as_text(document)}

        shown = ("claims", "claim", "instances", "instance_steps", "violations", "fraction_decided")
        experiment("stepping", options, run, None, shown)


@contextmanager
def violations(kind: type[Exception]) -> Iterator[None]:
    """A claim that fails is no bad input: exit code 1, and the numbers on standard error."""
    try:
        yield
    except kind as error:
        print(f"gradgap: violated. {error}", file=sys.stderr)
        raise typer.Exit(1) from error
