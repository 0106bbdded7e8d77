"""The phase diagram and the paper's Figure 2 on a pretrained model.

A study is a list of independent runs with seeds of their own: every task, kind of step, seed and
multiple of the predicted safe step, which `probe` measures once for each task and seed. Each run
has its folder; what is unfinished goes on (`training`).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from gpu_checks.cumulative import cumulative as gaps
from gpu_checks.cumulative.figures import ESTIMATES
from gpu_checks.lm import loading, probe, training
from gpu_checks.lm.questions import Questions, from_generator
from gpu_checks.phase import analysis
from gpu_checks.phase.report import machine
from gpu_checks.settings import ADAMW, PLAIN
from numeric.core import record
from theory.terminal import Progress

DIRECTION = {PLAIN: "gradient", ADAMW: "adamw"}
Source = Callable[[str, str], tuple[loading.LanguageModel, Questions]]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The multiples are of the safe step; `probed`: prompts of each half of a probe."""

    model: str = loading.SMOLLM
    tasks: tuple[str, ...] = ("chain_sum", "letter_counting")
    steps: tuple[str, ...] = (PLAIN, ADAMW)
    multiples: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
    seeds: tuple[int, ...] = (0, 1, 2)
    algorithm: str = "dr-grpo"
    updates: int = 8
    prompts: int = 16
    group: int = 8
    longest: int = 6
    probed: int = 32


PHASE = Plan()
CUMULATIVE = Plan(steps=(PLAIN,), multiples=(0.1, 1.0), updates=20)
NAMED = {0.1: "short", 1.0: "long"}
"""What Figure 2 calls the steps of its plan."""


def source(name: str, task: str, device: str = "cpu") -> tuple[loading.LanguageModel, Questions]:
    model = loading.load(name, device)
    return model, from_generator(task, model)


def run_all(
    folder: Path, plan: Plan, progress: Progress, given: Source = source
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[Path]]:
    """The rows of all runs, the predictions, and the runs' folders."""
    each = len(plan.steps) * len(plan.multiples) * plan.updates
    total = len(plan.tasks) * len(plan.seeds) * each
    rows, predicted, places, done = [], [], [], 0
    for task in plan.tasks:
        model, questions = given(plan.model, task)
        for seed in plan.seeds:
            found = safe_steps(folder, plan, task, seed, model, questions)
            predicted += found
            for step, safe in ((row["step"], row["safe_step"]) for row in found):
                for multiple in plan.multiples if safe == safe else ():
                    place = folder / "runs" / f"{task}-{step}-{multiple:g}-{seed}"
                    run = training.Run(
                        model=plan.model,
                        task=task,
                        algorithm=plan.algorithm,
                        step=step,
                        step_size=multiple * safe,
                        seed=seed,
                        steps=plan.updates,
                        prompts=plan.prompts,
                        group=plan.group,
                        longest=plan.longest,
                        ratio=multiple,
                    )
                    rows.append(
                        training.train_in_folder(
                            place, run, model, questions, tick=partial(ahead, progress, done, total)
                        )
                    )
                    places.append(place)
                    done += plan.updates
                    progress(done, total)
    return rows, predicted, places


def ahead(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


def safe_steps(
    folder: Path,
    plan: Plan,
    task: str,
    seed: int,
    model: loading.LanguageModel,
    questions: Questions,
) -> list[dict[str, Any]]:
    """The safe step of the first update for each kind of step, as a learning rate; made once."""
    path = folder / "probes" / f"{task}-{seed}.csv"
    if not path.exists():
        found = probe.probe(
            *(model, questions, plan.algorithm, plan.probed, plan.group, plan.longest, seed)
        )
        of = {one.direction: one for one in found.along}
        rows: list[dict[str, Any]] = [
            {
                "diagram": "lm",
                "algorithm": plan.algorithm,
                "task": task,
                "step": step,
                "size": plan.longest,
                "seed": seed,
                "start": found.success,
                "safe_step": one.learning_rate,
                "eta": one.safe,
                "low": one.low,
                "high": one.high,
                "gap": one.gap,
                "curvature": one.curvature,
            }
            for step in plan.steps
            for one in (of[DIRECTION[step]],)
        ]
        path.parent.mkdir(parents=True, exist_ok=True)
        record.write_whole(path, record.as_csv(rows).encode())
    return analysis.rows(record.read_csv(path))


def phase(
    folder: Path, plan: Plan, progress: Progress, given: Source = source
) -> dict[str, list[dict[str, Any]]]:
    """Runs with their fates, predictions, and for each multiple how many collapsed."""
    rows, predicted, _ = run_all(folder, plan, progress, given)
    # A first batch without a success has no log odds; its run is judged from one in a thousand.
    fates = [analysis.fate({**row, "start": min(max(row["start"], 1e-3), 0.999)}) for row in rows]
    ended = [{**row, "fate": fate} for row, fate in zip(rows, fates, strict=True)]
    return {"runs": ended, "predictions": predicted, "verdicts": counted(ended)}


def counted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By task, kind of step and multiple: runs, collapsed, mean final success."""
    keys = dict.fromkeys((row["task"], row["step"], row["ratio"]) for row in rows)
    found = []
    for task, step, ratio in keys:
        here = [r for r in rows if (r["task"], r["step"], r["ratio"]) == (task, step, ratio)]
        collapsed = sum(row["fate"] in analysis.COLLAPSED for row in here)
        mean = float(np.mean([row["final_success"] for row in here]))
        start = float(np.mean([row["start"] for row in here]))
        found.append(
            {"task": task, "step": step, "times_safe": ratio, "runs": len(here)}
            | {"collapsed": collapsed, "start": start, "final_success": mean}
        )
    return found


def cumulative(
    folder: Path, plan: Plan, progress: Progress, given: Source = source
) -> list[dict[str, Any]]:
    """One row an update, run and estimate, with the columns of the small transformers' table."""
    rows, _, places = run_all(folder, plan, progress, given)
    found = []
    for row, place in zip(rows, places, strict=True):
        log = [json.loads(one) for one in (place / "log.jsonl").read_text().splitlines()]
        table = {k: np.array([one[k] for one in log], float).reshape(len(log), 1) for k in MEASURES}
        for estimate, (name, positive) in ESTIMATES.items():
            M = gaps.cumulative(table[name], table["step_length"], positive)
            found += [
                {
                    "task": row["task"],
                    "algorithm": row["algorithm"],
                    "estimate": estimate,
                    "steps": NAMED[row["ratio"]],
                    "seed": row["seed"],
                    "start": row["start"],
                    "step": at,
                    "success": float(table["success"][at, 0]),
                    "cumulative_gap": float(M[at, 0]),
                }
                for at in range(len(log))
            ]
    return found


MEASURES = ("success", "gap", "gap_of_norm", "step_length")


def files(
    tables: dict[str, list[dict[str, Any]]], command: str, device: str
) -> dict[str, bytes | str]:
    document = {
        "command": command,
        "versions": record.versions("torch", "transformers", "reasoning-gym"),
        "machine": machine(device),
        "verdicts": tables["verdicts"],
    }
    found: dict[str, bytes | str] = {
        f"{name}.csv": record.as_csv(tables[name]) for name in ("runs", "predictions")
    }
    return found | {"record.json": record.as_text(document)}


COLOURS = ("#440154", "#3b528b", "#21918c", "#5ec962", "#e6a000", "#D55E00", "#8b0000")


def draw(folder: Path) -> dict[str, bytes]:
    """J over the updates, a panel for each task and kind of step, a colour for each multiple of the
    safe step; at the end of a line J on questions that no run saw."""
    from matplotlib.figure import Figure

    table = analysis.rows(record.read_csv(folder / "runs.csv"))
    panels = [*dict.fromkeys((row["task"], row["step"]) for row in table)]
    multiples = sorted({row["ratio"] for row in table})
    picture = Figure(figsize=(4.2 * len(panels), 3.6), layout="constrained")
    for axes, (task, step) in zip(
        np.atleast_1d(picture.subplots(1, len(panels), sharey=True)), panels, strict=True
    ):
        for row in table:
            if (row["task"], row["step"]) != (task, step):
                continue
            place = folder / "runs" / f"{task}-{step}-{row['ratio']:g}-{int(row['seed'])}"
            log = [json.loads(x) for x in (place / "log.jsonl").read_text().splitlines()]
            ys = [*(one["success"][0] for one in log), row["final_success"]]
            colour = COLOURS[multiples.index(row["ratio"]) % len(COLOURS)]
            first = row["seed"] == min(r["seed"] for r in table)
            axes.plot(ys, color=colour, label=f"{row['ratio']:g}" if first else None)
            axes.plot(len(ys) - 1, ys[-1], "o", color=colour, markersize=3)
        axes.set(title=f"{task}, {step}", xlabel="update", ylim=(-0.02, 1))
    axes.legend(title="step / safe step", fontsize=7)
    return {"phase_lm.png": record.as_image(picture)}
