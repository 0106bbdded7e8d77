"""``gradgap check`` side by side with what else installs, on public and on constructed questions.

    python -m tests.benchmarks.inequalities [--seconds 10] [--constructed 1000] [--jobs 2]
                                            [--leancert FOLDER] [--progress FILE]

Every question is put to all contestants in turn, in processes that stay alive; one that takes more
than so many seconds of CPU is ended, and has not decided. The order in a group is random, so that
a run that is stopped has seen a fair sample; the same command goes on where it was stopped. In
the end proofs_notes/generated/side_by_side.json has the shares decided, the wrong verdicts, and
what gradgap left undecided and another decided.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from numeric.core.record import as_text, versions, write_whole
from tests.benchmarks.contestants import CONTESTANTS
from tests.laws.formulas import constructed
from theory.inequality.expression import write

HERE = Path(__file__).resolve().parent
PATH = HERE.parents[1] / "proofs_notes" / "generated" / "side_by_side.json"
Answer = dict[str, Any]
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its truth. group: public, held out or constructed."""

    name: str
    group: str
    claim: str
    assume: tuple[str, ...]
    truth: bool


def questions(count: int) -> list[Asked]:
    """All public ones, then so many constructed ones, each in random order."""
    public = tomllib.loads((HERE / "public_problems.toml").read_text())["problems"]
    found = [
        Asked(
            one["name"],
            "held out" if one["holdout"] else "public",
            one["claim"],
            tuple(one["assume"]),
            one["truth"],
        )
        for one in public
    ]
    for number, case in enumerate(constructed(np.random.default_rng(0), count)):
        claim = " and ".join(write(c) for c in case.question.claim)
        assume = tuple(write(c) for c in case.question.assume)
        found.append(Asked(f"constructed {number}", "constructed", claim, assume, case.truth))
    rng = np.random.default_rng(1)
    parts = [found[: len(public)], found[len(public) :]]
    return [part[i] for part in parts for i in rng.permutation(len(part))]


# -- a process for each contestant -----------------------------------------------------------------


class Process:
    """A contestant that is started when it is asked, and again after it was ended."""

    def __init__(self, name: str, folder: str | None, seconds: float) -> None:
        self.command = [sys.executable, "-m", "tests.benchmarks.contestants", name]
        self.command += [folder] if folder else []
        self.seconds = seconds
        self.process: subprocess.Popen[str] | None = None

    def ask(self, asked: Asked) -> Answer:
        if self.process is None:
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(
                self.command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True,
                start_new_session=True,
            )  # fmt: skip
            self._talk({"claim": "0 < 1", "assume": []}, 60 * self.seconds)
        return self._talk({"claim": asked.claim, "assume": asked.assume}, self.seconds)

    def _talk(self, question: Any, seconds: float) -> Answer:
        assert self.process and self.process.stdin and self.process.stdout
        before = cpu_of(self.process.pid)
        with ThreadPoolExecutor(1) as pool:
            try:
                self.process.stdin.write(json.dumps(question) + "\n")
                self.process.stdin.flush()
            except BrokenPipeError:
                pass
            line = pool.submit(self.process.stdout.readline)
            while not line.done() and cpu_of(self.process.pid) - before < seconds:
                time.sleep(0.02)
            if not line.done():
                self.close()
                return {"verdict": "no time", "seconds": seconds}
            if not line.result():
                self.close()
                return {"verdict": "died", "seconds": 0.0}
            found: Answer = json.loads(line.result())
            return found

    def close(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def cpu_of(pid: int) -> float:
    """Seconds of CPU of a process, of its living children, and of those it waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS + sum(cpu_of(int(child)) for child in children)


# -- the run ---------------------------------------------------------------------------------------


def run(asked: Sequence[Asked], options: argparse.Namespace) -> None:
    """Append a line of answers for each question that has none yet."""
    done = {one["name"] for one in recorded(options.progress)}
    waiting = iter([one for one in asked if one.name not in done])
    total, counted = len(asked), [len(done)]

    def work(_: int) -> None:
        processes = {n: Process(n, options.leancert, options.seconds) for n in CONTESTANTS}
        try:
            for one in waiting:
                answers = {name: process.ask(one) for name, process in processes.items()}
                line = json.dumps({"name": one.name, "answers": answers})
                with options.progress.open("a") as file:
                    file.write(line + "\n")
                counted[0] += 1
                print(f"{counted[0]} of {total}: {line}", file=sys.stderr, flush=True)
        finally:
            for process in processes.values():
                process.close()

    options.progress.parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(work, range(options.jobs)))


def recorded(path: Path) -> list[Answer]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def table(asked: Iterable[Asked], answers: Sequence[Answer]) -> dict[str, Any]:
    """By group and contestant; and the questions that gradgap lost."""
    known = {one.name: one for one in asked}
    rows = [(known[a["name"]], a["answers"]) for a in answers if a["name"] in known]
    groups = {}
    for group in dict.fromkeys(one.group for one, _ in rows):
        inside = [(one, found) for one, found in rows if one.group == group]
        groups[group] = {name: _row(inside, name) for name in CONTESTANTS}
        groups[group]["questions"] = len(inside)
    lost = {
        one.name: [name for name in CONTESTANTS if _right(one, found[name])]
        for one, found in rows
        if not _right(one, found["gradgap"])
        and any(_right(one, found[name]) for name in CONTESTANTS)
    }
    undecided = [one.name for one, found in rows if not _right(one, found["gradgap"])]
    return {"groups": groups, "decided by another only": lost, "undecided by gradgap": undecided}


def _row(inside: Sequence[tuple[Asked, Answer]], name: str) -> dict[str, Any]:
    found = [(one, answers[name]) for one, answers in inside]
    times = [answer["seconds"] for _, answer in found]
    wrong = [one.name for one, a in found if a["verdict"] == _verdict(not one.truth)]
    return {
        "decided": round(sum(_right(one, a) for one, a in found) / len(found), 3),
        "wrong": wrong,
        "seconds of CPU": {"median": round(float(np.median(times)), 3), "sum": round(sum(times))},
    }


def _right(one: Asked, answer: Answer) -> bool:
    return bool(answer["verdict"] == _verdict(one.truth))


def _verdict(truth: bool) -> str:
    return "proved" if truth else "refuted"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--constructed", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--leancert", help="the folder where leancert is installed")
    parser.add_argument("--progress", type=Path, default=Path("build/side_by_side.jsonl"))
    parser.add_argument("--table", action="store_true", help="ask nothing, only write the table")
    options = parser.parse_args()
    asked = questions(options.constructed)
    if not options.table:
        run(asked, options)
    packages = versions("python-flint", "z3-solver", "cvc5", "scipy", "mpmath")
    document = {
        "command": f"python -m tests.benchmarks.inequalities --seconds {options.seconds:g} "
        f"--constructed {options.constructed} --jobs {options.jobs}",
        "versions": packages,
        "asked": len(asked),
        **table(asked, recorded(options.progress)),
    }
    write_whole(PATH, as_text(document).encode())
    print(as_text(document))


if __name__ == "__main__":
    main()
