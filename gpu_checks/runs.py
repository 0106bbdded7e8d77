"""A training run as a folder that can be killed at any moment and gone on with.

    settings.json   what is trained, and with which versions
    log.jsonl       one line an update: the name of each measure and a list of R numbers
    checkpoint.pt   the state after the last saved update, tensors only
    result.csv      one row a run, when all updates are done
    safe_steps.csv  the predicted safe step for each seed, from `prepare`

The checkpoint is written under another name and renamed, so a killed process leaves a whole one (a
power failure may not). What the log has beyond it is cut off when the run goes on, and made again:
the bits are those of a run that was never interrupted, because everything random is a function of
(seed, update). Times are not in the log, for the same reason. So it is on a CPU; the attention of a
GPU may add up its gradients in an order of its own (not tried).
"""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import torch
from torch import Tensor

from gpu_checks import prediction, train
from gpu_checks import settings as room
from gpu_checks.settings import Settings
from gpu_checks.train import State
from gpu_checks.warm_start import warm_start
from numeric.core import record
from theory.terminal import Progress

SETTINGS, LOG, CHECKPOINT, RESULT = "settings.json", "log.jsonl", "checkpoint.pt", "result.csv"
WARMING, SAFE_STEPS = "warm_start.pt", "safe_steps.csv"
Start = Callable[[Settings, torch.device | str], tuple[Tensor, Tensor]]


class NotResumable(ValueError):
    """The folder holds another run, or its checkpoint cannot be read."""


def train_in_folder(
    folder: Path,
    settings: Settings,
    device: torch.device | str = "cpu",
    every: int = 25,
    progress: Progress = lambda done, total: None,
    start: Start = warm_start,
) -> list[dict[str, Any]]:
    """Train to the end, from the checkpoint if there is one, and return the rows of result.csv.
    `every` >= 1: updates between two checkpoints. One process at a time, and the same versions
    throughout, or the bits may differ.

    NotResumable: the folder is of other settings, or its checkpoint is damaged."""
    if every < 1:
        raise ValueError(f"every must be at least 1, got {every}")
    folder.mkdir(parents=True, exist_ok=True)
    claim(folder, settings)
    if (folder / RESULT).exists():
        return rows_of(folder)
    state, rates = restore(folder, settings, device)
    if state is None or rates is None:
        theta, rates = start(settings, device)
        state = train.begin(settings, theta)
        save(folder, settings, state, rates)
    cut(folder / LOG, state.step)
    with (folder / LOG).open("a", encoding="utf-8") as log:
        while state.step < settings.steps:
            state, measured = train.advance(settings, state)
            log.write(line(state.step - 1, measured) + "\n")
            if state.step % every == 0 or state.step == settings.steps:
                log.flush()
                save(folder, settings, state, rates)
            progress(state.step, settings.steps)
    rows = summary(settings, state, rates, [*read_log(folder)])
    record.write_whole(folder / RESULT, record.as_csv(rows).encode())
    return rows_of(folder)


def prepare(
    folder: Path,
    settings: Settings,
    device: torch.device | str = "cpu",
    progress: Progress = lambda done, total: None,
) -> None:
    """What comes before the first update, saved in the folder: the warm start, and in
    safe_steps.csv the predicted safe step of each run, made for each seed. Stopped, it goes on.

    NotResumable: the folder is of other settings, or a checkpoint is damaged."""
    folder.mkdir(parents=True, exist_ok=True)
    claim(folder, settings)
    state, rates = restore(folder, settings, device)
    if state is None or rates is None:
        path, of = folder / WARMING, settings.fingerprint
        saved = load_tensors(path, of, device)
        theta, rates = warm_start(
            settings, device, progress, saved, lambda found: save_tensors(path, of, found)
        )
        state = train.begin(settings, theta)
        save(folder, settings, state, rates)
        path.unlink(missing_ok=True)
    if not (folder / SAFE_STEPS).exists() and state.step == 0:
        seeds = sorted(set(settings.seeds))
        of_seed = [settings.seeds.index(seed) for seed in seeds]
        one = replace(settings, seeds=tuple(seeds), step_sizes=(1.0,) * len(seeds))
        rows = prediction.safe_steps(one, state.theta[of_seed], rates[of_seed])
        record.write_whole(folder / SAFE_STEPS, record.as_csv(rows).encode())


def safe_steps(folder: Path) -> dict[int, float]:
    """By seed; NaN where there is none. Empty where nothing was predicted."""
    if not (folder / SAFE_STEPS).exists():
        return {}
    table = record.read_csv(folder / SAFE_STEPS)
    seeds = table["seed"].astype(int).tolist()
    return dict(zip(seeds, table["safe_step"].tolist(), strict=True))


def claim(folder: Path, settings: Settings) -> None:
    """Write the settings into a new folder. NotResumable: it is not empty and of another run."""
    path = folder / SETTINGS
    if not path.exists():
        if any(entry.suffix != ".unfinished" for entry in folder.iterdir()):
            raise NotResumable(f"{folder} is not empty and holds no {SETTINGS}")
        document = {"settings": settings.as_json(), "versions": record.versions("torch", "numpy")}
        record.write_whole(path, record.as_text(document).encode())
    if settings_of(folder).fingerprint != settings.fingerprint:
        raise NotResumable(f"{folder / SETTINGS} has other settings; give another folder")


def settings_of(folder: Path) -> Settings:
    """NotResumable: there are none, or they cannot be read."""
    try:
        return room.from_json(
            json.loads((folder / SETTINGS).read_text(encoding="utf-8"))["settings"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotResumable(f"{folder / SETTINGS} cannot be read: {error}") from error


# -- checkpoints -----------------------------------------------------------------------------------


def save(folder: Path, settings: Settings, state: State, rates: Tensor) -> None:
    save_tensors(folder / CHECKPOINT, settings.fingerprint, {"rates": rates, **asdict(state)})


def restore(
    folder: Path, settings: Settings, device: torch.device | str
) -> tuple[State | None, Tensor | None]:
    """The saved state and the success rates at its start; None where nothing was saved yet.

    NotResumable: the file is cut short or damaged, or of other settings."""
    path = folder / CHECKPOINT
    saved = load_tensors(path, settings.fingerprint, device)
    if saved is None:
        return None, None
    try:
        rates, state = saved.pop("rates"), State(**saved)
        shapes = tuple(rates.shape), tuple(state.theta.shape)
    except (KeyError, TypeError, AttributeError) as error:
        raise NotResumable(f"{path} is no checkpoint of a run: {error}") from error
    runs = len(settings.seeds)
    if shapes != ((runs,), (runs, settings.architecture.size)):
        raise NotResumable(f"{path} holds rates and theta of shapes {shapes}")
    return state, rates


def save_tensors(path: Path, fingerprint: str, content: dict[str, Any]) -> None:
    """Tensors and integers only, so that reading them runs nothing. Whole or not at all."""
    data = BytesIO()
    torch.save({"of": fingerprint, **content}, data)
    record.write_whole(path, data.getvalue())


def load_tensors(path: Path, fingerprint: str, device: torch.device | str) -> dict[str, Any] | None:
    """What `save_tensors` wrote; None if there is no such file.

    NotResumable: it is cut short or damaged, or of another fingerprint."""
    if not path.exists():
        return None
    try:
        # torch.load does not look at the checksums of the parts.
        with ZipFile(path) as parts:
            damaged = parts.testzip()
        if damaged is not None:
            raise ValueError(f"the checksum of {damaged} is wrong")
        saved = dict(torch.load(path, map_location=device, weights_only=True))
        of = saved.pop("of")
    except Exception as error:
        # torch.load fails in many ways on a damaged file; all of them mean this one thing.
        raise NotResumable(f"{path} cannot be read: {type(error).__name__}: {error}") from error
    if of != fingerprint:
        raise NotResumable(f"{path} is of other settings")
    return saved


# -- the log ---------------------------------------------------------------------------------------


def line(step: int, measured: dict[str, Tensor]) -> str:
    """One update as JSON; null where a measure is missing. Floats are written in full."""
    numbers = {name: [number(x) for x in values.tolist()] for name, values in measured.items()}
    return json.dumps({"step": step, **numbers}, allow_nan=False)


def number(x: float) -> float | None:
    return x if math.isfinite(x) else None


def cut(path: Path, steps: int) -> None:
    """Keep the first `steps` lines, which the checkpoint accounts for.

    NotResumable: there are fewer."""
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    kept = lines[:steps]
    if len(kept) < steps or any(not one.endswith(b"\n") for one in kept):
        raise NotResumable(f"{path} has fewer lines than the {steps} updates of the checkpoint")
    record.write_whole(path, b"".join(kept))


def read_log(folder: Path) -> Iterator[dict[str, Any]]:
    """The updates, in order. ValueError: a line is not JSON."""
    with (folder / LOG).open(encoding="utf-8") as lines:
        for one in lines:
            yield json.loads(one)


def rows_of(folder: Path) -> list[dict[str, Any]]:
    """The rows of result.csv, numbers as floats."""
    table = record.read_csv(folder / RESULT)
    names = list(table)
    return [
        dict(zip(names, (x.item() for x in row), strict=True))
        for row in zip(*table.values(), strict=True)
    ]


# -- the result ------------------------------------------------------------------------------------


def summary(
    settings: Settings, state: State, rates: Tensor, log: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """One row a run: its settings, success rates at the start and the end, the last tenth."""
    tail = log[-max(1, len(log) // 10) :]
    final = train.evaluate(settings, state.theta)
    rows = []
    for r, (seed, step_size) in enumerate(zip(settings.seeds, settings.step_sizes, strict=True)):
        rows.append(
            {
                "algorithm": settings.algorithm,
                "task": settings.task,
                "size": settings.size,
                "longest": settings.longest,
                "step": settings.step,
                "step_size": step_size,
                "seed": seed,
                "start": rates[r].item(),
                "steps": settings.steps,
                "final_success": final[r].item(),
                "best_success": best([one["success"][r] for one in log], len(tail)),
                "final_entropy": late(tail, "entropy", r),
                "vocabulary": settings.the_task.vocabulary,
                "homogeneous": late(tail, "homogeneous", r),
                "failing": late(tail, "failing", r),
                "gradient_norm": late(tail, "gradient_norm", r),
                "mean_length": late(tail, "length", r),
                "cumulative_gap": state.cumulative_gap[r].item(),
                "missing": int(state.missing[r].item()),
                "finite": min((one["finite"][r] for one in log), default=1.0),
            }
        )
    return rows


def best(success: list[float], window: int) -> float:
    """The largest mean over `window` updates in a row; 0.0 if there were no updates."""
    if not success:
        return 0.0
    sums = [0.0, *accumulate(success)]
    return max((b - a) / window for a, b in zip(sums, sums[window:], strict=False))


def late(tail: list[dict[str, Any]], name: str, r: int) -> float:
    """Mean over the last tenth of the updates, where it is known; NaN if it never is."""
    known = [one[name][r] for one in tail if one[name][r] is not None]
    return sum(known) / len(known) if known else math.nan
