"""Our trainer against TRL's GRPOTrainer: the same task, size of network, batch and update.

    python -m gpu_checks.benchmarks.trl --out FOLDER
    python -m gpu_checks.benchmarks.trl --out FOLDER --rollouts 256 --population 64

The two take turns in one process: ours, TRL, ours, TRL, each for a block of updates that begins at
weights of the same success rate, so that what else the machine does falls on both. TRL is run in
several settings, and the fastest of them is what ours is compared with. What TRL computes, how it
is set, and why the networks are not equal weight for weight: `gpu_checks.benchmarks.trl_side`.

    speed       rollouts a second; the ratio of ours to the fastest TRL, turn by turn
    population  one stack of runs of ours; the same runs one after another (some of them, timed)
    to target   updates and seconds from J = start to J >= target, J computed exactly from the
                probabilities of all answers after each update, off the clock

In the last two TRL is the fastest setting without torch.compile, which would be paid for anew in
each run; in the first the turn that warms up pays for it.

Where our time goes is measured by drawing one batch more, off the clock: `sampling` is the numbers,
the responses and the verifier. For TRL it is `model.generate`, and `preparing` the text, rewards,
advantages and padding around it. The rest is the update. A number printed here is measured on this
machine, with the threads and versions that stand in the record.
"""

import argparse
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from gpu_checks.benchmarks.sides import Block, InTurn, Ours, Side, every_prompt
from gpu_checks.benchmarks.trl_side import EXTRA, LOSSES, VARIANTS, Theirs, Weights, libraries
from gpu_checks.settings import Settings
from gpu_checks.warm_start import warm_start
from numeric.core import record

Row = dict[str, Any]
OURS = "ours"
UNIT = 256
"""Rollouts an update for which `--updates` is meant; larger batches get fewer updates a block."""
FEWEST = 3
"""Updates in a block, at least."""


# -- measuring -------------------------------------------------------------------------------------


def interleaved(
    sides: Mapping[str, Side], updates: int, repeats: int, say: Callable[[str], None]
) -> dict[str, list[Row]]:
    """One row for each side and turn, all sides in each turn; a first turn warms up and is left
    out. ValueError: updates or repeats below 1."""
    if updates < 1 or repeats < 1:
        raise ValueError(f"updates and repeats must be at least 1, got {updates} and {repeats}")
    rows: dict[str, list[Row]] = {name: [] for name in sides}
    for turn in range(repeats + 1):
        for name, side in sides.items():
            side.reset()
            row = rates(side.run(updates if turn else 1), side.rollouts)
            if turn:
                rows[name].append(row)
        say(f"turn {turn} of {repeats}")
    return rows


def rates(block: Block, rollouts: int) -> Row:
    """Of a block: rollouts a second, seconds an update and of it, tokens a response."""
    count, total = len(block.seconds), sum(block.seconds)
    parts = {"sampling": block.sampling, "preparing": block.preparing}
    spent = {name: seconds / count for name, seconds in parts.items()}
    return {
        "rate": rollouts * count / total,
        "update": total / count,
        **spent,
        "rest": total / count - sum(spent.values()),
        "tokens": block.tokens / (rollouts * count),
    }


def spread(values: Sequence[float]) -> Row:
    """Least, median and greatest. ValueError: there is no value."""
    if not values:
        raise ValueError("the spread of no values is not defined")
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def summary(rows: Mapping[str, Sequence[Row]]) -> dict[str, Row]:
    """The spread of each measure of each side."""
    return {
        name: {measure: spread([turn[measure] for turn in turns]) for measure in turns[0]}
        for name, turns in rows.items()
    }


def fastest(summaries: Mapping[str, Row], names: Sequence[str]) -> str:
    """Of these, the side with the greatest median rate. ValueError: there are no names."""
    if not names:
        raise ValueError("the fastest of no sides is not defined")
    return max(names, key=lambda name: summaries[name]["rate"]["median"])


def ratio(rows: Mapping[str, Sequence[Row]], ours: str, other: str) -> Row:
    """Spread of our rate over the other's in the same turn. ValueError: not as many turns."""
    pairs = zip(rows[ours], rows[other], strict=True)
    return spread([mine["rate"] / theirs["rate"] for mine, theirs in pairs])


def compared(rows: Mapping[str, Sequence[Row]], first: str, others: Sequence[str]) -> Row:
    """A section of the record: the spreads, the fastest of the others, and the ratio to it."""
    summaries = summary(rows)
    best = fastest(summaries, others)
    return {
        "sides": summaries,
        "fastest_other": best,
        "ratio": {"of": first, "to": best, **ratio(rows, first, best)},
        "turns": {name: [turn["rate"] for turn in turns] for name, turns in rows.items()},
    }


# -- the benchmark ---------------------------------------------------------------------------------


class Benchmark:
    """Everything that one command measures. `say` gets a line now and then."""

    def __init__(self, options: argparse.Namespace, say: Callable[[str], None]) -> None:
        self.options, self.say = options, say
        self.device = torch.device(options.device)
        self.settings = settings_of(options, UNIT)
        libraries()
        steps: list[int] = []
        theta, _ = warm_start(self.settings, self.device, lambda done, total: steps.append(done))
        self.theta = theta
        taught = Theirs(self.settings, VARIANTS["one batch"], self.device)
        theirs = taught.warm_start(options.start)
        self.weights: Weights = taught.start
        ours = Ours(self.settings, theta)
        self.start: Row = {
            OURS: {
                "parameters": ours.parameters,
                "supervised_steps": steps[-1] if steps else 0,
                "success_rate": ours.success_rate(),
            },
            "trl": {
                "parameters": taught.parameters,
                "supervised_steps": theirs,
                "success_rate": taught.success_rate(),
            },
        }

    def ours(self, chosen: Settings, seeds: Sequence[int] = (0,)) -> Ours:
        sizes = chosen.step_sizes * len(seeds)
        return Ours(replace(chosen, seeds=tuple(seeds), step_sizes=sizes), self.theta)

    def theirs(self, chosen: Settings, variant: str, seed: int = 0) -> Theirs:
        chosen = replace(chosen, seeds=(seed,))
        return Theirs(chosen, VARIANTS[variant], self.device, self.weights)

    def updates(self, rollouts: int) -> int:
        return max(FEWEST, self.options.updates * UNIT // rollouts)

    def speed(self, rollouts: int) -> Row:
        """Ours and every variant of TRL in turns."""
        chosen = settings_of(self.options, rollouts)
        sides: dict[str, Side] = {OURS: self.ours(chosen)}
        for variant in self.options.variants:
            sides[f"TRL, {variant}"] = self.theirs(chosen, variant)
        updates = self.updates(rollouts)
        self.say(f"{rollouts} rollouts, blocks of {updates} updates")
        rows = interleaved(sides, updates, self.options.repeats, self.say)
        found = compared(rows, OURS, [name for name in sides if name != OURS])
        return {"rollouts": rollouts, "updates_a_block": updates, **found}

    def population(self, variant: str) -> Row:
        """A stack of runs; some of them one after another; TRL, one run."""
        runs, alone = self.options.population, min(self.options.alone, self.options.population)
        together, separate = f"{runs} runs as one stack", f"{alone} runs one after another"
        sides: dict[str, Side] = {
            together: self.ours(self.settings, range(runs)),
            separate: InTurn([self.ours(self.settings, (seed,)) for seed in range(alone)]),
            f"TRL, {variant}": self.theirs(self.settings, variant),
        }
        self.say(f"a population of {runs}, {UNIT} rollouts a run")
        rows = interleaved(sides, FEWEST, self.options.repeats, self.say)
        found = compared(rows, together, [separate, f"TRL, {variant}"])
        against = {name: ratio(rows, together, name) for name in rows if name != together}
        return {"runs": runs, "timed_separately": alone, "ratios": against, **found}

    def to_target(self, variant: str) -> list[Row]:
        """For each step size and seed, ours and then TRL, from the same start with other draws."""
        rows = []
        for size in self.options.step_sizes:
            chosen = replace(self.settings, step_sizes=(size,))
            for seed in range(self.options.runs):
                sides: dict[str, Side] = {
                    OURS: self.ours(chosen, (seed,)),
                    f"TRL, {variant}": self.theirs(chosen, variant, seed),
                }
                for name, side in sides.items():
                    block = side.run(self.options.most, self.options.target)
                    rows.append({"side": name, "step_size": size, "seed": seed, **end(block)})
                    rows[-1]["reached"] = rows[-1]["J"] >= self.options.target
            self.say(f"to J = {self.options.target}: step size {size}")
        return rows

    def all(self) -> Row:
        speeds = [self.speed(rollouts) for rollouts in self.options.rollouts]
        ready = [name for name in self.options.variants if not VARIANTS[name].compiled]
        names = [f"TRL, {name}" for name in ready or self.options.variants]
        variant = fastest(speeds[0]["sides"], names).removeprefix("TRL, ")
        found: Row = {"start": self.start, "speed": speeds}
        if self.options.population:
            found["population"] = self.population(variant)
        if self.options.runs:
            found["to_target"] = self.to_target(variant)
        return found


def end(block: Block) -> Row:
    """Of a run to a target: updates made, their seconds, the success rate after the last."""
    updates, seconds = len(block.seconds), sum(block.seconds)
    return {"updates": updates, "seconds": seconds, "J": block.success[-1]}


def settings_of(options: argparse.Namespace, rollouts: int) -> Settings:
    """One run of the size of the comparison. ValueError: rollouts are no multiple of the group."""
    if rollouts % options.group:
        raise ValueError(f"rollouts must be a multiple of group = {options.group}, got {rollouts}")
    return Settings(
        size=options.size,
        algorithm=options.algorithm,
        step_sizes=(options.step_size,),
        start=options.start,
        prompts=rollouts // options.group,
        group=options.group,
        heads=4,
    )


# -- printing --------------------------------------------------------------------------------------


def table(found: Row) -> str:
    """What `all` found, as text."""
    lines = []
    for name, start in found["start"].items():
        lines.append(
            f"{name}: {start['parameters']} parameters, J = {start['success_rate']:.3f} "
            f"after {start['supervised_steps']} supervised steps"
        )
    for section in [*found["speed"], *filter(None, [found.get("population")])]:
        title = "population" if "runs" in section else f"{section['rollouts']} rollouts an update"
        lines += ["", *_section(title, section)]
    if "to_target" in found:
        lines += ["", f"{'to the target':<28}{'step':>8}{'seed':>6}{'updates':>9}{'s':>8}{'J':>8}"]
    for row in found.get("to_target", []):
        lines.append(
            f"{row['side']:<28}{row['step_size']:>8g}{row['seed']:>6}{row['updates']:>9}"
            f"{row['seconds']:>8.2f}{row['J']:>8.3f}{'' if row['reached'] else '  not reached'}"
        )
    return "\n".join(lines)


def _section(title: str, section: Row) -> list[str]:
    heads = ("min", "median", "max", "ms/update", "sampling", "preparing", "rest", "tokens")
    lines = [f"{title:<28}" + "".join(f"{head:>10}" for head in heads)]
    for name, side in section["sides"].items():
        rate = "".join(f"{side['rate'][end]:>10.0f}" for end in ("min", "median", "max"))
        parts = ("update", "sampling", "preparing", "rest")
        spent = "".join(f"{1000 * side[part]['median']:>10.1f}" for part in parts)
        lines.append(f"{name:<28}{rate}{spent}{side['tokens']['median']:>10.2f}")
    for other, ends in section.get("ratios", {section["fastest_other"]: section["ratio"]}).items():
        values = "".join(f"{ends[end]:>10.2f}" for end in ("min", "median", "max"))
        lines.append(f"{'ratio to ' + other:<28}{values}")
    return lines


# -- command ---------------------------------------------------------------------------------------


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m gpu_checks.benchmarks.trl",
        description="Our trainer against TRL's GRPOTrainer, in turns, in one process.",
        epilog="example: python -m gpu_checks.benchmarks.trl --out results --rollouts 256 4096",
    )
    made.add_argument("--out", type=Path, required=True, help="folder for trl.json")
    made.add_argument("--overwrite", action="store_true", help="replace an earlier trl.json")
    made.add_argument("--rollouts", type=int, nargs="+", default=[256, 4096], metavar="N")
    made.add_argument("--group", type=int, default=16, help="responses to a prompt")
    made.add_argument("--size", type=int, default=4, help="symbols to reverse")
    made.add_argument("--algorithm", choices=sorted(LOSSES), default="dr-grpo")
    made.add_argument("--step-size", type=float, default=0.02, help="while rates are measured")
    made.add_argument("--step-sizes", type=float, nargs="+", default=[0.02, 0.05, 0.1], metavar="A")
    made.add_argument("--start", type=float, default=0.5, help="J after the supervised start")
    made.add_argument("--target", type=float, default=0.9, help="J to be reached")
    made.add_argument("--runs", type=int, default=3, help="seeds that go to the target")
    made.add_argument("--most", type=int, default=300, help="updates after which a run gives up")
    made.add_argument("--updates", type=int, default=20, help=f"a block, at {UNIT} rollouts")
    made.add_argument("--repeats", type=int, default=5, help="turns")
    made.add_argument("--population", type=int, default=0, metavar="R", help="runs as one stack")
    made.add_argument("--alone", type=int, default=4, help="of them, timed one after another")
    made.add_argument("--variants", nargs="+", choices=VARIANTS, default=[*VARIANTS])
    made.add_argument("--threads", type=int, default=None, help="of torch, for both")
    made.add_argument("--device", default="cpu", help="cpu or cuda")
    return made


def require(options: argparse.Namespace) -> None:
    """ValueError: an option is out of its domain, or the result is there already."""
    for name in ("group", "size", "updates", "repeats", "most", "alone"):
        if getattr(options, name) < 1:
            raise ValueError(f"--{name} must be at least 1, got {getattr(options, name)}")
    for name in ("population", "runs"):
        if getattr(options, name) < 0:
            raise ValueError(f"--{name} must be at least 0, got {getattr(options, name)}")
    if options.threads is not None and options.threads < 1:
        raise ValueError(f"--threads must be at least 1, got {options.threads}")
    if not 0 < options.start < options.target < 1:
        raise ValueError(
            f"0 < start < target < 1 must hold, got {options.start} and {options.target}"
        )
    for rollouts in (UNIT, *options.rollouts):
        every_prompt(settings_of(options, rollouts))
    for size in options.step_sizes:
        replace(settings_of(options, UNIT), step_sizes=(size,))
    if (options.out / "trl.json").exists() and not options.overwrite:
        raise FileExistsError(f"{options.out / 'trl.json'} exists; --overwrite replaces it")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write trl.json, print the table; 2 for bad usage or a part that is missing."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = parser().parse_args(words)
    try:
        require(options)
        libraries()
    except (ValueError, FileExistsError, ModuleNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    found = Benchmark(options, lambda line: print(line, file=sys.stderr)).all()
    device = torch.device(options.device)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    document = {
        "command": " ".join(["python -m gpu_checks.benchmarks.trl", *words]),
        "parameters": {**vars(options), "out": str(options.out)},
        "versions": record.versions("numpy", "torch", *EXTRA),
        "threads": torch.get_num_threads(),
        "device": name,
        **found,
    }
    record.write(options.out, {"trl.json": record.as_text(document)}, options.overwrite)
    print(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
