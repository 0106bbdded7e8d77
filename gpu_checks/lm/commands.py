"""The commands about language models: ``gradgap probe`` and ``gradgap monitor``.

Rooms are imported inside the commands, so that ``gradgap --help`` answers at once.
"""

import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from gpu_checks.commands import Results, Seed, Study, torch_room
from theory.files import refuse_earlier
from theory.terminal import (
    BadInput,
    Output,
    Progress,
    bad_input,
    consoles,
    experiment,
    save,
    show_rows,
    takes,
)

language_models = typer.Typer()


@dataclass(frozen=True)
class Preset:
    """A model, a task, and how long its responses may be."""

    model: str
    task: str
    longest: int


PRESETS = {"smollm": Preset("smollm", "chain_sum", 6)}


@dataclass(frozen=True, kw_only=True)
class Probing(Study):
    """What `probe` measures, and on what."""

    preset: Annotated[str | None, typer.Option(help="smollm: the packaged model, sums.")] = None
    model: Annotated[
        str | None, typer.Option(help="smollm, a folder, a .gguf file, or a name on the hub.")
    ] = None
    prompts: Annotated[
        Path | None, typer.Option(help="Questions with answers, JSON lines as of GSM8K.")
    ] = None
    verifier: Annotated[str, typer.Option(help="Of --prompts: numeric or exact.")] = "numeric"
    instruction: Annotated[str, typer.Option(help="Put after each question of --prompts.")] = ""
    task: Annotated[str | None, typer.Option(help="A task of reasoning-gym instead.")] = None
    algorithm: Annotated[str, typer.Option(help="Its update: dr-grpo, grpo, ...")] = "dr-grpo"
    count: Annotated[
        int, typer.Option(min=2, help="Prompts of the update, even; as many again to measure.")
    ] = 32
    group: Annotated[int, typer.Option(min=2, help="Responses a prompt.")] = 8
    longest: Annotated[
        int | None, typer.Option(min=1, help="Tokens of a response; 256, or the preset's.")
    ] = None
    seed: Seed = 0
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Fresh rollouts at 1 to 16 times the safe step.")
    ] = False


@language_models.command()
@takes(Probing)
def probe(options: Probing) -> None:
    """How long may the first update of a language model be? J, gap, curvature, safe learning rates.

    Example: gradgap probe --preset smollm      gradgap probe --model DIR --prompts test.jsonl
    """
    with torch_room(options):
        from gpu_checks.lm import loading, report
        from gpu_checks.lm.probe import probe as measure

        chosen = wanted(options)
        model = loading.load(chosen.model, options.device)
        asked = questions_of(options, chosen, model)

        def run(progress: Progress) -> Results:
            found = measure(
                model,
                asked,
                options.algorithm,
                options.count,
                options.group,
                chosen.longest,
                options.seed,
                options.confirm,
                progress,
            )
            if not options.as_json:
                show(found)
            given = {name: str(value) for name, value in asdict(options).items()}
            return found.as_json(), report.files(
                found, shlex.join(["gradgap", *sys.argv[1:]]), given
            )

        experiment("probing", options, run, None)


def wanted(options: Probing) -> Preset:
    """The preset with what is given instead. BadInput: no model, or no questions, or two kinds."""
    if options.preset is not None and options.preset not in PRESETS:
        raise BadInput(f"a preset is one of {', '.join(PRESETS)}; got {options.preset}")
    base = PRESETS.get(options.preset or "")
    model = options.model or (base.model if base else None)
    task = options.task or ("" if options.prompts else base.task if base else "")
    if model is None:
        raise BadInput("probe needs --preset smollm, or --model with --prompts or --task")
    if bool(task) == (options.prompts is not None):
        raise BadInput("the questions come from --prompts FILE or from --task NAME: give one")
    return Preset(model, task, options.longest or (base.longest if base else 256))


def questions_of(options: Probing, chosen: Preset, model: Any) -> Any:
    from gpu_checks.lm import questions

    if options.prompts is None:
        return questions.from_generator(chosen.task, model)
    return questions.from_file(options.prompts, options.verifier, model, options.instruction)


def show(found: Any) -> None:
    """Headline, safe settings, risk, and what fresh rollouts said, on standard output."""
    from gpu_checks.lm import report

    out, _ = consoles()
    out.print(report.headline(found), soft_wrap=True)
    out.print()
    show_rows(
        report.safe_rows(found),
        "update",
        "set",
        "safe_below",
        "low",
        "high",
        "gap",
        "mean_curvature",
    )
    out.print()
    show_rows(
        report.risk_rows(found), "times_safe", "sgd", "normalised", "adamw", "collapsed", "interval"
    )
    if found.confirmed:
        out.print()
        columns = ("direction", "times_safe", "J", "error", "homogeneous", "entropy")
        show_rows(report.confirmed_rows(found), *columns)
    out.print()
    for line in report.notes(found):
        out.print(line)


# -- monitor ---------------------------------------------------------------------------------------

Read = Callable[[], dict[str, Any]]
"""The diagnosis of each log, by name."""


@language_models.command()
@takes(Output)
def monitor(
    options: Output,
    logs: Annotated[
        list[Path],
        typer.Argument(help="trainer_state.json, JSONL, W&B's CSV, TensorBoard, verl's console."),
    ],
    success: Annotated[
        str | None, typer.Option(help="The log's name of the success rate, if not its reward.")
    ] = None,
    group: Annotated[int | None, typer.Option(min=2, help="Responses a prompt, if known.")] = None,
    run: Annotated[int, typer.Option(min=0, help="Which run, where a log has several.")] = 0,
    live: Annotated[bool, typer.Option("--live", help="Read again until stopped.")] = False,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two readings.")] = 10.0,
) -> None:
    """What a training log says: signal, step over safe step, where it was lost, what to do.

    Example: gradgap monitor checkpoints/trainer_state.json --out page
    """
    from gpu_checks.lm.diagnosis import diagnose
    from gpu_checks.lm.logs import Unreadable, read
    from gpu_checks.lm.page import as_json, headline, lines, page, view

    def read_all() -> dict[str, Any]:
        return {str(path): diagnose(read(path, success, run), group) for path in logs}

    with bad_input(Unreadable, FileExistsError, NotADirectoryError, OSError):
        refuse_earlier(options.out, options.overwrite)
        if live:
            watch(read_all, view, every)
        named = read_all()
        if options.as_json:
            found = [as_json(name, one) for name, one in named.items()]
            print(json.dumps(found, indent=1, allow_nan=False))
        else:
            for name, one in named.items():
                print("\n  ".join((headline(name, one), *lines(one))))
        if options.out is not None:
            pages = {page_name(i, logs): page(*pair) for i, pair in enumerate(named.items())}
            save(options.out, pages, options.overwrite)


def page_name(at: int, logs: list[Path]) -> str:
    return "run.html" if len(logs) == 1 else f"run-{at + 1}.html"


def watch(read: Read, view: Callable[[Any], Any], every: float) -> None:
    """Shows what is read, again and again, on standard error, until it is interrupted."""
    import time

    from rich.live import Live

    _, err = consoles()
    try:
        with Live(view(read()), console=err, auto_refresh=False) as shown:
            while True:
                time.sleep(every)
                shown.update(view(read()), refresh=True)
    except KeyboardInterrupt:
        return
