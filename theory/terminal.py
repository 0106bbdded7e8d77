"""What all commands share: consoles, a progress line, plain tables, errors of one line.

Results go to standard output, progress and messages to standard error. Nothing here knows a claim.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Progress: TypeAlias = Callable[[int, int], None]
"""Called with how much is done, of how much."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, nothing else.")]


class BadInput(Exception):
    """Reported as one line; exit code 2."""


@contextmanager
def bad_input(*kinds: type[Exception]) -> Iterator[None]:
    """Errors of these kinds are the user's: one line, exit code 2."""
    try:
        yield
    except kinds as error:
        raise BadInput(str(error)) from error


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
