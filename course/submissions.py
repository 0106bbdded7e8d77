"""A class's submissions: each read with care, and judged in a process of its own with limits.

A submission is a file, or a file in a folder that is given. Only plain files of a moderate size are
read, links are not followed, and nothing that a student writes is executed, but for exercises of
the kind code where the teacher asks for it (``course.sandbox``). The process may use so much memory
and processor time and no more; a clock stops it where it hangs. Verdicts are decided in steps, so
that the limits are a safety net and no measure.
"""

from __future__ import annotations

import csv
import errno
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from course.exercises import EXERCISES
from course.marks import Report, printable, report_of

LARGEST = 64 * 1024
"""Bytes of a submission; a recorded run may have more, see ``course.kinds.experiment``."""
LONGEST = 120
"""Letters of the name of a submission."""
CLOCK = 180.0
HOME = Path(__file__).resolve().parents[1]
JUDGE = (sys.executable, "-B", "-m", "course.judge")
COLUMNS = ("submission", "exercise", "points", "of", "reasons")


class Unreadable(ValueError):
    """Not a plain file of moderate size; one line."""


@dataclass(frozen=True)
class Judged:
    """``submission`` is its path below the folder that was given, or the file's name."""

    submission: str
    report: Report


def submissions(paths: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Names and files: those given, and all in folders that are given, in order of their names."""
    for path in paths:
        if path.is_dir():
            yield from ((_named(p.relative_to(path).as_posix()), p) for p in sorted(_below(path)))
        else:
            yield _named(path.name), path


def _below(folder: Path) -> Iterator[Path]:
    """Recorded runs and other files beside the submissions are not submissions. Folders nested
    without an end are no recursion here, and links to folders are not followed."""
    waiting = [folder]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                path = Path(entry.path)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
                elif path.suffix == ".toml":
                    yield path


def _named(name: str) -> str:
    """What a table calls it; without the middle where it is long."""
    return printable(name if len(name) <= LONGEST else f"{name[: LONGEST - 33]}...{name[-30:]}")


def content(path: Path, largest: int = LARGEST) -> str:
    """The text of a plain file. Raises Unreadable for a link, a pipe, a device, and what is large
    or no UTF-8."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        linked = getattr(error, "errno", None) == errno.ELOOP
        raise Unreadable("is a link" if linked else f"can't be read: {reason}") from error
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Unreadable("is not a plain file")
        data = file.read(largest + 1)
    if len(data) > largest:
        raise Unreadable(f"has more than {largest} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("is not UTF-8 text") from error


def judged(
    paths: Iterable[Path],
    source: Path = EXERCISES,
    clock: float = CLOCK,
    run_code: bool = False,
) -> Iterator[Judged]:
    """The report of each submission, one after the other."""
    for name, path in submissions(paths):
        try:
            text = content(path)
        except Unreadable as error:
            yield Judged(name, Report("", error=str(error)))
            continue
        yield Judged(name, in_a_process(text, path.parent, source, clock, run_code))


def in_a_process(
    text: str, folder: Path, source: Path, clock: float, run_code: bool = False
) -> Report:
    """The report of ``course.judge``; an error where the process did not come to an end."""
    places = {"folder": str(folder.resolve()), "course": str(source.resolve())}
    task = {"text": text, **places, "run_code": run_code}
    process = subprocess.Popen(
        JUDGE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=HOME,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,
    )
    try:
        printed, _ = process.communicate(json.dumps(task).encode(), timeout=clock)
        return report_of(json.loads(printed))
    except subprocess.TimeoutExpired:
        return Report("", error=f"stopped by the clock after {clock:g} s")
    except (ValueError, KeyError, TypeError):
        return Report("", error=f"stopped: its process ended with {process.returncode}")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def as_csv(results: Iterable[Judged]) -> str:
    """One row a submission. A cell that a spreadsheet would take for a formula gets a quote."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in results:
        report = one.report
        told = "; ".join(report.reasons())
        cells = (one.submission, report.exercise, report.earned, report.points, told)
        writer.writerow([_harmless(str(cell)) for cell in cells])
    return out.getvalue()


def _harmless(cell: str) -> str:
    plain = printable(cell)
    return f"'{plain}" if plain.startswith(("=", "+", "-", "@")) else plain
