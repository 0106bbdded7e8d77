"""Several steps per pass over memory, eager or through torch.compile, and the study of them all.

A pass reads the instances and the state once, makes K steps in registers, and writes the new state
and one tally a row. The fused form is the eager function itself: traced into a graph of tensor
operations, in which the statements of theory are already evaluated, and compiled (C++ on a CPU,
Triton on CUDA). A violation found in a pass is looked for again step by step, from the same state.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, NoReturn

import torch
from torch.fx.experimental.proxy_tensor import make_fx

from gpu_checks.constructions.constructions import (
    COLUMNS,
    FAMILIES,
    SAFE,
    UNIFORMS,
    Family,
    Floats,
    Instances,
    Seen,
    State,
    draw_above,
    draw_below,
    resting,
    step_above,
    step_below,
    success,
)
from numeric.core import record

STEPS = {"above": step_above, "below": step_below}
PER_PASS = {"cpu": 4, "cuda": 16}
"""Steps in a pass. On a CPU a chunk stays in the cache, and a longer pass only takes longer to
compile; on CUDA every pass goes through the memory of the device."""

CHUNK = {"cpu": 1 << 16, "cuda": 1 << 20}
CONVERGED = 0.99
OPTIONS: dict[str, Any] = {
    "max_fusion_size": 1024
}  # the default, 64, cuts a pass into several kernels


class Unavailable(RuntimeError):
    """There is no fused form here, most often for want of a C++ compiler or of Triton."""


class Violated(ValueError):
    """A claim fails on an instance. The message has its parameters, the step and its values."""


class Tally(NamedTuple):
    """A pass, each of shape (rows,): counts, and the minima of ``Seen.least`` and ``.margin``."""

    violations: Floats
    decided: Floats
    least: Floats
    margin: Floats


class Totals(NamedTuple):
    """The same over rows and passes, as numbers."""

    violations: float = 0.0
    decided: float = 0.0
    least: float = math.inf
    margin: float = math.inf

    def plus(self, tally: Tally) -> Totals:
        bad, decided = (float(x.sum()) for x in tally[:2])
        least, margin = (float(x.amin()) for x in tally[2:])
        return self.join(Totals(bad, decided, least, margin))

    def join(self, other: Totals) -> Totals:
        minima = (min(self.least, other.least), min(self.margin, other.margin))
        return Totals(self.violations + other.violations, self.decided + other.decided, *minima)


Pass = Callable[[Instances, State, Floats], tuple[State, Tally]]
"""From instances, their state and K shares in [0, 1), shape (K,), to the state after K steps."""


def shares(first: int, count: int, like: Floats) -> Floats:
    """frac(k golden) for steps first, first + 1, ...: shape (count,), evenly spread, no chance."""
    golden = (math.sqrt(5) - 1) / 2
    return like.new_tensor([(k * golden) % 1.0 for k in range(first, first + count)])


# -- passes --------------------------------------------------------------------------------------


def eager_pass(side: str) -> Pass:
    """The reference: one tensor operation after the other. ``side`` is "above" or "below"."""

    def steps(i: Instances, state: State, shares: Floats) -> tuple[State, Tally]:
        seen = []
        for share in shares.unbind():
            state, found = STEPS[side](i, state, share)
            seen.append(found)
        return state, tally(seen)

    return steps


def tally(seen: list[Seen]) -> Tally:
    """Sums and minima over steps, then over the columns of each row."""
    bad, decided = torch.zeros_like(seen[0].least), torch.zeros_like(seen[0].least)
    least, margin = seen[0].least, seen[0].margin
    for found in seen:
        bad = bad + torch.where(found.fine, 0.0, 1.0)
        decided = decided + torch.where(found.decided, 1.0, 0.0)
        least, margin = torch.minimum(least, found.least), torch.minimum(margin, found.margin)
    return Tally(bad.sum(-1), decided.sum(-1), least.amin(-1), margin.amin(-1))


def traced_pass(side: str, like: Instances, per_pass: int) -> torch.fx.GraphModule:
    """The eager pass as a graph of tensor operations on (parameters, state, shares)."""
    names = list(like.tensors())

    def flat(tensors: list[Floats], state: State, shares: Floats) -> tuple[State, Tally]:
        given: dict[str, Any] = dict(zip(names, tensors, strict=True))
        return eager_pass(side)(replace(like, **given), state, shares)

    inputs = list(like.tensors().values())
    traced = make_fx(flat)(inputs, resting(like), shares(0, per_pass, like.gap))
    traced.graph.eliminate_dead_code()
    traced.recompile()
    return traced


def compiled_pass(side: str, like: Instances, per_pass: int) -> Pass:
    """The same, compiled for instances of the theorem, shape, size and device of ``like``, and for
    passes of exactly ``per_pass`` steps. Raises Unavailable, with the reason, if that fails."""
    graph = traced_pass(side, like, per_pass)
    try:
        compiled = torch.compile(graph, dynamic=False, options=OPTIONS)
        compiled(list(like.tensors().values()), resting(like), shares(0, per_pass, like.gap))
    except Exception as error:
        reason = next((line for line in str(error).splitlines() if line.strip()), "no message")
        raise Unavailable(f"fused unavailable: {type(error).__name__}: {reason}") from error

    def steps(i: Instances, state: State, shares: Floats) -> tuple[State, Tally]:
        return compiled(list(i.tensors().values()), state, shares)

    return steps


# -- runs ----------------------------------------------------------------------------------------


def take_steps(
    side: str, i: Instances, steps: int, pass_: Pass | None = None, per_pass: int = 4
) -> tuple[State, Totals]:
    """``steps`` steps from rest. Steps that do not fill a pass are made eagerly.

    ``pass_`` takes ``per_pass`` steps, eager if it is left out. Raises Violated."""
    state, totals, full = resting(i), Totals(), steps - steps % per_pass
    for first in range(0, steps, per_pass):
        count = min(per_pass, steps - first)
        at = shares(first, count, i.gap)
        advance = pass_ if pass_ is not None and first < full else eager_pass(side)
        after, found = advance(i, state, at)
        totals = totals.plus(found)
        if totals.violations:
            locate(side, i, state, at, first, totals.violations)
        state = after
    return state, totals


def locate(
    side: str, i: Instances, state: State, shares: Floats, first: int, count: float
) -> NoReturn:
    """Make the steps again, one by one, and raise Violated at the first that fails."""
    for k, share in enumerate(shares.unbind(), first):
        after, seen = STEPS[side](i, state, share)
        bad = (~seen.fine).flatten().nonzero()
        if len(bad):
            raise Violated(described(side, i, int(bad[0]), k, state, after, seen))
        state = after
    raise Violated(
        f"{i.theorem} {side}: {count:g} violations in steps {first} to {first + len(shares) - 1} "
        "of the fused form, and none in the eager one: the compiled code is wrong"
    )


SAYS = {
    "above": "J falls and the gap is at least the promised one",
    "below": "J rises by what is proved, less the rounding budget",
}


def described(
    side: str, i: Instances, n: int, k: int, before: State, after: State, seen: Seen
) -> str:
    """Everything about step k of instance n, in full precision."""
    groups: dict[str, dict[str, torch.Tensor]] = {
        "instance": i.tensors(),
        f"before step {k}": before._asdict(),
        "after": after._asdict(),
        "seen": seen._asdict(),
    }
    lines = [
        f"{claim(side, i.theorem)} {side}, {i.shape} wave, instance {n}, step {k}: {SAYS[side]}"
    ]
    for title, values in groups.items():
        shown = (f"{name} = {x.flatten()[n].item()!r}" for name, x in values.items())
        lines.append(f"{title}: {', '.join(shown)}")
    return "\n  ".join(lines)


def claim(side: str, theorem: str) -> str:
    return theorem if side == "above" else SAFE[theorem]


# -- the study -----------------------------------------------------------------------------------


def study(
    instances: int = 1_000_000,
    steps: int = 2000,
    seed: int = 0,
    device: str | torch.device = "cpu",
    fused: bool = True,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> dict[str, Any]:
    """Both theorems above, both safe steps below, every family of waves: a record for JSON.

    ``instances`` is for each claim, rounded up to whole chunks, a third for each family. If there
    is no fused form, ``form`` says why and the eager one runs. The same record for the same
    arguments, device and versions. Raises Violated; ValueError: instances or steps below 1."""
    if instances < 1 or steps < 1:
        raise ValueError(f"instances and steps must be at least 1, got {instances} and {steps}")
    device = torch.device(device)
    generator = torch.Generator().manual_seed(seed)
    jobs = [(theorem, side) for theorem in SAFE for side in STEPS]
    chunks, size = sizes(instances, device)
    per_pass, passes, form = min(PER_PASS[device.type], steps), {}, "fused" if fused else "eager"
    found: dict[str, dict[str, Any]] = {}
    done, total = 0, len(jobs) * len(FAMILIES) * chunks
    for theorem, side in jobs:
        ends: list[End] = []
        for family in FAMILIES.values():
            for _ in range(chunks):
                uniforms = torch.rand(size, UNIFORMS, generator=generator, dtype=torch.float64)
                i = draw(side, theorem, family, uniforms.to(device), steps)
                key = (theorem, side, family.shape)
                if form == "fused" and key not in passes:
                    try:
                        passes[key] = compiled_pass(side, i, per_pass)
                    except Unavailable as error:
                        form = str(error)
                state, totals = take_steps(side, i, steps, passes.get(key), per_pass)
                ends.append(end_of(side, i, state, totals))
                done += 1
                progress(done, total)
        found[claim(side, theorem)] = summary(side, ends, steps)
    return {
        "parameters": {"instances": instances, "steps": steps, "seed": seed},
        "device": str(device),
        "form": form,
        "steps_per_pass": per_pass,
        "versions": record.versions("torch", "numpy"),
        "claims": found,
    }


def sizes(instances: int, device: torch.device) -> tuple[int, int]:
    """How many chunks of how many instances each family takes, all of one shape."""
    wanted = math.ceil(instances / len(FAMILIES))
    chunks = math.ceil(wanted / CHUNK[device.type])
    return chunks, math.ceil(wanted / chunks / COLUMNS) * COLUMNS


def draw(side: str, theorem: str, family: Family, uniforms: Floats, steps: int) -> Instances:
    if side == "above":
        return draw_above(theorem, family, uniforms, steps)
    return draw_below(theorem, family, uniforms)


@dataclass(frozen=True, slots=True)
class End:
    """Of one chunk: how many instances, the totals, and where they are at the end."""

    instances: int
    totals: Totals
    highest: float
    converged: int
    stagnated: int


def end_of(side: str, i: Instances, state: State, totals: Totals) -> End:
    """Converged: J > 0.99. Stagnated: not so, and a further step is hidden by rounding."""
    J = success(i.theorem, i.start + state.climb, i.longest)[0]
    high = J > CONVERGED
    still = ~STEPS[side](i, state, i.gap.new_tensor(0.5))[1].decided & ~high
    return End(J.numel(), totals, float(J.amax()), int(high.sum()), int(still.sum()))


def summary(side: str, ends: list[End], steps: int) -> dict[str, Any]:
    """One entry of the record: see ``Seen`` for what is smallest."""
    totals = Totals()
    for end in ends:
        totals = totals.join(end.totals)
    count = sum(end.instances for end in ends)
    common = {
        "instances": count,
        "steps": steps,
        "instance_steps": count * steps,
        "violations": int(totals.violations),
        "fraction_decided": totals.decided / (count * steps),
    }
    if side == "above":
        return {
            **common,
            "smallest_relative_fall": totals.least,
            "smallest_gap_margin": totals.margin,
            "largest_J_at_the_end": max(end.highest for end in ends),
        }
    return {
        **common,
        "smallest_rise_over_proved": totals.least if totals.decided else None,
        "largest_error_in_budgets": max(0.0, -totals.margin),
        "converged": sum(end.converged for end in ends),
        "stagnated": sum(end.stagnated for end in ends),
    }
