"""Phase diagrams: where training converges and where it collapses, in step size and length, and in
step size and initial success rate.

A diagram is a list of populations. A population holds all steps and seeds of one algorithm at one
length and one initial success rate; its runs train together, in a folder of their own that can be
killed and gone on with (`runs`). From the same starts come the predictions (`prediction`): the safe
step of the first update, in the same units as the steps of the diagram.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gpu_checks import prediction, runs
from gpu_checks.algorithms import ALGORITHMS
from gpu_checks.phase import analysis as phase_analysis
from gpu_checks.settings import ADAMW, NORMALISED, Settings
from gpu_checks.warm_start import warm_start
from numeric.core import record
from theory.terminal import Progress

LENGTH, NORMALISED_LENGTH, SUCCESS, UNIT = "length", "length-normalised", "success", "unit-steps"


@dataclass(frozen=True)
class Population:
    """The runs of one algorithm at one length and one start, in the diagram of this name."""

    diagram: str
    settings: Settings

    @property
    def name(self) -> str:
        s = self.settings
        return f"{self.diagram}-{s.algorithm}-{s.task}-{s.size}-{s.start:g}"


def steps_between(low: float, high: float, per_octave: int = 1) -> tuple[float, ...]:
    """low, ..., high with `per_octave` steps to each factor 2; high a power of two times low."""
    count = round(np.log2(high / low) * per_octave)
    return tuple(low * 2 ** (i / per_octave) for i in range(count + 1))


def grid(base: Settings, sizes: Sequence[float], seeds: int, **changes: Any) -> Settings:
    """Every step size with every seed 0 .. seeds - 1."""
    cells = [*product(sizes, range(seeds))]
    of_step, of_seed = zip(*cells, strict=True)
    return replace(base, step_sizes=of_step, seeds=of_seed, **changes)


def populations(preset: str) -> list[Population]:
    """The diagrams of a preset of PRESETS. ValueError: there is none of this name."""
    if preset not in PRESETS:
        raise ValueError(f"a preset is one of {', '.join(PRESETS)}, got {preset}")
    return PRESETS[preset]()


def laptop() -> list[Population]:
    """Minutes on two cores: reverse over four symbols, 8 seeds, steps a factor 2 apart."""
    base = Settings(task="reverse", prompts=16, group=8, steps=60, start=0.3)
    found = []
    for name, diagram, low in (("dr-grpo", LENGTH, 0.01), ("grpo", NORMALISED_LENGTH, 0.04)):
        sizes = steps_between(low, 64 * low)
        for size in (2, 4, 8, 12):
            # Short responses stand longer steps.
            own = steps_between(2 * low, 128 * low) if size == 2 else sizes
            found.append(Population(diagram, grid(base, own, 8, size=size, algorithm=name)))
        for start in (0.05, 0.2, 0.5, 0.85):
            one = grid(base, sizes, 8, size=4, algorithm=name, start=start)
            found.append(Population(SUCCESS, one))
    return found


def gpu() -> list[Population]:
    """The full study: all algorithms, longer responses, 16 seeds, steps a factor sqrt 2 apart."""
    base = Settings(task="reverse", prompts=32, group=16, steps=300, start=0.3)
    low_high = {
        "reinforce": (0.0025, 1.28),
        "dr-grpo": (0.0025, 1.28),
        "success": (0.00125, 0.64),
        "grpo": (0.02, 10.24),
        "grpo-n": (0.04, 20.48),
        "grpo-n-minus-one": (0.04, 20.48),
        "gspo": (0.02, 10.24),
        "gspo-n": (0.04, 20.48),
        "gspo-n-minus-one": (0.04, 20.48),
    }
    found = []
    for name, (low, high) in low_high.items():
        steps = steps_between(low, high, 2)
        normalised = name not in ("reinforce", "dr-grpo", "success")
        diagram = NORMALISED_LENGTH if normalised else LENGTH
        for size in (2, 4, 8, 12, 16):
            found.append(Population(diagram, grid(base, steps, 16, size=size, algorithm=name)))
        for start in (0.03, 0.1, 0.3, 0.6, 0.85):
            settings = grid(base, steps, 16, size=4, algorithm=name, start=start)
            found.append(Population(SUCCESS, settings))
    for size in (2, 4, 8, 12, 16):
        unit = grid(base, steps_between(0.02, 5.12, 2), 16, size=size, step=NORMALISED)
        found.append(Population(UNIT, unit))
    return found


def algorithms() -> list[Population]:
    """Minutes on two cores: each algorithm at one length, and with what the theory leaves out:
    AdamW, several inner steps a batch, clipped or not, a penalty against the start."""
    base = Settings(task="reverse", size=4, prompts=16, group=8, steps=60, start=0.3)
    whole, shared = steps_between(0.01, 1.28), steps_between(0.04, 5.12)
    per_name = {name: shared if one.by_length else whole for name, one in ALGORITHMS.items()} | {
        "success": steps_between(0.005, 0.64)
    }
    found = [
        Population("algorithms", grid(base, sizes, 3, algorithm=name))
        for name, sizes in per_name.items()
    ]
    for name, sizes in (("dr-grpo", whole), ("grpo", shared)):
        four = {"algorithm": name, "inner": 4}
        found += [
            Population("adamw", grid(base, ADAMW_SIZES, 3, algorithm=name, step=ADAMW)),
            Population("inner", grid(base, sizes, 3, **four)),
            Population("inner-clipped", grid(base, sizes, 3, **four, clip=0.2)),
            Population("penalty", grid(base, sizes, 3, algorithm=name, kl=0.1)),
        ]
    for name in ("gspo", "gspo-n"):
        four = {"algorithm": name, "inner": 4}
        found += [Population("inner", grid(base, shared, 3, **four))]
        found += [Population("inner-clipped", grid(base, shared, 3, **four, clip=0.1))]
    return found


ADAMW_SIZES = steps_between(0.0005, 0.064)


def tasks() -> list[Population]:
    """Minutes on two cores: a task that the other presets never see, for `predictor`."""
    base = Settings(task="sort", prompts=16, group=8, steps=60, start=0.3)
    wide = {"dr-grpo": steps_between(0.01, 2.56), "grpo": steps_between(0.04, 10.24)}
    return [
        Population("tasks", grid(base, sizes, 3, algorithm=name, size=size))
        for size in (2, 4, 6)
        for name, sizes in wide.items()
    ]


def smoke() -> list[Population]:
    """Seconds: three tiny populations, for trying the machinery; its numbers mean nothing."""
    base = Settings(prompts=4, group=4, steps=6, start=0.3, width=8, layers=1, heads=1)
    return [Population(LENGTH, grid(base, (0.01, 0.1, 10.0), 3, size=size)) for size in (1, 2, 3)]


PRESETS = {
    "laptop": laptop,
    "algorithms": algorithms,
    "tasks": tasks,
    "gpu": gpu,
    "smoke": smoke,
}


# -- running ---------------------------------------------------------------------------------------


def train_populations(
    folder: Path, preset: str, device: torch.device | str, progress: Progress
) -> dict[str, list[dict[str, Any]]]:
    """Train every population of the preset, going on where an earlier call was stopped, and return
    the tables by name: runs, predictions, thresholds, exponents, verdicts.

    ValueError: no such preset. runs.NotResumable: the folder holds something else."""
    chosen = populations(preset)
    updates = sum(one.settings.steps for one in chosen)
    done, rows, predicted = 0, [], []
    for one in chosen:
        place = folder / "runs" / one.name

        def tick(step: int, _: int, before: int = done) -> None:
            progress(before + step, updates)

        found = runs.train_in_folder(
            place, one.settings, device, progress=tick, start=starts(folder)
        )
        rows += [{"diagram": one.diagram, **row} for row in found]
        predicted += predictions(place, one, device, folder)
        done += one.settings.steps
        progress(done, updates)
    return tables(rows, predicted)


def starts(folder: Path) -> runs.Start:
    """Warm starts, kept in the folder: one for each task, size and success rate, for all
    algorithms and steps."""

    def start(settings: Settings, device: torch.device | str) -> tuple[Tensor, Tensor]:
        one = basis(settings)
        path = folder / "starts" / f"{one.task}-{one.size}-{one.start:g}.pt"
        saved = runs.load_tensors(path, one.fingerprint, device)
        if saved is None:
            theta, rates = warm_start(one, device)
            path.parent.mkdir(parents=True, exist_ok=True)
            runs.save_tensors(path, one.fingerprint, {"theta": theta, "rates": rates})
        else:
            theta, rates = saved["theta"], saved["rates"]
        of_run = torch.tensor([one.seeds.index(seed) for seed in settings.seeds], device=device)
        return theta[of_run], rates[of_run]

    return start


def basis(settings: Settings) -> Settings:
    """What a warm start depends on: one run a seed, nothing of the training that follows."""
    seeds = tuple(sorted(set(settings.seeds)))
    kept = {name: getattr(settings, name) for name in STARTS_FROM}
    return Settings(seeds=seeds, step_sizes=(0.0,) * len(seeds), steps=0, **kept)


STARTS_FROM = (
    "task", "size", "alphabet", "easiest", "start", "width", "layers", "heads", "dtype"
)  # fmt: skip


def predictions(
    place: Path, one: Population, device: torch.device | str, folder: Path
) -> list[dict[str, Any]]:
    """The safe step of each seed's first update, made once."""
    path = place / "predictions.csv"
    if not path.exists():
        seeds = sorted(set(one.settings.seeds))
        first = replace(one.settings, seeds=tuple(seeds), step_sizes=(1.0,) * len(seeds))
        theta, rates = starts(folder)(first, device)
        found = prediction.safe_steps(first, theta, rates)
        rows = [{"diagram": one.diagram, **row} for row in found]
        record.write_whole(path, record.as_csv(rows).encode())
    table = record.read_csv(path)
    return phase_analysis.rows(table)


def tables(
    rows: list[dict[str, Any]], predicted: list[dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """Everything that is said about the runs, from their rows alone."""
    table, known = phase_analysis.columns(rows), phase_analysis.columns(predicted)
    fates = phase_analysis.fates(table).tolist()
    measured = phase_analysis.thresholds(table)
    expected = phase_analysis.predicted_thresholds(measured, known)
    laws = []
    for kind, listed in (("measured", measured), ("predicted", expected)):
        for against in ("longest", "start"):
            of = [row for row in listed if (row["diagram"] == SUCCESS) == (against == "start")]
            if of:
                rng = np.random.default_rng(0)
                laws += [
                    {"kind": kind, **row} for row in phase_analysis.exponents(of, rng, against)
                ]
    return {
        "runs": [{**row, "fate": end} for row, end in zip(rows, fates, strict=True)],
        "predictions": predicted,
        "thresholds": measured,
        "exponents": laws,
        "verdicts": phase_analysis.verdicts(table, known),
    }
