"""Policy-gradient training of a language model in a folder that goes on where it was stopped.

The update is that of `probe`: fresh prompts, a group of responses to each, the gradient in two
halves, from which the gap is estimated. The files are those of `gpu_checks.runs`, of one run; the
checkpoint is dropped when the run has ended. Everything random is a function of (seed, update), so
a run that was stopped ends with the bits of one that was not, on a CPU.
"""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gpu_checks import algorithms, runs, train
from gpu_checks.lm import probe, rollouts
from gpu_checks.lm.loading import LanguageModel
from gpu_checks.lm.questions import Questions
from gpu_checks.settings import ADAMW, NORMALISED, STEPS
from numeric.core import record

FIRST, HELD = 100, 10
"""Purposes of random numbers: of update k FIRST + k, of the last measurement HELD."""
HELD_PROMPTS = 32
"""The last questions, on which no run is trained."""
ABSORBED_AFTER = 3
"""Updates in a row with no response right: such a run is stopped, and said to be absorbed."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run. `ratio`: its step over the predicted safe one, where that is known."""

    model: str
    task: str
    algorithm: str
    step: str
    step_size: float
    seed: int
    steps: int
    prompts: int
    group: int
    longest: int
    ratio: float

    def __post_init__(self) -> None:
        algorithms.algorithm(self.algorithm)
        if self.step not in STEPS:
            raise ValueError(f"step must be one of {', '.join(STEPS)}, got {self.step}")
        if not (math.isfinite(self.step_size) and self.step_size > 0):
            raise ValueError(f"a step size is finite and positive, got {self.step_size}")

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Progressing:
    """After `done` updates: M(k), updates in a row without a success, AdamW's running means."""

    done: int
    cumulative_gap: float
    failing: int
    first: probe.Vector
    second: probe.Vector


def train_in_folder(
    folder: Path,
    run: Run,
    model: LanguageModel,
    questions: Questions,
    every: int = 4,
    tick: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:
    """Train to the end, from the checkpoint if there is one, and return the row of result.csv. The
    model comes with its first parameters, and gets them back.

    runs.NotResumable: the folder is of another run, or its checkpoint is damaged."""
    folder.mkdir(parents=True, exist_ok=True)
    claim(folder, run)
    if not (folder / runs.RESULT).exists():
        origin = [p.detach().clone() for p in model.parameters]
        try:
            row = trained(folder, run, model, questions, every, tick)
        finally:
            put(model, origin)
        record.write_whole(folder / runs.RESULT, record.as_csv([row]).encode())
        (folder / runs.CHECKPOINT).unlink(missing_ok=True)
    return runs.rows_of(folder)[0]


def trained(
    folder: Path,
    run: Run,
    model: LanguageModel,
    questions: Questions,
    every: int,
    tick: Callable[[int], None],
) -> dict[str, Any]:
    state = restored(folder, run, model)
    runs.cut(folder / runs.LOG, state.done)
    with (folder / runs.LOG).open("a", encoding="utf-8") as log:
        while state.done < run.steps and state.failing < ABSORBED_AFTER:
            state, measured = advance(run, model, questions, state)
            log.write(runs.line(state.done - 1, measured) + "\n")
            log.flush()
            if state.done % every == 0 and state.done < run.steps:
                save(folder, run, model, state)
            tick(state.done)
            if not bool(measured["finite"].all()):
                break
    return summary(run, model, questions, state, [*runs.read_log(folder)])


def claim(folder: Path, run: Run) -> None:
    path = folder / runs.SETTINGS
    if not path.exists():
        versions = record.versions("torch", "transformers")
        document = {"settings": asdict(run), "versions": versions}
        record.write_whole(path, record.as_text(document).encode())
    if json.loads(path.read_text(encoding="utf-8"))["settings"] != asdict(run):
        raise runs.NotResumable(f"{path} has other settings; give another folder")


def put(model: LanguageModel, values: probe.Vector) -> None:
    with torch.no_grad():
        for p, value in zip(model.parameters, values, strict=True):
            p.copy_(value)


def save(folder: Path, run: Run, model: LanguageModel, state: Progressing) -> None:
    lists: dict[str, list[Any]] = {"theta": model.parameters, "first": state.first}
    lists["second"] = state.second
    flat = {f"{name}{i}": x.detach() for name, xs in lists.items() for i, x in enumerate(xs)}
    numbers = {"done": state.done, "failing": state.failing, "M": state.cumulative_gap}
    runs.save_tensors(folder / runs.CHECKPOINT, run.fingerprint, flat | numbers)


def restored(folder: Path, run: Run, model: LanguageModel) -> Progressing:
    """From the checkpoint, with the model at its parameters; else the beginning."""
    device = model.parameters[0].device
    saved = runs.load_tensors(folder / runs.CHECKPOINT, run.fingerprint, device)
    adam, count = run.step == ADAMW, len(model.parameters)
    if saved is None:
        zeros = [[torch.zeros_like(p) for p in model.parameters] if adam else [] for _ in "ab"]
        return Progressing(0, 0.0, 0, *zeros)
    put(model, [saved[f"theta{i}"] for i in range(count)])
    means = [[saved[f"{name}{i}"] for i in range(count if adam else 0)] for name in MEANS]
    return Progressing(saved["done"], saved["M"], saved["failing"], *means)


MEANS = ("first", "second")


def advance(
    run: Run, model: LanguageModel, questions: Questions, state: Progressing
) -> tuple[Progressing, dict[str, Tensor]]:
    """One update, and what was measured before it, each (1,) in float64."""
    rule = algorithms.algorithm(run.algorithm)
    usable = len(questions.prompts) - HELD_PROMPTS - run.prompts + 1
    if usable < 1:
        raise ValueError(f"{run.prompts + HELD_PROMPTS} questions are needed")
    asked = questions.some(state.done * run.prompts % usable, run.prompts)
    drawn = rollouts.draw(model, asked, run.group, run.longest, run.seed, FIRST + state.done)
    halves = probe.gradients(model, drawn, rule)
    g, across = probe.together(halves)
    del halves
    size = probe.norm(g)
    gap = probe.gap_of_halves(drawn, rule, across / size) if size else math.nan
    first, second = means(run, state, g)
    update = along(run, state.done + 1, g, size, first, second)
    moved = probe.norm(update)
    finite = math.isfinite(moved)
    if finite:
        put(model, [p + x for p, x in zip(model.parameters, update, strict=True)])
    J = drawn.rewards
    measured = {
        "success": float(J.mean()),
        "homogeneous": float(algorithms.homogeneous(J).double().mean()),
        "failing": float((J == 0).all(-1).double().mean()),
        "entropy": drawn.entropy,
        "length": float(drawn.lengths.double().mean()),
        **{f"pass@{k}": float(train.pass_at(J, k).mean()) for k in sorted({2, run.group})},
        "gap": gap,
        "gap_of_norm": size / (across_share(drawn) or math.nan),
        "gradient_norm": size,
        "step_length": moved,
        "cumulative_gap": state.cumulative_gap,
        "finite": float(finite),
    }
    new = Progressing(
        state.done + 1,
        state.cumulative_gap + (max(gap, 0.0) * moved if math.isfinite(gap * moved) else 0.0),
        0 if bool(J.any()) else state.failing + 1,
        first,
        second,
    )
    return new, {k: torch.tensor([v], dtype=torch.float64) for k, v in measured.items()}


def across_share(drawn: rollouts.Rollouts) -> float:
    """(1 - 1/G) J(1-J): what divides |g| of dr-grpo into a gap that counts noise as signal."""
    J, group = float(drawn.rewards.mean()), drawn.rewards.shape[-1]
    return J * (1 - J) * (group - 1) / group


def means(run: Run, state: Progressing, g: probe.Vector) -> tuple[probe.Vector, probe.Vector]:
    if run.step != ADAMW:
        return [], []
    pairs = list(zip(state.first, state.second, g, strict=True))
    return (
        [0.9 * m + 0.1 * x for m, _, x in pairs],
        [0.999 * v + 0.001 * x.square() for _, v, x in pairs],
    )


def along(
    run: Run, taken: int, g: probe.Vector, size: float, first: probe.Vector, second: probe.Vector
) -> probe.Vector:
    """The update: see `settings.STEPS`; no weight decay."""
    a = run.step_size
    if run.step == ADAMW:
        low, high = 1 - 0.9**taken, 1 - 0.999**taken
        pairs = zip(first, second, strict=True)
        return [a * (m / low) / ((v / high).sqrt() + probe.ADAM_EPSILON) for m, v in pairs]
    if run.step == NORMALISED:
        a = a / size if size else 0.0
    return [a * x for x in g]


def summary(
    run: Run,
    model: LanguageModel,
    questions: Questions,
    state: Progressing,
    log: list[dict[str, Any]],
) -> dict[str, Any]:
    """One row, with the columns that `phase.analysis.fate` asks for. `start`: J of the first batch.
    An absorbed run, or one that overflowed, is at fewer updates than were asked for."""
    held = questions.some(len(questions.prompts) - HELD_PROMPTS, HELD_PROMPTS)
    finite = log[-1]["finite"][0]
    final = rollouts.draw(model, held, run.group, run.longest, run.seed, HELD)
    last = log[-max(1, len(log) // 10) :]
    success = [one["success"][0] for one in log]
    return {
        "diagram": "lm",
        **{k: v for k, v in asdict(run).items() if k not in ("model", "prompts", "group")},
        "size": run.longest,
        "start": success[0],
        "updates": state.done,
        "final_success": float(final.rewards.mean()),
        "best_success": max(success),
        "final_entropy": final.entropy,
        "vocabulary": int(model.network.config.vocab_size),
        "homogeneous": runs.late(last, "homogeneous", 0),
        "failing": runs.late(last, "failing", 0),
        "gradient_norm": runs.late(last, "gradient_norm", 0),
        "mean_length": runs.late(last, "length", 0),
        "cumulative_gap": state.cumulative_gap,
        "finite": finite,
    }
