"""The commands about pretrained language models: ``gradgap probe``.

Rooms are imported inside the commands, so that ``gradgap --help`` answers at once.
"""

import shlex
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from gpu_checks.commands import Results, Seed, Study, torch_room
from theory.terminal import BadInput, Progress, consoles, experiment, show_rows, takes

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
