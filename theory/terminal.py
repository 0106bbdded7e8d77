"""What all commands share: consoles, a progress line, plain tables, errors of one line.

Results go to standard output, progress and messages to standard error. Nothing here knows a claim.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from theory.files import refuse_earlier, write

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Progress: TypeAlias = Callable[[int, int], None]
"""Called with how much is done, of how much."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, nothing else.")]


# -- options ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Output:
    """Where the results of an experiment go, and how they are shown."""

    out: Annotated[
        Path | None, typer.Option(help="Write CSV, JSON and figures into this folder.")
    ] = None
    overwrite: Annotated[bool, typer.Option(help="Replace earlier results.")] = False
    as_json: Json = False


def takes(options: type[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command whose first parameter is a dataclass: on the command line, one option for each of
    its fields."""
    names = [field.name for field in fields(options)]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def called(**given: Any) -> None:
            command(options(**{name: given.pop(name) for name in names}), **given)

        def parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
            found = inspect.signature(function, eval_str=True).parameters.values()
            return [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in found]

        taken = parameters(command)[1:] + parameters(options)
        called.__signature__ = inspect.Signature(taken)  # type: ignore[attr-defined]
        return called

    return decorate


def experiment(
    title: str,
    output: Output,
    run: Callable[[Progress], tuple[Any, Mapping[str, bytes | str]]],
    draw: Callable[[Path], Mapping[str, bytes | str]] | None,
    *tables: tuple[str, ...],
    as_json: str | None = None,
) -> None:
    """``run`` with a progress line returns a document and files; they are written into the folder,
    if there is one, ``draw`` makes pictures of them, and the document is printed: as JSON, or the
    part of it called ``as_json``; or of each of ``tables``, a name and columns, these columns."""
    with bad_input(ValueError, OSError):
        refuse_earlier(output.out, output.overwrite)
        with progress_line(title) as progress:
            document, files = run(progress)
        if output.out is not None:
            save(output.out, files, output.overwrite)
            save(output.out, draw(output.out) if draw is not None else {}, output.overwrite)
    if output.as_json:
        whole = document if as_json is None else document[as_json]
        print(json.dumps(whole, indent=1, ensure_ascii=False))
        return
    for name, first, *others in tables:
        rows = document[name]
        if isinstance(rows, Mapping):
            rows = [{first: key, **row} for key, row in rows.items()]
        show_rows(rows, first, *others)


def save(folder: Path, contents: Mapping[str, bytes | str], overwrite: bool) -> None:
    """Write the files, and say so on standard error."""
    for path in write(folder, contents, overwrite):
        print(f"wrote {path}", file=sys.stderr)


# -- bad input -------------------------------------------------------------------------------------


class BadInput(Exception):
    """Reported as one line; exit code 2."""


@contextmanager
def bad_input(*kinds: type[Exception]) -> Iterator[None]:
    """Errors of these kinds are the user's: one line, exit code 2."""
    try:
        yield
    except kinds as error:
        raise BadInput(str(error)) from error


# -- what is printed -------------------------------------------------------------------------------


def consoles() -> tuple[Console, Console]:
    """Standard output and standard error; colour only on a terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 120
    out = Console(highlight=False, markup=False, emoji=False, width=width)
    return out, Console(stderr=True, highlight=False, markup=False, emoji=False)


def plain_table(first: str, *others: str) -> Table:
    """A table that keeps the names in its first column whole on a narrow screen."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, no_wrap=name in ("verdict", "z3", "cvc5", "asked"))
    return table


def show_rows(rows: Iterable[Mapping[str, Any]], *columns: str) -> None:
    """Some columns of a table of results on standard output; four digits of a number."""
    table = plain_table(columns[0], *columns[1:])
    for row in rows:
        table.add_row(*(_shown(row[name]) for name in columns))
    consoles()[0].print(table)


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "-" if value is None else str(value)


@contextmanager
def progress_line(title: str) -> Iterator[Progress]:
    """A progress line on standard error, on a terminal only: done, a second, time taken, time
    left."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar
    from rich.text import Text

    class RateColumn(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.3g}/s" if task.speed else "")

    _, err = consoles()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
