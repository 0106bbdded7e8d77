"""A class hands in: right, wrong, empty and hostile. Marks and reasons for all, and no crash."""

from __future__ import annotations

import csv
import inspect
import json
import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import gradgap
from course import submissions
from course.exercises import EXERCISES, NOTES
from course.judge import judge
from course.marks import Report
from course.show import report_lines, summary
from course.submissions import Judged, as_csv, in_a_process
from tests.laws.test_course_solutions import SOLVED

RIGHT = ("setting/1", "one_step/7", "safe_step/2", "setting/8", "safe_step/9")
GAP = 'exercise = "setting/1"\n[answer]\nright = "3/4"\nwrong = "-1/4"\ngap = {}\nslope = "3/16"\n'
SLOPE = 'exercise = "setting/6"\n[answer]\nslope = "{}"\nlog_odds_slope = "D"\nat_zero = 0\n'
RUN = 'exercise = "overshooting/9"\n[answer]\nbelow = "{}"\nabove = ""\n'
CODE = 'exercise = "groups/9"\n[answer]\nprogram = """\nimport os\n{}\n"""\n'
TEXTS = {
    "ben/1.toml": (GAP.format('"2"'), "the gap: too large"),
    "ben/2.toml": (SOLVED["one_step/10"][0].replace("1 + x", "1 - x"), "false at"),
    "cleo/1.toml": ((EXERCISES / "setting" / "1.toml").read_text(), "is empty"),
    "cleo/2.toml": ("", "no line exercise"),
    "dan/1.toml": ("exercise = [", "not a TOML file"),
    "dan/2.toml": (f"x = {'[' * 20_000}", "not a TOML file"),
    "dan/3.toml": (f"x = {'9' * 20_000}", "not a TOML file"),
    "dan/4.toml": ("\n".join(f"a{i}.{'b.' * 100}c = 1" for i in range(250)), "no line exercise"),
    "eve/1.toml": (GAP.format('"9**9**9**9"'), "exponent"),
    "eve/2.toml": (SLOPE.format("((((J+D)**64)**64)**64)**64"), "too large"),
    "eve/3.toml": (GAP.format('"𝟏"'), "column 1"),
    "eve/4.toml": (GAP.format("\"__import__('os').system('touch pwned')\""), "column 1"),
    "eve/5.toml": ('exercise = "../solutions/setting"\n[answer]\n', "no exercise is called"),
    "fay/1.toml": (RUN.format("../ada/1.toml"), "beside the submission"),
    "fay/2.toml": (RUN.format("out.csv"), "leads out of the folder"),
    "fay/3.toml": (RUN.format("endless.csv"), "not a plain file"),
    "eve/6.toml": (CODE.format("os.open('pwned', os.O_CREAT)"), "PermissionError"),
    "eve/7.toml": (CODE.format("while True: pass"), "stopped before it had an answer"),
    "fay/=1+1.toml": (GAP.format("[1, 2]") + "points = 99\n", "a number or a formula"),
}


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """28 submissions and some files beside them."""
    folder = tmp_path / "class"
    for number, name in enumerate(RIGHT, 1):
        (folder / "ada").mkdir(parents=True, exist_ok=True)
        (folder / "ada" / f"{number}.toml").write_text(SOLVED[name][0])
    for name, (text, _) in TEXTS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    (folder / "fay" / "out.csv").symlink_to("/etc/passwd")
    os.mkfifo(folder / "fay" / "endless.csv")
    (folder / "gus").mkdir()
    (folder / "gus" / "1.toml").write_text("#" * 10**6)
    (folder / "gus" / "2.toml").symlink_to("/dev/zero")
    os.mkfifo(folder / "gus" / "3.toml")
    (folder / "gus" / "4.toml").write_bytes(b"\xff\xfe\x00")
    return folder


@pytest.mark.slow
def test_a_class_gets_marks_and_reasons_and_nothing_crashes(
    handed_in: Path, tmp_path: Path
) -> None:
    marks = tmp_path / "marks.csv"
    result = CliRunner().invoke(
        gradgap.app, ["course", "check", str(handed_in), "--run-code", "--marks", str(marks)]
    )
    assert result.exit_code == 1, result.output
    rows = {row["submission"].lstrip("'"): row for row in csv.DictReader(marks.open())}
    assert len(rows) == len(RIGHT) + len(TEXTS) + 4
    for number in range(1, len(RIGHT) + 1):
        row = rows[f"ada/{number}.toml"]
        assert row["points"] == row["of"] != "0" and row["reasons"] == ""
    for name, (_, reason) in TEXTS.items():
        row = rows[name]
        assert reason in row["reasons"], (name, row)
        assert row["of"] == "0" or int(row["points"]) < int(row["of"])
    for number, reason in enumerate(("more than", "is a link", "plain file", "UTF-8"), 1):
        assert reason in rows[f"gus/{number}.toml"]["reasons"]
    assert not [*handed_in.rglob("pwned"), *NOTES.parent.glob("pwned")]


@pytest.mark.slow
def test_the_commands_answer_in_text_and_in_json(tmp_path: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(gradgap.app, ["course", *words])
        return result.exit_code, result.stdout

    status, listed = run("list", "--json")
    assert status == 0 and len(json.loads(listed)) > 90
    assert "Three ranges" in run("list", "one_step")[1]
    status, shown = run("show", "setting/8", "--hints", "1")
    assert status == 0 and "Hint 1" in shown and "given  ?" in shown and "Hint 2" not in shown
    assert "1 + y - x ≤ exp(y - x)" not in shown
    file = tmp_path / "mine.toml"
    file.write_text(GAP.format('"1/2"'))
    status, told = run("check", str(file))
    assert status == 1 and "3 of 4 points" in told and "too small" in told
    file.write_text(GAP.format(1))
    status, told = run("check", str(file), "--json")
    assert status == 0 and json.loads(told)[0]["earned"] == 4


@pytest.mark.parametrize(
    "words", [["list", "nowhere"], ["show", "one_step/99"], ["check", "nowhere.toml"]]
)
def test_bad_input_is_one_line(words: list[str]) -> None:
    result = CliRunner().invoke(gradgap.app, ["course", *words])
    assert type(result.exception).__name__ == "BadInput" and "\n" not in str(result.exception)


def test_folders_without_an_end_and_hostile_names_are_read(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 100)
    deep.mkdir(parents=True)
    (deep / "1.toml").touch()
    (tmp_path / os.fsdecode(b"a\xff\x1b[2J.toml")).touch()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 60)
    try:
        found = [*submissions.submissions([tmp_path])]
    finally:
        sys.setrecursionlimit(limit)
    names = [name for name, _ in found]
    assert names[0] == "a??[2J.toml" and len(names) == 2
    assert len(names[1]) == submissions.LONGEST and names[1].endswith("/1.toml")


def test_a_report_moves_nothing_in_a_terminal_and_a_link_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "1.toml").symlink_to("/etc/passwd")
    (linked,) = submissions.judged([tmp_path])
    assert linked.report.error == "is a link"
    said = judge('exercise = "\\u001b[2J"', tmp_path)
    told = [*report_lines(Judged("x", said))]
    assert all(line.isprintable() for line in told) and "?[2J" in told[0]
    assert summary([linked, Judged("x", said)]).startswith("2 submissions: 0 in full, 2 not judged")


HANGS = "while True: pass"
EATS = "from course.judge import limit; limit(); x = bytearray(10 ** 11)"
WRITES = """
from tempfile import TemporaryFile
from course.judge import limit
limit()
with TemporaryFile() as file:
    file.write(b"x")
"""


@pytest.mark.parametrize(
    ("program", "reason"), [(HANGS, "clock"), (EATS, "ended with 1"), (WRITES, "ended with")]
)
def test_a_judge_that_hangs_or_takes_too_much_is_stopped(
    program: str, reason: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(submissions, "JUDGE", (sys.executable, "-c", program))
    report = in_a_process("", tmp_path, EXERCISES, clock=1 if reason == "clock" else 60)
    assert reason in report.error


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "a\tb"])
def test_no_cell_of_the_marks_is_a_formula_or_moves_the_others(name: str) -> None:
    _, row = csv.reader(as_csv([Judged(name, Report("", error="empty"))]).splitlines())
    assert row[0] == ("a?b" if "\t" in name else f"'{name}")
