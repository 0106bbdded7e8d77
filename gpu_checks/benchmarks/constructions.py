"""Speed of the lower-bound instances: steps a second, eager and fused, against the machine.

    python -m gpu_checks.benchmarks.constructions [--device cpu] [--instances 65536] [--steps 32]
        [--per-pass 4] [--threads 2] [--repeats 5] [--out FOLDER]

Eager and fused runs take turns, after one of each to warm up. Three ceilings, all measured here
with compiled code, bound a step of one instance from below:

    memory      bytes a step / bandwidth of a triad a = b + 3 c of large tensors, 24 bytes each. A
                pass reads every parameter and the state and writes the state, 8 bytes each, once
                in K steps. (A chunk that stays in a cache can go faster than this.)
    arithmetic  additions, multiplications and divisions of a step, one each, / rate of polynomials
                evaluated in registers, two operations a term
    functions   the time of a kernel with only the sines, exponentials, ... of a step

Operations are counted in the traced graph of one step, equal ones once. What a ceiling takes over
what the fused form takes is the achieved fraction of it; the largest ceiling binds.
"""

import argparse
import math
import os
import platform
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch

from gpu_checks.constructions import fused
from gpu_checks.constructions.constructions import (
    COLUMNS,
    FAMILIES,
    SAFE,
    UNIFORMS,
    Floats,
    Instances,
    resting,
)
from numeric.core import record

ARITHMETIC = ("add", "sub", "mul", "div", "rsub", "reciprocal")
FUNCTIONS = ("sin", "exp", "log1p", "sinh", "sqrt")
TERMS, CHAINS = 64, 4  # of the polynomials
LARGE = 1 << 24  # elements of a tensor beyond the caches: 128 MiB

Spread = dict[str, float]


# -- what a step takes ---------------------------------------------------------------------------


def operations(side: str, i: Instances) -> Counter[str]:
    """How often a step computes what, equal nodes of the graph counted once."""
    graph = fused.traced_pass(side, i, 1).graph
    first: dict[Any, Any] = {}
    same: dict[Any, Any] = {}
    found: Counter[str] = Counter()
    for node in graph.nodes:
        if node.op != "call_function":
            continue
        args = tuple(same.get(a, a) if isinstance(a, torch.fx.Node) else repr(a) for a in node.args)
        same[node] = first.setdefault((node.target, args, repr(node.kwargs)), node)
        if same[node] is node and node.users:
            found[node.target.__name__.partition(".")[0]] += 1
    return found


def needs(side: str, i: Instances, per_pass: int) -> dict[str, Any]:
    """Bytes, arithmetic operations and functions of one step of one instance."""
    count = operations(side, i)
    return {
        "bytes": 8 * (len(i.tensors()) + 2 * len(resting(i))) / per_pass,
        "operations": sum(count[name] for name in ARITHMETIC),
        "functions": {name: count[name] for name in FUNCTIONS if count[name]},
    }


# -- ceilings ------------------------------------------------------------------------------------


def bandwidth(device: torch.device, repeats: int) -> float:
    """Bytes a second of a = b + 3 c, compiled; the best of the runs."""
    b, c = (torch.rand(LARGE, dtype=torch.float64, device=device) for _ in range(2))
    triad = torch.compile(lambda b, c: b + 3 * c, dynamic=False)
    return 24 * LARGE / min(times(lambda: triad(b, c), device, repeats))


def arithmetic_rate(device: torch.device, size: int, repeats: int) -> float:
    """Additions and multiplications a second of CHAINS independent polynomials, compiled."""

    def polynomials(x: Floats) -> Floats:
        totals = [x + chain for chain in range(CHAINS)]
        for term in range(TERMS):
            totals = [total * x + 1 / (1 + term) for total in totals]
        return totals[0] + totals[1] + totals[2] + totals[3]

    x = torch.rand(size, dtype=torch.float64, device=device) / 2
    kernel = torch.compile(polynomials, dynamic=False)
    return 2 * TERMS * CHAINS * size / min(times(lambda: kernel(x), device, repeats))


def function_time(
    functions: Mapping[str, int], device: torch.device, size: int, repeats: int
) -> float:
    """Seconds an element of a compiled kernel with these functions, at different points."""

    def only(x: Floats) -> Floats:
        total, shift = x, 0
        for name, count in functions.items():
            for _ in range(count):
                shift += 1
                total = total + getattr(x + shift / 16, name)()
        return total

    x = torch.rand(size, dtype=torch.float64, device=device)
    kernel = torch.compile(only, dynamic=False)
    return min(times(lambda: kernel(x), device, repeats)) / size


def times(work: Callable[[], object], device: torch.device, repeats: int) -> list[float]:
    """Seconds of each run, after one that is not counted."""
    return [timed(work, device) for _ in range(repeats + 1)][1:]


def timed(work: Callable[[], object], device: torch.device) -> float:
    settle(device)
    started = time.perf_counter()
    work()
    settle(device)
    return time.perf_counter() - started


def settle(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


# -- both forms ----------------------------------------------------------------------------------


def compare(
    side: str, i: Instances, steps: int, per_pass: int, repeats: int
) -> dict[str, Spread | float]:
    """Steps a second of all instances, eager and fused, and the ratio of the medians."""
    compile_started = time.perf_counter()
    compiled = fused.compiled_pass(side, i, per_pass)
    compiling = time.perf_counter() - compile_started
    forms: dict[str, fused.Pass | None] = {"eager": None, "fused": compiled}
    taken: dict[str, list[float]] = {name: [] for name in forms}
    for turn in range(repeats + 1):
        for name, pass_ in forms.items():
            seconds = timed(
                partial(fused.take_steps, side, i, steps, pass_, per_pass), i.gap.device
            )
            if turn:
                taken[name].append(steps * i.gap.numel() / seconds)
    rates = {name: spread(found) for name, found in taken.items()}
    ratio = rates["fused"]["median"] / rates["eager"]["median"]
    return {**rates, "ratio": ratio, "seconds_to_compile": compiling}


def spread(found: list[float]) -> Spread:
    return {"min": min(found), "median": statistics.median(found), "max": max(found)}


def measure(
    device: torch.device, instances: int, steps: int, per_pass: int, repeats: int
) -> dict[str, Any]:
    """The ceilings of the machine, and for each kind of instance both rates and the fractions."""
    size = math.ceil(instances / COLUMNS) * COLUMNS
    generator = torch.Generator().manual_seed(0)
    memory = bandwidth(device, repeats)
    arithmetic = arithmetic_rate(device, size, repeats)
    kinds: dict[str, Any] = {}
    for theorem in SAFE:
        for side in fused.STEPS:
            for name in ("cosine", "triangle"):
                u = torch.rand(size, UNIFORMS, generator=generator, dtype=torch.float64)
                i = fused.draw(side, theorem, FAMILIES[name], u.to(device), steps)
                need = needs(side, i, per_pass)
                rates = compare(side, i, steps, per_pass, repeats)
                least = {
                    "memory": need["bytes"] / memory,
                    "arithmetic": need["operations"] / arithmetic,
                    "functions": function_time(need["functions"], device, size, repeats),
                }
                fastest: Any = rates["fused"]
                achieved = {of: seconds * fastest["max"] for of, seconds in least.items()}
                binds = max(achieved, key=lambda of: achieved[of])
                kind = f"{fused.claim(side, theorem)}, {name}"
                kinds[kind] = {**rates, **need, "achieved": achieved, "binds": binds}
                print(f"{kind}: {fastest['median']:.3g} steps/s", file=sys.stderr)
    ceilings = {"bytes_a_second": memory, "operations_a_second": arithmetic}
    return {"instances": size, "ceilings": ceilings, "kinds": kinds}


def lines(found: Mapping[str, Any]) -> list[str]:
    """The record as a table."""
    memory, arithmetic = found["ceilings"].values()
    text = [
        f"triad {memory / 1e9:.1f} GB/s, polynomials {arithmetic / 1e9:.1f} G operations/s",
        f"{'million instance-steps a second':<34}{'eager: min, median, max':>27}"
        f"{'fused: min, median, max':>27}{'ratio':>8}  ceiling that binds, achieved",
    ]
    for kind, row in found["kinds"].items():
        eager, quick = (
            "".join(f"{row[form][at] / 1e6:>9.2f}" for at in ("min", "median", "max"))
            for form in ("eager", "fused")
        )
        binds = row["binds"]
        text.append(
            f"{kind:<34}{eager}{quick}{row['ratio']:>8.1f}  {binds} {row['achieved'][binds]:.0%}"
        )
    return text


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Steps a second, eager and fused.")
    parser.add_argument("--device", default="cpu", type=torch.device)
    parser.add_argument("--instances", default=1 << 16, type=int, help="of each kind, at once")
    parser.add_argument("--steps", default=32, type=int)
    parser.add_argument("--per-pass", default=None, type=int, help="4 on a CPU, 16 on CUDA")
    parser.add_argument("--threads", default=torch.get_num_threads(), type=int)
    parser.add_argument("--repeats", default=5, type=int)
    parser.add_argument("--out", default=None, type=Path, help="write constructions.json here")
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    per_pass = given.per_pass or fused.PER_PASS[given.device.type]
    try:
        found = measure(given.device, given.instances, given.steps, per_pass, given.repeats)
    except fused.Unavailable as error:
        parser.exit(1, f"{error}\n")
    print("\n".join(lines(found)))
    if given.out is not None:
        document = {
            "command": "python -m gpu_checks.benchmarks.constructions",
            "parameters": {"steps": given.steps, "per_pass": per_pass, "threads": given.threads}
            | {"repeats": given.repeats, "device": device_name(given.device)},
            "versions": record.versions("torch", "numpy"),
            **found,
        }
        record.write(given.out, {"constructions.json": record.as_text(document)}, overwrite=True)


def device_name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{platform.machine()}, {os.cpu_count()} cores"


if __name__ == "__main__":
    main()
