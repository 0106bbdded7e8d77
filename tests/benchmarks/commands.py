"""How long the commands take, as whole processes: ``make bench`` writes generated/times.md of the
notes. Not a test; nothing is asserted.

The commands of a live class run once to warm the disk, then RUNS times in turn with each other, so
that a machine that slows down slows all of them. Those that go through the whole ledger run once.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "proofs_notes" / "generated" / "times.md"
RUNS = 3
HEART = "(1 - J*exp(x))/(1 - J) <= exp(-J*x/(1 - J))"
GAP = "threshold --J 1/10 --gap 1/2 --L 1 --G 1"
BREAK = "break sharp_step --drop smooth"
HANDED_IN = {
    "value": 'exercise = "setting/1"\n[answer]\n'
    'right = "3/4"\nwrong = "-1/4"\ngap = 1\nslope = "3/16"\n',
    "chain": 'exercise = "one_step/10"\n[answer]\nchain = ["(1 - J*exp(x))/(1 - J)", '
    '"<= (1 - J*(1 + x))/(1 - J)", "<= exp(-J*x/(1 - J))"]\n',
    "policy": 'exercise = "one_step/7"\n[answer.policy]\nshape = "softmax"\n'
    'p = ["9/10", "1/20", "1/20"]\nslopes = [0, 1, -1]\nreward = [1, 0, 0]\n'
    'eta = "1/2"\nL = "3/25"\n',
    "line": 'exercise = "setting/8"\n[answer]\nline = "1 + (y - x) <= exp(y - x)"\n',
}
"""One right answer of each kind that a class hands in."""


def commands(one: Path, whole_class: Path) -> dict[str, list[str]]:
    """Those of a live class, proofs_notes/class.md, by how they are typed."""
    gradgap = ["-m", "gradgap"]
    return {
        "python -c pass": ["-c", "pass"],
        "gradgap --help": [*gradgap, "--help"],
        "gradgap explain expansion_printed": [*gradgap, "explain", "expansion_printed"],
        "gradgap explain sharp_step": [*gradgap, "explain", "sharp_step"],
        "gradgap check, the heart of the proof": [*gradgap, "check", HEART, "-a", "0 < J < 1"],
        f"gradgap {BREAK}": [*gradgap, *BREAK.split()],
        f"gradgap {GAP}": [*gradgap, *GAP.split()],
        "gradgap simulate collapse --J 1/2": [*gradgap, "simulate", "collapse", "--J", "1/2"],
        "gradgap course show one_step/7": [*gradgap, "course", "show", "one_step/7"],
        "gradgap course check, one submission": [*gradgap, "course", "check", str(one)],
        "gradgap course check, a folder of 20": [*gradgap, "course", "check", str(whole_class)],
        "gradgap verify sharp_step": [*gradgap, "verify", "sharp_step"],
        "pytest -k sharp_step": ["-m", "pytest", "-q", "-k", "sharp_step"],
    }


WHOLE = {
    "gradgap verify": ["-m", "gradgap", "verify"],
    "gradgap recheck": ["-m", "gradgap", "recheck"],
}


def seconds(name: str, arguments: list[str]) -> tuple[float, float]:
    """By the clock, and of processors: user and system, of all its processes."""
    print(f"{name} ...", end="", file=sys.stderr, flush=True)
    before, started = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=ROOT)
    taken, after = time.perf_counter() - started, getrusage(RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f" ended with {done.returncode}\n{done.stdout}{done.stderr}")
    print(f" {taken:.1f} s", file=sys.stderr)
    return taken, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured() -> dict[str, list[tuple[float, float]]]:
    with tempfile.TemporaryDirectory() as folder:
        for number, (kind, text) in enumerate([*HANDED_IN.items()] * 5):
            (Path(folder) / f"{number:02}_{kind}.toml").write_text(text)
        live = commands(Path(folder) / "02_policy.toml", Path(folder))
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in (*live, *WHOLE)}
        for turn in range(RUNS + 1):
            for name, arguments in live.items():
                taken = seconds(name, arguments)
                times[name] += [taken] if turn else []
    for name, arguments in WHOLE.items():
        times[name].append(seconds(name, arguments))
    return times


def machine() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    models = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    solvers = f"z3 {version('z3-solver')}, cvc5 {version('cvc5')}"
    return f"{model}, {os.cpu_count()} cores; Python {platform.python_version()}, {solvers}"


def span(numbers: list[float]) -> str:
    low, high = (f"{number:.1f}" for number in (min(numbers), max(numbers)))
    return low if low == high else f"{low} to {high}"


def page(times: dict[str, list[tuple[float, float]]], load: float) -> str:
    """Markdown: the least and the greatest of each command."""
    day = time.strftime("%Y-%m-%d")
    rows = [
        f"| `{name.partition(', ')[0]}`{''.join(name.partition(', ')[1:])} | {len(taken)} "
        f"| {span([wall for wall, _ in taken])} | {span([cpu for _, cpu in taken])} |"
        for name, taken in times.items()
    ]
    return "\n".join(
        (
            "# How long a live class waits",
            "",
            "Written by `make bench`; run it in the lecture hall, on battery. Whole processes, in",
            "seconds, the least and the greatest. Where the clock shows less than the processors,",
            "several cores took part. A class is [class.md](../class.md).",
            "",
            f"Measured on {day}: {machine()}. Processes that wanted to run when it began (the load",
            f"of one minute): {load:.1f}; with 0 the machine was idle.",
            "",
            "| command | runs | by the clock | of processors |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        )
    )


def main() -> None:
    load = os.getloadavg()[0]
    text = page(measured(), load)
    PAGE.write_text(text, encoding="utf-8")
    print(text)
    print(f"wrote {PAGE}", file=sys.stderr)


if __name__ == "__main__":
    main()
