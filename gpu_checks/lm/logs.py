"""Training logs as people have them, as one series of updates with the field's names.

    trainer_state.json, or a folder with one    TRL, transformers
    *.jsonl                                      one JSON object a line; gradgap's own log.jsonl
    *.csv                                        exported from W&B, a whole table or one chart
    events.out.tfevents.*, or a folder with some TensorBoard
    anything else                                verl's console: step:1 - actor/entropy:0.3 - ...

What is not logged is not guessed. A measure that is no number (NaN, infinite) is kept, as it says
something; a text is left out.
"""

import csv
import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Update = dict[str, float]
"""`step`, and the measures that this update has, by the names of NAMES or their own."""

NAMES: dict[str, tuple[str, ...]] = {
    "success": ("success",),
    "success_measured": ("gap/success",),
    "reward": ("reward", "critic/score/mean", "critic/rewards/mean", "objective/scores"),
    "reward_sd": ("reward_std",),
    "homogeneous": ("homogeneous", "frac_reward_zero_std"),
    "all_wrong": ("failing",),
    "entropy": ("entropy", "actor/entropy", "actor/entropy_loss", "policy/entropy_avg"),
    "length": ("length", "completions/mean_length", "completion_length", "response_length/mean"),
    "truncated": ("completions/clipped_ratio", "response_length/clip_ratio"),
    "gradient_norm": ("gradient_norm", "grad_norm", "actor/grad_norm"),
    "learning_rate": ("learning_rate", "actor/lr"),
    "loss": ("loss", "actor/pg_loss"),
    "kl_token": ("actor/ppo_kl", "policy/approxkl_avg", "approx_kl"),
    "kl": ("gap/kl",),
    "gain": ("gap/log_success_gain",),
    "kl_reference": ("kl", "actor/kl_loss", "objective/kl", "actor/reward_kl_penalty"),
    "safe_ratio": ("gap/step_over_safe",),
    "gap": ("gap", "gap/gap"),
    "engine_ratio": ("sampling/importance_sampling_ratio/max", "rollout_corr/rollout_is_max"),
    "engine_difference": (
        "sampling/sampling_logp_difference/mean",
        "training/rollout_probs_diff_mean",
    ),
}
"""What a measure is called, in the order of preference. `kl_token` and `kl` are KL(old || new), a
token and a response; `kl_reference` is the distance from the start, which is another thing."""
STEPS = ("step", "Step", "_step", "global_step", "train/global_step", "training/global_step")
FRONTS = ("train/", "train_", "gap_train/")


class Unreadable(ValueError):
    """No updates can be read from this file; the message says which file, and why."""


def read(path: Path, success: str | None = None, run: int = 0) -> list[Update]:
    """The updates in order. `success`: the log's own name of the success rate, where `reward` is
    not it. `run`: which one, where a log has several. Unreadable: it holds none."""
    where = found_in(path)
    try:
        raw = [*raw_updates(where, run)]
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise Unreadable(f"{where}: {error}") from error
    if success is not None and not any(success in row for row in raw):
        known = ", ".join(sorted({name for row in raw for name in row} - {"step"}))
        raise Unreadable(f"{where} has no {success}; it has {known}")
    merged: dict[int, Update] = {}
    for row in raw:
        step = int(row["step"])
        merged.setdefault(step, {"step": float(step)}).update(named(row, success))
    if not any(len(row) > 1 for row in merged.values()):
        raise Unreadable(f"{where} has no updates with a measure")
    return [merged[step] for step in sorted(merged)]


def found_in(path: Path) -> Path:
    """The file, or the newest one in the folder that is a log."""
    if not path.is_dir():
        return path
    kinds = ("**/trainer_state.json", "**/log.jsonl", "**/events.out.tfevents.*", "*.csv", "*.log")
    for kind in kinds:
        listed = [*path.glob(kind)]
        if listed:
            return max(listed, key=lambda one: (one.stat().st_mtime, str(one)))
    raise Unreadable(f"{path} has no trainer_state.json, JSONL, TensorBoard events, CSV or log")


def raw_updates(path: Path, run: int) -> Iterator[dict[str, Any]]:
    if path.name.startswith("events.out.tfevents"):
        return of_tensorboard(path)
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".json":
        return of_entries(json.loads(text)["log_history"], run)
    if path.suffix == ".jsonl":
        return of_entries(whole_lines(text), run)
    return of_csv(text) if path.suffix == ".csv" else of_console(text)


# -- formats ---------------------------------------------------------------------------------------


def of_entries(entries: Iterable[dict[str, Any]], run: int) -> Iterator[dict[str, Any]]:
    """One object an update. Of lists, which are several runs side by side, the number `run`."""
    for at, entry in enumerate(entries):
        step = next((entry[name] for name in STEPS if name in entry), at)
        chosen = {k: v[run] if isinstance(v, list) else v for k, v in entry.items()}
        yield {**numbers(chosen), "step": int(step)}


def whole_lines(text: str) -> Iterator[dict[str, Any]]:
    """The objects; a last line that is being written is left out."""
    lines = text.splitlines()
    for at, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except ValueError as error:
            if at < len(lines):
                raise ValueError(f"line {at} is no JSON") from error


def of_csv(text: str) -> Iterator[dict[str, Any]]:
    """A table of W&B; a chart's columns are "RUN - MEASURE", with extremes beside, left out."""
    for at, row in enumerate(csv.DictReader(text.splitlines())):
        cells = {str(k).rpartition(" - ")[2]: v for k, v in row.items()}
        step = next((cells[name] for name in STEPS if cells.get(name)), at)
        kept = {k: v for k, v in cells.items() if not k.endswith(("__MIN", "__MAX"))}
        yield {**numbers(kept), "step": int(float(step))}


PAIR = re.compile(
    r"([A-Za-z_][\w./@-]*):\s*(?:np\.\w+\()?([-+]?(?:nan|inf|\d[\d.]*(?:e[-+]?\d+)?))"
)
LINE = re.compile(r"\bstep:(\d+) - ")


def of_console(text: str) -> Iterator[dict[str, Any]]:
    """Lines "step:N - name:value - ...", whatever stands in front; the numbers may be NumPy's."""
    for line in text.splitlines():
        start = LINE.search(line)
        if start:
            pairs = PAIR.findall(line[start.end() :])
            yield {**numbers(dict(pairs)), "step": int(start[1])}


def of_tensorboard(path: Path) -> Iterator[dict[str, Any]]:
    try:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    except ImportError as error:
        message = "tensorboard is not installed: pip install -c constraints.txt tensorboard"
        raise ValueError(message) from error
    events = EventAccumulator(str(path), size_guidance={"scalars": 0}).Reload()
    for tag in events.Tags()["scalars"]:
        for event in events.Scalars(tag):
            yield {tag: event.value, "step": event.step}


# -- names -----------------------------------------------------------------------------------------


def numbers(row: dict[str, Any]) -> dict[str, float]:
    """What is a number, or a text that is one. A missing measure is left out."""
    found = {}
    for name, value in row.items():
        try:
            found[name] = float(value)
        except (TypeError, ValueError):
            continue
    return found


def named(row: dict[str, float], success: str | None) -> Update:
    """The measures by their names here; the first known name of each that the log has."""
    bare = {shortened(name): value for name, value in row.items()} | row
    found = {
        ours: bare[theirs[0]]
        for ours, names in NAMES.items()
        if (theirs := [name for name in names if name in bare])
    }
    if success is not None and success in row:
        found["success"] = row[success]
    return found


def shortened(name: str) -> str:
    return next((name.removeprefix(f) for f in FRONTS if name.startswith(f)), name)


def has(updates: list[Update], name: str) -> bool:
    return any(math.isfinite(row[name]) for row in updates if name in row)
