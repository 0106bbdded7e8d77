"""Laws of a run's folder: killed at any moment and gone on with, it is the run that was never
interrupted."""

import multiprocessing
import os
import random
import shutil
import time
from functools import partial
from itertools import count
from pathlib import Path

import pytest
import torch

from gpu_checks import runs, train
from gpu_checks.runs import CHECKPOINT, LOG, RESULT, SETTINGS
from tests.gpu.run_folders import EVERY, same, stop_at

EXIT = 70
"""Of a process that ends itself in the middle of something."""

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["gpu_checks.runs", "pytest"])


# -- killed ----------------------------------------------------------------------------------------


def started(target, *arguments):
    process = PROCESSES.Process(target=target, args=arguments)
    process.start()
    return process


def trains(folder, settings):
    """In a process of its own."""
    torch.set_num_threads(1)
    runs.train_in_folder(folder, settings, every=EVERY)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_killed_at_random_times_it_is_the_run_that_was_never_killed(
    settings, unbroken, tmp_path, seed
):
    """SIGKILL some milliseconds after a file of the folder has changed, until one run gets
    through or eight were killed; the last one is left to end."""
    draw, folder, killed = random.Random(seed), tmp_path / "run", 0
    for _ in range(8):
        before = trace(folder)
        process = started(trains, folder, settings)
        while process.is_alive() and trace(folder) == before:
            time.sleep(0.001)
        process.join(draw.uniform(0, 0.06))
        process.kill()
        process.join()
        killed += process.exitcode == -9
        if process.exitcode == 0:
            break
    assert killed > 0
    runs.train_in_folder(folder, settings, every=EVERY)
    same(folder, unbroken)


def trace(folder):
    """Changes whenever a file in the folder does."""
    found = []
    for path in folder.glob("*"):
        try:
            found.append((path.name, path.stat().st_mtime_ns, path.stat().st_size))
        except FileNotFoundError:
            continue
    return sorted(found)


def dies(folder, settings, moment, turn):
    """Trains, and ends without any cleaning up at the `turn`-th time of a moment."""
    torch.set_num_threads(1)
    MOMENTS[moment](partial(exit_at, count(1), turn), folder)
    trains(folder, settings)


def exit_at(turns, turn, last=lambda: None):
    """Ends the process at that turn, after a last deed."""
    if next(turns) == turn:
        last()
        os._exit(EXIT)


def before(owner, name, suffix=""):
    """Ends just before `owner.name` is called, with a path that ends so."""

    def plant(end, folder):
        original = getattr(owner, name)

        def planted(first, *others, **named):
            if suffix in str(first):
                end()
            return original(first, *others, **named)

        setattr(owner, name, planted)

    return plant


def after(owner, name, suffix=""):
    def plant(end, folder):
        original = getattr(owner, name)

        def planted(first, *others, **named):
            found = original(first, *others, **named)
            if suffix in str(first):
                end()
            return found

        setattr(owner, name, planted)

    return plant


def half_written(suffix):
    """Ends with half of the file under its temporary name."""

    def plant(end, folder):
        original = Path.write_bytes

        def planted(path, content):
            if suffix in path.name:
                original(path, content[: len(content) // 2])
                end()
            return original(path, content)

        setattr(Path, "write_bytes", planted)  # noqa: B010

    return plant


def half_a_line(end, folder):
    """Ends with some of the buffered lines in the file, and half of one."""
    line = runs.line

    def planted(step, measured):
        text = line(step, measured)

        def flush():
            with (folder / LOG).open("a") as log:
                log.write(f"{text}\n{text[:99]}")

        end(flush)
        return text

    runs.line = planted


MOMENTS = {
    "settings half written": half_written(SETTINGS),
    "settings not renamed": before(Path, "replace", SETTINGS),
    "settings written": after(Path, "replace", SETTINGS),
    "checkpoint half written": half_written(CHECKPOINT),
    "checkpoint not renamed": before(Path, "replace", CHECKPOINT),
    "checkpoint written": after(Path, "replace", CHECKPOINT),
    "log half cut": half_written(LOG),
    "log not renamed": before(Path, "replace", LOG),
    "log cut": after(Path, "replace", LOG),
    "before an update": before(train, "advance"),
    "after an update": after(train, "advance"),
    "after a line": after(runs, "line"),
    "half a line": half_a_line,
    "before a checkpoint": before(runs, "save"),
    "before the result": before(runs, "summary"),
    "result half written": half_written(RESULT),
    "result not renamed": before(Path, "replace", RESULT),
    "result written": after(Path, "replace", RESULT),
}
PLANS = [
    *(((name, 1),) for name in MOMENTS),
    (("checkpoint not renamed", 3), ("checkpoint not renamed", 2), ("checkpoint written", 2)),
    (("checkpoint half written", 4), ("log half cut", 1), ("log not renamed", 1), ("log cut", 1)),
    (("half a line", 6), ("half a line", 3), ("after a line", 6), ("before a checkpoint", 1)),
    (("checkpoint written", 6), ("result half written", 1), ("result not renamed", 1)),
]
"""Moments in a row, each with the turn at which the process ends: turn 6 of the checkpoints is the
last one, and after it no update is left."""


def a_plan(plan):
    """In a row of moments, and half a checkpoint, in `make test-rest`."""
    slow = [pytest.mark.slow] * (len(plan) == 1 and plan[0][0] != "checkpoint half written")
    return pytest.param(plan, id="; ".join(f"{m} {n}" for m, n in plan), marks=slow)


@pytest.mark.parametrize("plan", [a_plan(plan) for plan in PLANS])
def test_killed_at_the_worst_moments_it_is_the_run_that_was_never_killed(
    settings, unbroken, tmp_path, plan
):
    folder = tmp_path / "run"
    for moment, turn in plan:
        process = started(dies, folder, settings, moment, turn)
        process.join()
        assert process.exitcode == EXIT, "the moment came"
    assert (folder / RESULT).exists() == (plan[-1][0] == "result written")
    runs.train_in_folder(folder, settings, every=EVERY)
    same(folder, unbroken)


def test_how_often_a_checkpoint_is_written_is_not_seen(settings, unbroken, tmp_path):
    runs.train_in_folder(tmp_path / "run", settings, every=7)
    same(tmp_path / "run", unbroken)


def test_a_finished_run_is_only_read(settings, unbroken, tmp_path, monkeypatch):
    folder = shutil.copytree(unbroken, tmp_path / "run")
    stop_at(monkeypatch, 0)
    times = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    rows = runs.train_in_folder(folder, settings)
    assert rows == runs.rows_of(unbroken)
    assert times == {path: path.stat().st_mtime_ns for path in folder.iterdir()}
