"""How long the commands take, as whole processes: ``make bench``. Not a test; nothing is asserted.

Each command runs once to warm the disk, then RUNS times in turn with the others, so that a machine
that slows down slows all of them.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time

RUNS = 5
HEART = "(1 - J*exp(x))/(1 - J) <= exp(-J*x/(1 - J))"
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "gradgap --help": ["-m", "gradgap", "--help"],
    "gradgap verify": ["-m", "gradgap", "verify"],
    "gradgap verify --jobs 1": ["-m", "gradgap", "verify", "--jobs", "1"],
    "gradgap recheck": ["-m", "gradgap", "recheck"],
    # those of a live class, proofs_notes/class.md
    "gradgap explain sharp_step": ["-m", "gradgap", "explain", "sharp_step"],
    "gradgap check": ["-m", "gradgap", "check", HEART, "-a", "0 < J < 1"],
    "gradgap break sharp_step": ["-m", "gradgap", "break", "sharp_step", "--drop", "smooth"],
    "gradgap verify sharp_step": ["-m", "gradgap", "verify", "sharp_step"],
    "gradgap simulate collapse": ["-m", "gradgap", "simulate", "collapse", "--J", "1/2"],
    "gradgap course show": ["-m", "gradgap", "course", "show", "one_step/7"],
    "pytest -k sharp_step": ["-m", "pytest", "-q", "-k", "sharp_step"],
}


def seconds(arguments: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for turn in range(RUNS + 1):
        for name, arguments in COMMANDS.items():
            taken = seconds(arguments)
            if turn > 0:
                times[name].append(taken)
        print(f"turn {turn} of {RUNS}", file=sys.stderr)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {RUNS} runs, seconds")
    print(f"{'command':<26}{'min':>8}{'median':>8}{'max':>8}")
    for name, taken in times.items():
        low, middle, high = min(taken), statistics.median(taken), max(taken)
        print(f"{name:<26}{low:>8.2f}{middle:>8.2f}{high:>8.2f}")


if __name__ == "__main__":
    main()
