"""The commands that need torch: ``gradgap train``, ``sweep``, ``phase``, ``cumulative``,
``exact``, ``constructions``.

Rooms are imported inside the commands, so that ``gradgap --help`` answers at once, and so that the
other commands work where torch is not installed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from theory.terminal import BadInput, Json, bad_input, progress_line, show_rows

training = typer.Typer()

Device = Annotated[str, typer.Option(help="cpu, cuda, cuda:1, ...")]
Threads = Annotated[int, typer.Option(min=0, help="CPU threads; 0: torch's choice.")]
Overwrite = Annotated[bool, typer.Option(help="Replace earlier results.")]
TaskName = Annotated[
    str, typer.Argument(help="copy, reverse, sort, modular_addition, parity or brackets.")
]
Folder = Annotated[Path, typer.Option(help="The run's folder; an unfinished run goes on.")]
Size = Annotated[int, typer.Option(min=1, help="Symbols of a prompt.")]
Rule = Annotated[str, typer.Option(help="reinforce, dr-grpo, grpo, success, grpo-n, gspo, ...")]
Kind = Annotated[str, typer.Option(help="plain, normalised or adamw.")]
Start = Annotated[float, typer.Option(help="Success rate after the warm start; 0: none.")]
Steps = Annotated[int, typer.Option(min=0, help="Updates.")]
Prompts = Annotated[int, typer.Option(min=2, help="Prompts an update, an even number.")]
Group = Annotated[int, typer.Option(min=2, help="Responses a prompt.")]
Inner = Annotated[int, typer.Option(min=1, help="Inner steps a batch.")]
Clip = Annotated[float, typer.Option(min=0, help="e of the surrogate; 0: no clipping.")]
Kl = Annotated[float, typer.Option(min=0, help="Weight of the penalty against the start.")]
Alphabet = Annotated[int, typer.Option(min=2, help="Symbols of the task; brackets: two a kind.")]
Easiest = Annotated[int, typer.Option(min=0, help="Sizes from this to --size; 0: --size only.")]
Dtype = Annotated[str, typer.Option(help="float64, float32 or bfloat16.")]
Every = Annotated[int, typer.Option(min=1, help="Updates between two checkpoints.")]


@contextmanager
def torch_room(device: str, threads: int) -> Iterator[None]:
    """Bad input as one line, torch's absence and an unknown device too."""
    try:
        import torch
    except ImportError as error:
        message = "torch is not installed: pip install -c constraints.txt -e '.[gpu]'"
        raise BadInput(message) from error
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise BadInput(f"device {device}: {str(error).splitlines()[0]}") from error
    if threads:
        torch.set_num_threads(threads)
    with bad_input(ValueError, FileExistsError, FileNotFoundError, NotADirectoryError, OSError):
        yield


@training.command()
def train(
    task: TaskName,
    out: Folder,
    algorithm: Rule = "dr-grpo",
    step: Kind = "plain",
    step_size: Annotated[float, typer.Option(help="Learning rate, or length of a step.")] = 0.05,
    size: Size = 4,
    start: Start = 0.3,
    steps: Steps = 150,
    seed: Annotated[int, typer.Option(min=0, help="The seed.")] = 0,
    prompts: Prompts = 16,
    group: Group = 16,
    inner: Inner = 1,
    clip: Clip = 0.0,
    kl: Kl = 0.0,
    alphabet: Alphabet = 4,
    easiest: Easiest = 0,
    dtype: Dtype = "float32",
    every: Every = 25,
    device: Device = "cpu",
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Train one small transformer on a verifiable task; stopped at any moment, it goes on.

    Example: gradgap train reverse --out run --step-size 0.05
    """
    common = {"task": task, "algorithm": algorithm, "step": step, "size": size, "steps": steps}
    common |= {"prompts": prompts, "group": group, "inner": inner, "kl": kl, "dtype": dtype}
    common |= {"start": start or None, "clip": clip or None}
    common |= {"alphabet": alphabet, "easiest": easiest or None}
    _run(common, (step_size,), (seed,), out, every, device, threads, as_json)


@training.command()
def sweep(
    task: TaskName,
    out: Folder,
    step_sizes: Annotated[
        str, typer.Option(help="Learning rates, or lengths of a step, with commas between.")
    ] = "0.01,0.02,0.04,0.08,0.16,0.32",
    seeds: Annotated[int, typer.Option(min=1, help="Seeds for each step size.")] = 8,
    seed: Annotated[int, typer.Option(min=0, help="The first seed.")] = 0,
    algorithm: Rule = "dr-grpo",
    step: Kind = "plain",
    size: Size = 4,
    start: Start = 0.3,
    steps: Steps = 150,
    prompts: Prompts = 16,
    group: Group = 16,
    inner: Inner = 1,
    clip: Clip = 0.0,
    kl: Kl = 0.0,
    alphabet: Alphabet = 4,
    easiest: Easiest = 0,
    dtype: Dtype = "float32",
    every: Every = 25,
    device: Device = "cpu",
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Train one run for each step size and seed, all of them together as one stack.

    Example: gradgap sweep reverse --out runs --step-sizes 0.01,0.1,1 --seeds 4
    """
    with bad_input(ValueError):
        listed = [float(x) for x in step_sizes.split(",")]
    cells = [(x, s) for x in listed for s in range(seed, seed + seeds)]
    common = {"task": task, "algorithm": algorithm, "step": step, "size": size, "steps": steps}
    common |= {"prompts": prompts, "group": group, "inner": inner, "kl": kl, "dtype": dtype}
    common |= {"start": start or None, "clip": clip or None}
    common |= {"alphabet": alphabet, "easiest": easiest or None}
    of_step, of_seed = zip(*cells, strict=True)
    _run(common, of_step, of_seed, out, every, device, threads, as_json)


def _run(
    common: Mapping[str, Any],
    step_sizes: tuple[float, ...],
    seeds: tuple[int, ...],
    out: Path,
    every: int,
    device: str,
    threads: int,
    as_json: bool,
) -> None:
    with torch_room(device, threads):
        from gpu_checks import curves, runs
        from gpu_checks.settings import Settings
        from numeric.core import record

        settings = Settings(**common, step_sizes=step_sizes, seeds=seeds)
        with progress_line("training") as progress:
            rows = runs.run(out, settings, device, every, progress)
        record.write(out, curves.draw(out), overwrite=True)
    print(f"log, checkpoint, results and curves in {out}", file=sys.stderr)
    if as_json:
        print(json.dumps(rows, indent=1))
    else:
        show_rows(
            rows, "step_size", "seed", "start", "final_success", "final_entropy", "homogeneous"
        )


@training.command()
def phase(
    out: Annotated[Path, typer.Option(help="Folder; unfinished diagrams go on.")],
    preset: Annotated[str, typer.Option(help="laptop, gpu or smoke.")] = "laptop",
    device: Device = "cpu",
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Phase diagrams: converged or collapsed, by step size, length and initial success rate.

    Example: gradgap phase --preset laptop --out phase
    """
    with torch_room(device, threads):
        from gpu_checks.phase import phase as room
        from gpu_checks.phase import report as phase_report
        from numeric.core import record

        with progress_line("training") as progress:
            tables = room.run(out, preset, device, progress)
        record.write(out, phase_report.files(tables, preset, device), overwrite=True)
        written = record.write(out, phase_report.draw(out), overwrite=True)
    for path in written:
        print(f"wrote {path}", file=sys.stderr)
    if as_json:
        print(json.dumps(tables["thresholds"], indent=1))
        return
    show_rows(tables["verdicts"], "diagram", "algorithm", "runs", "collapsed", "least_ratio")
    show_rows(
        tables["exponents"], "diagram", "algorithm", "kind", "against", "slope", "low", "high"
    )


@training.command()
def cumulative(
    out: Annotated[Path, typer.Option(help="Folder; unfinished runs go on.")],
    preset: Annotated[str, typer.Option(help="laptop, gpu or smoke.")] = "laptop",
    device: Device = "cpu",
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """The paper's Figure 2 on small transformers: cumulative gap against success rate, by task.

    Example: gradgap cumulative --preset laptop --out cumulative
    """
    with torch_room(device, threads):
        from gpu_checks.cumulative import cumulative as room
        from gpu_checks.cumulative.figures import draw
        from numeric.core import record

        with progress_line("training") as progress:
            rows = room.run(out, preset, device, progress)
        slopes = room.slopes(rows)
        record.write(out, room.files(rows, slopes, preset, device), overwrite=True)
        record.write(out, draw(out), overwrite=True)
    print(f"tables and figures in {out}", file=sys.stderr)
    if as_json:
        print(json.dumps(slopes, indent=1))
    else:
        show_rows(slopes, "task", "algorithm", "steps", "estimate", "updates", "slope")


@training.command()
def exact(
    out: Annotated[Path | None, typer.Option(help="Write tables and figures here.")] = None,
    preset: Annotated[str, typer.Option(help="laptop, gpu or smoke.")] = "laptop",
    seed: Annotated[int, typer.Option(min=0, help="The seed.")] = 0,
    overwrite: Overwrite = False,
    device: Device = "cpu",
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Train with all responses enumerated; hold every step against the claims; safe and harmful.

    A violated claim stops the run with exit code 1. Example: gradgap exact --preset smoke
    """
    with torch_room(device, threads):
        from gpu_checks.exact import figures as exact_figures
        from gpu_checks.exact import study as exact_study
        from gpu_checks.exact.exact import Violated
        from numeric.core import record

        record.refuse_earlier(out, overwrite)
        with progress_line("training") as progress, violations(Violated):
            document, files = exact_study.study(seed, preset, progress, device)
        if out is not None:
            record.write(out, files, overwrite)
            record.write(out, exact_figures.draw(out), overwrite)
    if as_json:
        print(json.dumps(document, indent=1))
    else:
        show_rows(document["ratios"], *EXACT_COLUMNS)


EXACT_COLUMNS = ("task", "algorithm", "start", "trajectory_min", "token_min", "mean_min")


@training.command()
def constructions(
    instances: Annotated[int, typer.Option(min=1, help="For each claim.")] = 1_000_000,
    steps: Annotated[int, typer.Option(min=1, help="Steps of each instance.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="The seed.")] = 0,
    eager: Annotated[bool, typer.Option("--eager", help="Without torch.compile.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write constructions.json here.")] = None,
    overwrite: Overwrite = False,
    device: Device = "cpu",
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """The instances of Theorems 2 and 4 at scale: J falls at every step, or rises at every step.

    The first violation stops the run, prints the instance, and exits with 1.
    Example: gradgap constructions --instances 10000 --steps 100
    """
    with torch_room(device, threads):
        from gpu_checks.constructions import fused
        from numeric.core import record

        record.refuse_earlier(out, overwrite)
        with progress_line("stepping") as progress, violations(fused.Violated):
            found = fused.study(instances, steps, seed, device, not eager, progress)
        command = f"gradgap constructions --instances {instances} --steps {steps} --seed {seed}"
        document = {"command": command + (" --eager" if eager else ""), **found}
        if out is not None:
            record.write(out, {"constructions.json": record.as_text(document)}, overwrite)
    if as_json:
        print(json.dumps(document, indent=1))
        return
    rows = [{"claim": name, **row} for name, row in found["claims"].items()]
    show_rows(rows, "claim", "instances", "instance_steps", "violations", "fraction_decided")
    print(f"form: {found['form']}", file=sys.stderr)


@contextmanager
def violations(kind: type[Exception]) -> Iterator[None]:
    """A claim that fails is no bad input: exit code 1, and the numbers on standard error."""
    try:
        yield
    except kind as error:
        print(f"gradgap: violated. {error}", file=sys.stderr)
        raise typer.Exit(1) from error
