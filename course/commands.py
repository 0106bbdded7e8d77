"""``gradgap course``: the exercises, and what an answer to one of them is worth."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from theory.paper.commands import Jobs, compile_aloud, run_ledger
from theory.terminal import (
    BadInput,
    Commands,
    Json,
    bad_input,
    consoles,
    print_table,
    progress_line,
)

if TYPE_CHECKING:
    from course.submissions import Judged

teaching = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Problem sets that answer back: list, show and check exercises.",
)


@teaching.command("list")
def list_command(
    chapter: Annotated[str | None, typer.Argument(help="A chapter; all when none.")] = None,
    as_json: Json = False,
) -> None:
    """List the exercises: stars, kinds of checks, points.

    Example: gradgap course list one_step
    """
    from course.exercises import BadExercise, chapters, exercises

    with bad_input(BadExercise):
        found = [e for e in exercises() if chapter in (None, e.chapter)]
    if not found:
        raise BadInput(f"no chapter {chapter!r:.80} has exercises; {', '.join(chapters())} have")
    names = ("exercise", "stars", "points", "kinds", "title")
    rows = [(e.id, "*" * e.stars, str(e.points or "-"), e.kinds, e.title) for e in found]
    if as_json:
        listed = [
            dict(zip(names, (e.id, e.stars, e.points, e.kinds, e.title), strict=True))
            for e in found
        ]
        print(json.dumps(listed, indent=1, ensure_ascii=False))
    else:
        print_table(consoles()[0], names, rows)


@teaching.command()
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="An exercise, such as one_step/1.")],
    hints: Annotated[int, typer.Option(min=0, max=3, help="How many hints.")] = 0,
) -> None:
    """Print an exercise, and which file to copy and fill in.

    Example: gradgap course show one_step/1 --hints 1
    """
    from course.exercises import BadExercise, find
    from course.show import as_text

    with bad_input(BadExercise):
        print(as_text(find(name), hints))


@teaching.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Filled-in copies, or folders of them.")],
    as_json: Json = False,
    marks: Annotated[Path | None, typer.Option(help="Also write a table of marks, CSV.")] = None,
    run_code: Annotated[
        bool, typer.Option("--run-code", help="Run what students programmed, confined.")
    ] = False,
) -> None:
    """Judge answers: points, and a reason for each one that is lost.

    Example: gradgap course check 1.toml
    """
    from course.show import report_lines, summary
    from course.submissions import as_csv, judged, submissions

    missing = [file for file in files if not file.exists() and not file.is_symlink()]
    if missing:
        raise BadInput(f"there is no file {missing[0]}")
    count = len([*submissions(files)])
    if not count:
        raise BadInput("these folders have no .toml file")
    results: list[Judged] = []
    if as_json:
        with progress_line("judging") as progress:
            for one in judged(files, run_code=run_code):
                results.append(one)
                progress(len(results), count)
    else:  # what is printed shows the progress
        for one in judged(files, run_code=run_code):
            results.append(one)
            print("\n".join(report_lines(one)), flush=True)
        if count > 1:
            print(summary(results))
    if as_json:
        listed = [{"submission": one.submission, **one.report.as_json()} for one in results]
        print(json.dumps(listed, indent=1, ensure_ascii=False))
    if marks is not None:
        with bad_input(OSError):
            marks.write_text(as_csv(results), encoding="utf-8")
        print(f"wrote {marks}", file=sys.stderr)
    raise typer.Exit(0 if all(one.report.full for one in results) else 1)


@teaching.command()
def build(
    out: Annotated[Path, typer.Option(help="Write into this folder.")],
    solutions: Annotated[bool, typer.Option("--solutions", help="A teacher's: with them.")] = False,
    overwrite: Annotated[bool, typer.Option(help="Replace an earlier site.")] = False,
    jobs: Jobs = 0,
) -> None:
    """Prove all claims, and write the course as a site that needs no server, with notebooks.

    Example: gradgap course build --out site
    """
    from course.site import build as site
    from numeric.attack.necessity import recorded_necessity
    from theory.files import refuse_earlier

    with bad_input(site.CannotBuild, FileExistsError, NotADirectoryError):
        site.require()
        refuse_earlier(out, overwrite)
    ledger = run_ledger([], jobs)
    with bad_input(site.CannotBuild, OSError):
        with progress_line("reading and writing pages") as progress:
            warnings = site.build(out, ledger, recorded_necessity(), solutions, progress)
        print("".join(f"{warning}\n" for warning in warnings), end="", file=sys.stderr)
    print(f"wrote {out / 'index.html'}", file=sys.stderr)
    raise typer.Exit(0 if ledger.as_expected else 1)


@teaching.command()
def slides(
    out: Annotated[Path, typer.Option(help="Write into this folder.")] = Path("slides"),
    lecture: Annotated[list[int] | None, typer.Option(min=1, help="Only these lectures.")] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace earlier slides.")] = False,
) -> None:
    """Write the lectures as slides: PDF, PDF with speaker notes, and HTML, from the chapters.

    Example: gradgap course slides --out slides --lecture 2
    """
    import tempfile
    from subprocess import CalledProcessError

    from course import slides as decks
    from theory.files import write
    from theory.paper.chapters import PandocMissing

    with bad_input(decks.BadOutline, PandocMissing, FileExistsError, NotADirectoryError):
        chosen = [x for x in decks.numbered(decks.lectures()) if not lecture or x[0] in lecture]
        for number, stem, found in chosen:
            sources = {
                f"{stem}.tex": decks.as_beamer(found, number),
                f"{stem}_notes.tex": decks.as_beamer(found, number, notes=True),
            }
            for path in write(out, sources, overwrite):
                compile_aloud(path)
        try:
            with tempfile.TemporaryDirectory() as folder:
                reveal = decks.reveal_js(Path(folder))
                pages = {f"{stem}.html": decks.as_html(x, n, reveal) for n, stem, x in chosen}
        except (decks.NpmMissing, CalledProcessError) as error:
            print(f"gradgap: no HTML: {error}", file=sys.stderr)
            return
        for path in write(out, pages, overwrite):
            print(f"wrote {path}", file=sys.stderr)
