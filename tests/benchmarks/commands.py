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
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "gradgap --help": ["-m", "gradgap", "--help"],
    "gradgap verify": ["-m", "gradgap", "verify"],
    "gradgap verify --jobs 1": ["-m", "gradgap", "verify", "--jobs", "1"],
    "gradgap recheck": ["-m", "gradgap", "recheck"],
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
