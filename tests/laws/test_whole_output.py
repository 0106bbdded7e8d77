"""Nothing that is printed is cut off: formulas and tables fold at 80 columns, and at 60."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from rich.console import Console
from rich.text import Text

from tests.command_line import gradgap
from theory.ledger.show import parts, show_statement
from theory.statements import STATEMENTS
from theory.terminal import fitted_widths, print_table

COMMANDS = ("-h", "simulate -h", "list", "sharpness", "simulate collapse", "verify normalisation")
TOKEN = "threshold --J 1/2 --gap 1 --L 1 --G 1 --T-inf 10 --alpha 0.1"
WORST = "worst-case --J 0.1 --gap 0.5 --L 1 --G 1 --eta 0.5"


def squeezed(text: str) -> str:
    return "".join(text.split())


def console(width: int) -> Console:
    return Console(file=StringIO(), width=width, highlight=False, markup=False, emoji=False)


def printed(out: Console) -> str:
    assert isinstance(out.file, StringIO)
    return out.file.getvalue()


def cut_off(text: str, width: int) -> list[str]:
    """Lines that are too long, or that stand for more than they say."""
    return [
        x for x in text.splitlines() if len(x.rstrip()) > width or "…" in x or x.endswith("...")
    ]


@pytest.mark.parametrize("slug", STATEMENTS)
def test_every_statement_is_shown_whole(slug: str) -> None:
    wanted = [squeezed(" ".join(part)) for part in parts(STATEMENTS[slug])]
    for width in (80, 60):
        out = console(width)
        show_statement(out, STATEMENTS[slug])
        assert cut_off(printed(out), width) == []
        whole = squeezed(printed(out))
        assert [part for part in wanted if part not in whole] == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [80, 60])
@pytest.mark.parametrize("command", [*COMMANDS, TOKEN, WORST])
def test_every_table_fits(command: str, width: int) -> None:
    done = gradgap(*command.split(), COLUMNS=str(width))
    assert done.returncode == 0
    without_usage = done.stdout.replace("COMMAND [ARGS]...", "")
    assert cut_off(without_usage, width) == []


def test_a_table_says_at_60_columns_what_its_json_says() -> None:
    rows = json.loads(gradgap("list", "--json").stdout)
    text = squeezed(gradgap("list", COLUMNS="300").stdout)
    assert all(squeezed(r["slug"] + r["expected"] + r["paper_ref"]) in text for r in rows)
    narrow = gradgap("list", COLUMNS="60").stdout
    assert all(r["slug"] in narrow for r in rows)


@pytest.mark.parametrize("width", [200, 24, 12, 5])
def test_a_table_loses_no_character(width: int) -> None:
    header = ("name", "what it says")
    rows = [("a", "one two three four"), (Text("sharp_step"), "unbreakable" * 4)]
    out = console(width)
    print_table(out, header, rows)
    assert cut_off(printed(out), width) == []
    for word in ("sharp_step", "unbreakable" * 4, "one", "four"):
        letters = iter(squeezed(printed(out)))
        assert all(character in letters for character in word)


def test_short_columns_become_whole_first() -> None:
    assert fitted_widths([3, 10, 50], [3, 5, 5], 40) == [3, 10, 27]
    assert fitted_widths([3, 10], [3, 5], 100) == [3, 10]
    assert fitted_widths([3, 10], [3, 5], 7) == []


def test_a_cut_is_noticed() -> None:
    assert cut_off("x" * 81, 80) and cut_off("Prove everything...", 80) and cut_off("a …", 80)
    assert not cut_off("x" * 80, 80)
