"""What a benchmark of trainers times: a side that trains in blocks, and ours as such sides."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import torch
from torch import Tensor

from gpu_checks import model, train
from gpu_checks.settings import Settings

MOST_PROMPTS = 4096


@dataclass
class Block:
    """A stretch of training: the `seconds` of each update; of their sum, those in which responses
    were `sampling`, and those spent `preparing` (text, rewards, advantages, padding); the exact
    `success` rate after each update, if it was asked for; `tokens` written, over all responses."""

    seconds: list[float] = field(default_factory=list)
    sampling: float = 0.0
    preparing: float = 0.0
    success: list[float] = field(default_factory=list)
    tokens: int = 0


def synchronised(device: torch.device) -> float:
    """Seconds on a clock, read when the device has done all it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def every_prompt(settings: Settings) -> Tensor:
    """(N, P): all prompts of the task's size. ValueError: the task has not one word and one answer
    to a prompt, or N is too large for success rates to be computed exactly."""
    task, n = settings.the_task, settings.size
    if settings.task not in ("copy", "reverse", "sort") or settings.easiest is not None:
        raise ValueError(
            f"the task must be copy, reverse or sort, of one size, got {settings.task}"
        )
    count = settings.alphabet**n
    if count > MOST_PROMPTS:
        raise ValueError(f"there must be at most {MOST_PROMPTS} prompts, got {count}")
    place = settings.alphabet ** torch.arange(n)
    digits = torch.arange(count)[:, None] // place % settings.alphabet  # (N, n)
    u = torch.nn.functional.pad((digits + 0.5) / settings.alphabet, (1, 0))  # (N, 1 + n)
    return task.prompts(u.double(), n)


class Side(Protocol):
    """One that trains: `rollouts` an update, `parameters` of a run."""

    rollouts: int

    @property
    def parameters(self) -> int: ...

    def reset(self) -> None:
        """Back to the weights of the start."""

    def run(self, updates: int, target: float | None = None) -> Block:
        """Train; with a target, until J >= target at the latest."""
        ...

    def success_rate(self) -> float:
        """J, exactly."""
        ...


class Ours:
    """Our trainer, from theta (1, n) or (R, n); one theta is the start of all runs."""

    def __init__(self, settings: Settings, theta: Tensor) -> None:
        runs = len(settings.seeds)
        self.settings, self.device = settings, theta.device
        self.theta = theta.expand(runs, -1).contiguous()
        self.rollouts = runs * settings.prompts * settings.group
        self.state = train.begin(settings, self.theta)
        prompts = every_prompt(settings).to(theta.device)
        answers = settings.the_task.answer(prompts, settings.size)[:, None]
        self.solved = prompts.expand(runs, -1, -1), answers.expand(runs, -1, -1, -1)

    @property
    def parameters(self) -> int:
        return self.settings.architecture.size

    def reset(self) -> None:
        """The weights of the start, and batches that have not been drawn before."""
        self.state = replace(train.begin(self.settings, self.theta), step=self.state.step)

    @torch.no_grad()
    def success_rate(self) -> float:
        """J, exactly, averaged over the runs: each prompt has one correct response."""
        parts = model.unpack(self.state.theta, self.settings.architecture)
        log_pi = model.log_probabilities(parts, *self.solved, self.settings.architecture)[0]
        return log_pi.sum(-1).double().exp().mean().item()

    def run(self, updates: int, target: float | None = None) -> Block:
        block = Block()
        if target is None:
            self._update()  # one that is not counted, as TRL's
        for _ in range(updates):
            started = synchronised(self.device)
            measured = self._update()
            block.seconds.append(synchronised(self.device) - started)
            block.tokens += round(measured["length"].mean().item() * self.rollouts)
            if target is not None:
                block.success.append(self.success_rate())
                if block.success[-1] >= target:
                    break
        block.sampling = self._sampling() * len(block.seconds)
        return block

    def _update(self) -> dict[str, Tensor]:
        self.state, measured = train.advance(self.settings, self.state)
        return measured

    def _sampling(self) -> float:
        chosen, state = self.settings, self.state
        started = synchronised(self.device)
        train.draw(chosen, state.theta, state.step, chosen.prompts, chosen.group)
        return synchronised(self.device) - started


class InTurn:
    """Several runs of ours, each alone, one after another."""

    def __init__(self, sides: Sequence[Ours]) -> None:
        self.sides = sides
        self.rollouts = sum(side.rollouts for side in sides)

    @property
    def parameters(self) -> int:
        return self.sides[0].parameters

    def reset(self) -> None:
        for side in self.sides:
            side.reset()

    def success_rate(self) -> float:
        return statistics.fmean(side.success_rate() for side in self.sides)

    def run(self, updates: int, target: float | None = None) -> Block:
        blocks = [side.run(updates, target) for side in self.sides]
        seconds = [sum(each) for each in zip(*(block.seconds for block in blocks), strict=True)]
        sampling, tokens = sum(b.sampling for b in blocks), sum(b.tokens for b in blocks)
        return Block(seconds=seconds, sampling=sampling, tokens=tokens)
