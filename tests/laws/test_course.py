"""The course: exercises are whole, and an answer earns what it is worth, with a reason."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from course.exercises import BadExercise, exercises, find, read
from course.judge import judge
from course.marks import Mark, Report
from course.show import plain
from course.submissions import LARGEST, Judged, Unreadable, as_csv, content, submissions
from theory.statements import STATEMENTS

SOUND = """
exercise = "one/1"
title = "One"
stars = 1
claims = []
question = "x?"
hints = ["a", "b"]
[answer]
x = ""
[[check]]
points = 2
about = "x"
value = ["2*x == 1"]
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "1.toml").write_text(SOUND)
    return tmp_path


def answered(course: Path, x: str) -> Report:
    return judge(f'exercise = "one/1"\npoints = 99\n[answer]\nx = {x}\n', course, course)


# -- files -----------------------------------------------------------------------------------------


def test_every_exercise_of_the_course_is_whole() -> None:
    found = [*exercises()]
    assert len({e.id for e in found}) == len(found) > 0
    assert all(e.points or e.why for e in found)
    assert {claim for e in found for claim in e.claims} <= set(STATEMENTS)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('title = "One"', "", "no title"),
        ('title = "One"', 'title = "One"\npints = 1', "pints is not known"),
        ('"one/1"', '"two/1"', "calls itself"),
        ('["a", "b"]', '["a"]', "hints"),
        ("points = 2", 'points = "2"', "check 1"),
        ("points = 2", "points = 0", "check 1"),
        ("value =", "valu =", "check 1"),
        ("stars = 1", 'stars = 1\nwhy = "no kind fits"', "or both"),
        ("[answer]", "[answer", "1.toml"),
    ],
)
def test_a_file_that_is_no_exercise_is_refused(
    course: Path, before: str, after: str, problem: str
) -> None:
    assert before in SOUND
    file = course / "one" / "1.toml"
    assert read(file).points == 2
    file.write_text(SOUND.replace(before, after))
    with pytest.raises(BadExercise, match=problem):
        read(file)


def test_a_terminal_shows_no_tex() -> None:
    texts = [text for e in exercises() for text in (e.question, *e.hints)]
    assert [text for text in texts if "\\" in plain(text) or "$" in plain(text)] == []
    assert plain(r"$\frac{\Delta\mu}{2(L + 8G^2)} \le \sqrt{\eta}$") == "(Δμ)/(2(L + 8G²)) ≤ √(η)"


@pytest.mark.parametrize("name", ["one/2", "../one/1", "/etc/passwd", "one/1\0", ""])
def test_a_name_is_looked_up_and_never_used_as_a_path(course: Path, name: str) -> None:
    assert find("one/1", course).id == "one/1"
    with pytest.raises(BadExercise, match="no exercise is called"):
        find(name, course)


# -- answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", ["0.5", '"1/2"', '"exp(-log(2))"', '"sqrt(1/4)"', '"2**-1"'])
def test_an_equal_value_is_right_however_it_is_written(course: Path, x: str) -> None:
    report = answered(course, x)
    assert report.full and report.points == 2


@pytest.mark.parametrize(
    ("x", "reason"),
    [
        ("1", "x: too large"),
        ('"1/3"', "x: too small"),
        ('""', "x: x is empty"),
        ('"y"', "a number is asked for"),
        ('"x"', "a number is asked for"),
        ('"1/0"', "without a value"),
        ('"0.5 + "', "column"),
        ("true", "as text"),
        ("[]", "x is empty"),
        ("{ y = 1 }", "as text"),
        ('"1 == 1"', "column"),
        ('"9**9**9**9"', "exponent"),
        (f'"{"(" * 99}1{")" * 99}"', "levels"),
        ('"0.5\u200b"', "column"),
        ('"１/２"', "column"),
    ],
)
def test_a_lost_point_has_a_reason(course: Path, x: str, reason: str) -> None:
    report = answered(course, x)
    assert report.earned == 0 and report.points == 2
    assert reason in "\n".join(report.reasons())


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "no line exercise"),
        ("exercise = 3", "no line exercise"),
        ('exercise = "one/9"', "no exercise is called"),
        ("[" * 5000, "not a TOML file"),
        (f"x = {'[' * 5000}", "not a TOML file"),
        (f"x = {'9' * 10_000}", "not a TOML file"),
    ],
)
def test_what_is_no_submission_is_an_error_and_no_crash(
    course: Path, text: str, error: str
) -> None:
    report = judge(text, course, course)
    assert error in report.error and not report.full


def test_a_mark_says_what_it_can_mean() -> None:
    assert Mark("x", 2, 2, "right").reasons == ()
    for wrong in (
        ("x", 2, 3, "right"),
        ("x", 2, 1, "right"),
        ("x", 2, 1, "partly"),
        ("x", 2, 2, "wrong"),
    ):
        with pytest.raises(ValueError):
            Mark(*wrong)


# -- submissions -----------------------------------------------------------------------------------


def test_only_plain_files_of_moderate_size_are_read(tmp_path: Path) -> None:
    plain, large, link, pipe = (tmp_path / name for name in ("a", "b", "c", "d"))
    plain.write_text("x = 1")
    large.write_text("#" * (LARGEST + 1))
    link.symlink_to("/etc/passwd")
    os.mkfifo(pipe)
    assert content(plain) == "x = 1"
    for path, reason in ((large, "more than"), (link, "is a link"), (pipe, "plain file")):
        with pytest.raises(Unreadable, match=reason):
            content(path)
    plain.write_bytes(b"\xff\xfe")
    with pytest.raises(Unreadable, match="UTF-8"):
        content(plain)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_is_all_its_toml_files_by_name(tmp_path: Path) -> None:
    for name in ("ben/2.toml", "ada/1.toml", "ada/run.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [name for name, _ in submissions([tmp_path])] == ["ada/1.toml", "ben/2.toml"]


def test_a_table_of_marks_is_safe_in_a_spreadsheet() -> None:
    table = as_csv([Judged('=cmd|"x"!A1', Report("one/1", error="a\x1b[31m\nb"))])
    assert table.splitlines()[1] == '"\'=cmd|""x""!A1",one/1,0,0,a?[31m?b'
