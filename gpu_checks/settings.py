"""What a population of runs is: plain data, checked, and written beside every result."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Any

import torch

from gpu_checks.algorithms import PENALTIES, algorithm
from gpu_checks.model import Architecture
from gpu_checks.tasks import Task, task

PLAIN, NORMALISED, ADAMW = "plain", "normalised", "adamw"
STEPS = {
    PLAIN: "theta' = theta + a g, with the algorithm's g: the theory's case is one inner step",
    NORMALISED: "theta' = theta + a g/|g|: every step has length a; none where g = 0",
    ADAMW: "theta' = (1 - a d) theta + a m/(sqrt v + 1e-8), m and v corrected running means of g"
    " and g^2 with 0.9 and 0.999, d the weight decay",
}
DTYPES = {"float64": torch.float64, "float32": torch.float32, "bfloat16": torch.bfloat16}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """R runs that differ in step size and seed only, and train as one stack.

    `start`: success rate after the supervised warm start, in (0, 1); None: no warm start.
    `easiest`: prompts have sizes easiest..size, only `size` if None. `inner`: updates a batch.
    `clip`: e of the surrogate, None for none; `clip_high`: e upwards, where it is another. `kl`:
    weight of the penalty against the start, which is `penalty` of `algorithms.PENALTIES`.
    `entropy`: weight of a bonus on the mean entropy of a sampled token. `max_norm`: longer
    gradients are cut to this length. `decay`: weight decay of adamw. A ValueError names what is out
    of its domain, and its value."""

    task: str = "reverse"
    size: int = 4
    alphabet: int = 4
    easiest: int | None = None
    algorithm: str = "dr-grpo"
    step: str = PLAIN
    step_sizes: tuple[float, ...] = (0.1,)
    seeds: tuple[int, ...] = (0,)
    start: float | None = 0.3
    steps: int = 150
    prompts: int = 16
    group: int = 16
    inner: int = 1
    clip: float | None = None
    clip_high: float | None = None
    kl: float = 0.0
    penalty: str = "k3"
    entropy: float = 0.0
    max_norm: float | None = None
    decay: float = 0.0
    width: int = 32
    layers: int = 2
    heads: int = 2
    dtype: str = "float32"

    def __post_init__(self) -> None:
        algorithm(self.algorithm)
        _require("step", self.step, self.step in STEPS, f"one of {', '.join(STEPS)}")
        _require("dtype", self.dtype, self.dtype in DTYPES, f"one of {', '.join(DTYPES)}")
        runs = len(self.step_sizes)
        _require("step sizes and seeds", runs, runs == len(self.seeds) > 0, "as many as seeds")
        for size in self.step_sizes:
            _require("step size", size, isfinite(size) and size >= 0, "finite and at least 0")
        for seed in self.seeds:
            _require("seed", seed, 0 <= seed < 2**62, "in [0, 2^62)")
        if self.start is not None:
            _require("start", self.start, 0 < self.start < 1, "a success rate inside (0, 1)")
        _require("prompts", self.prompts, self.prompts >= 2 and self.prompts % 2 == 0, "even, >= 2")
        _require("group", self.group, self.group >= 2, "at least 2 responses")
        _require("steps", self.steps, self.steps >= 0, "at least 0")
        _require("inner", self.inner, self.inner >= 1, "at least 1")
        if self.clip is not None:
            _require("clip", self.clip, 0 < self.clip < 1, "inside (0, 1)")
        high, longest = self.clip_high, self.max_norm
        if high is not None:
            fits = self.clip is not None and isfinite(high) and high > 0
            _require("clip_high", high, fits, "positive, and with clip")
        if longest is not None:
            _require("max_norm", longest, isfinite(longest) and longest > 0, "finite and positive")
        known = ", ".join(PENALTIES)
        _require("penalty", self.penalty, self.penalty in PENALTIES, f"one of {known}")
        for name in ("kl", "decay", "entropy"):
            value = getattr(self, name)
            _require(name, value, isfinite(value) and value >= 0, "finite and at least 0")
        _ = self.the_task, self.architecture
        easiest = self.easiest
        if easiest is not None:
            _require("easiest", easiest, 1 <= easiest <= self.size, "in 1..size")

    @property
    def the_task(self) -> Task:
        return task(self.task, self.alphabet)

    @property
    def longest(self) -> int:
        """T_inf: tokens of the longest response, EOS included."""
        return self.the_task.longest(self.size)

    @property
    def architecture(self) -> Architecture:
        # One more than is needed: the last token of a response is never read.
        context = self.the_task.prompt_length(self.size) + self.longest
        vocabulary = self.the_task.vocabulary
        return Architecture(vocabulary, context, self.width, self.layers, self.heads)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "step_sizes": [*self.step_sizes], "seeds": [*self.seeds]}

    @property
    def fingerprint(self) -> str:
        """Changes with every setting."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()


def from_json(document: Mapping[str, Any]) -> Settings:
    """The settings of a record. ValueError: a name is unknown or missing, or a value is out of its
    domain."""
    names = {field.name for field in fields(Settings)}
    if set(document) != names:
        odd = ", ".join(sorted(set(document) ^ names))
        raise ValueError(f"settings must have exactly the known names; unknown or missing: {odd}")
    listed = {name: tuple(document[name]) for name in ("step_sizes", "seeds")}
    return Settings(**{**document, **listed})


def _require(name: str, value: Any, holds: bool, domain: str) -> None:
    if not holds:
        raise ValueError(f"{name} must be {domain}, got {value}")
