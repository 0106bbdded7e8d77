"""What all commands share: consoles, a progress line, plain tables, errors of one line.

Results go to standard output, progress and messages to standard error. Nothing here knows a claim.
"""

from __future__ import annotations

import inspect
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup

from theory.files import refuse_earlier, write

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

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


def number(given: str | float) -> float:
    """A number on the command line: decimals, or a quotient such as 1/3; a default as it is."""
    text = str(given)
    try:
        return float(Fraction(text)) if "/" in text else float(text)
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise typer.BadParameter(f"{text!r:.60} is no number") from error


def takes(options: type[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command whose first parameter is a dataclass: on the command line, one option for each of
    its fields."""
    names = [field.name for field in fields(options)]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def called(**given: Any) -> None:
            command(options(**{name: given.pop(name) for name in names}), **given)

        def parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
            hints = get_type_hints(function, include_extras=True)  # each class in its own module
            found = inspect.signature(function).parameters
            only = inspect.Parameter.KEYWORD_ONLY
            return [one.replace(kind=only, annotation=hints[name]) for name, one in found.items()]

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


class Commands(TyperGroup):
    """A list of commands that says of each its whole first sentence, on several lines if need
    be."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        named = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, c.get_short_help_str(limit=500)) for name, c in named if c is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class FormulaCommand(TyperCommand):
    """A command whose arguments are formulas: what begins with - and is no option is one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = {name: o for o in self.get_params(ctx) for name in (*o.opts, *o.secondary_opts)}
        options: list[str] = []
        formulas: list[str] = []
        waiting = list(args)
        while waiting:
            word = waiting.pop(0)
            name = word.partition("=")[0]
            if word == "--":
                formulas += waiting
                break
            if word in known or (name.startswith("--") and name in known):
                options.append(word)
                if word in known and not getattr(known[word], "is_flag", False) and waiting:
                    options.append(waiting.pop(0))
            elif re.fullmatch(r"--[a-z][a-z-]*", word):
                options.append(word)  # misspelt, and said so
            else:
                formulas.append(word)
        return super().parse_args(ctx, [*options, "--", *formulas])


# -- what is printed -------------------------------------------------------------------------------


def consoles() -> tuple[Console, Console]:
    """Standard output and standard error; colour only on a terminal. A pipe is 120 columns wide,
    or as wide as COLUMNS says."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120
    out = Console(highlight=False, markup=False, emoji=False, width=width)
    return out, Console(stderr=True, highlight=False, markup=False, emoji=False)


# -- tables ----------------------------------------------------------------------------------------

Cell: TypeAlias = "str | Text"
GAP = 2  # columns between two columns


def print_table(out: Console, header: Sequence[str], *groups: Iterable[Sequence[Cell]]) -> None:
    """Groups of rows under a header, an empty line between two groups; nothing is ever cut off.

    Cells fold at spaces. Where the longest words do not fit side by side, a row becomes a block of
    lines "name: cell"."""
    from rich.text import Text

    sections = [[[Text(c) if isinstance(c, str) else c for c in row] for row in g] for g in groups]
    titles = [Text(name) for name in header]
    columns = list(zip(titles, *(row for rows in sections for row in rows), strict=True))
    natural = [max(cell.cell_len for cell in column) for column in columns]
    least = [max(len(w) for cell in column for w in cell.plain.split(" ")) for column in columns]
    widths = fitted_widths(natural, least, out.width - GAP * (len(columns) - 1))
    if widths:
        print_row(out, titles, widths)
        out.print("─" * (sum(widths) + GAP * (len(widths) - 1)))
    for number, rows in enumerate(sections):
        if number:
            out.print()
        for row in rows:
            if widths:
                print_row(out, row, widths)
            else:
                print_block(out, titles, row)


def fitted_widths(natural: list[int], least: list[int], room: int) -> list[int]:
    """Between the two, and at most ``room`` in all: the columns that lack least become whole first.
    Empty when not even the least widths fit."""
    widths, spare = list(least), room - sum(least)
    if spare < 0:
        return []
    for i in sorted(range(len(widths)), key=lambda i: natural[i] - least[i]):
        added = min(natural[i] - least[i], spare)
        widths[i], spare = widths[i] + added, spare - added
    return widths


def print_row(out: Console, row: Sequence[Text], widths: Sequence[int]) -> None:
    """The cells beside each other, each folded to its width."""
    from rich.text import Text

    cells = [
        cell.wrap(out, width, overflow="fold") for cell, width in zip(row, widths, strict=True)
    ]
    for number in range(max(map(len, cells))):
        line = Text()
        for lines, width in zip(cells, widths, strict=True):
            part = lines[number] if number < len(lines) else Text()
            line.append_text(part).append(" " * (width - part.cell_len + GAP))
        line.rstrip()
        out.print(line, soft_wrap=True)


def print_block(out: Console, titles: Sequence[Text], row: Sequence[Text]) -> None:
    from rich.text import Text

    for title, cell in zip(titles, row, strict=True):
        out.print(Text.assemble(title, ": ", cell), overflow="fold")
    out.print()


def show_rows(rows: Iterable[Mapping[str, Any]], *columns: str) -> None:
    """Some columns of a table of results on standard output; four digits of a number."""
    cells = [[_shown(row[name]) for name in columns] for row in rows]
    print_table(consoles()[0], columns, cells)


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
