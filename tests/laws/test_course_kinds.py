"""Each kind of check, on answers that are right in part, wrong in one way, or no answer at all."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest

from course import sandbox
from course.exercises import EXERCISES, BadExercise
from course.formulas import side_of_claim
from course.judge import judge
from course.kinds import code
from course.kinds.hole import proof_of, step_of
from course.marks import Report
from theory.inequality.expression import write
from theory.statements import STATEMENTS


def told(name: str, answer: str, folder: Path = EXERCISES) -> Report:
    header = answer if answer.startswith("[") else f"[answer]\n{answer}"
    return judge(f'exercise = "{name}"\n{header}\n', folder)


# -- chains ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chain", "earned", "reason"),
    [
        ('["x"]', 0, "2 to 21 lines"),
        ('"exp(x)"', 0, "list of texts"),
        ('["exp(x)", "1/(1 - x)"]', 0, "line 2, begins with"),
        ('["exp(x)", "<= y", "<= 1/(1 - x)"]', 0, "letter y"),
        ('["exp(x)", "<= 1/(1 - x)"]', 0, "at least 2"),
        ('["exp(x)", ">= 1 + x", "<= 1/(1 - x)"]', 0, "link 1 is >="),
        ('["exp(x)", "== 1/exp(-x)", "<= 2/(1 - x)"]', 0, "has to end with"),
        ('["1/exp(x)", "== exp(-x)", "<= 1/(1 - x)"]', 0, "has to begin with"),
        ('["exp(x)", "<= 1 + x", "<= 1/(1 - x)"]', 1, "link 1"),
        pytest.param('["1/exp(-x)", "= exp(x)", "≤ 1/(1 - x)"]', 2, "", marks=pytest.mark.slow),
    ],
)
def test_a_chain(chain: str, earned: int, reason: str) -> None:
    report = told("setting/10", f"chain = {chain}")
    assert report.earned == earned and reason in "\n".join(report.reasons())


def test_a_strict_claim_needs_a_strict_link() -> None:
    chain = '["f1", "== f0 + m*eta", ">= f0"]'
    assert "no link is >" in told("overshooting/3", f"chain = {chain}").reasons()[0]


# -- countermodels ---------------------------------------------------------------------------------

SOUND = {
    "shape": '"softmax"',
    "p": '["9/10", "1/20", "1/20"]',
    "slopes": "[0, 1, -1]",
    "reward": "[1, 0, 0]",
    "eta": '"1/2"',
    "L": '"4/35"',
}


def policy(**changes: str) -> str:
    lines = [f"{name} = {x}" for name, x in (SOUND | changes).items() if x]
    return "\n".join(["[answer.policy]", *lines])


def test_a_countermodel_says_what_holds_as_sampled_and_what_fails() -> None:
    (mark,) = told("one_step/7", policy()).marks
    assert mark.earned == 4
    assert "smooth as sampled" in mark.said and "-0.07143 <= -0.1201" in mark.said


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"shape": '"weights"'}, "the shape is one of softmax, two"),
        ({"p": ""}, "p is missing"),
        ({"p": "[]"}, "p is missing"),
        ({"p": '"1/2"'}, "a list"),
        ({"p": '["9/10", "1/10"]'}, "different lengths"),
        ({"p": '["9/10", "1/10", 0]'}, "must be positive"),
        ({"p": '["9/10", "1/10", -1]'}, "must be positive"),
        ({"p": '["9/10", "1/10", "1/0"]'}, "no value"),
        ({"p": f"[{', '.join(['1'] * 13)}]"}, "a list of 1 to 12"),
        ({"eta": '"log(2)"'}, "rational number"),
        ({"eta": '"10**9"'}, "at most 1000"),
        ({"eta": '"1/3**60"'}, "at most 20 digits"),
        ({"eta": "true"}, "a number"),
        ({"eta": '"-1/2"'}, "hypothesis forward fails"),
        ({"reward": "[2, 0, 0]"}, "hypothesis verifiable fails"),
        ({"reward": "[1, 1, 1]"}, "hypothesis interior is open"),
        ({"L": '"1/1000"'}, "hypothesis smooth fails: at o = 0: at t = "),
        ({"bends": "[0, 0, 0]"}, "bends is nothing that"),
    ],
)
def test_a_policy_that_will_not_do(changes: dict[str, str], reason: str) -> None:
    report = told("one_step/7", policy(**changes))
    assert report.earned == 0 and reason in "\n".join(report.reasons())


# -- holes -----------------------------------------------------------------------------------------


def test_a_wrong_line_shows_the_step_the_question_and_numbers_and_not_the_answer() -> None:
    reasons = told("setting/8", 'line = "y - x <= exp(y - x)"').reasons()
    text = "\n".join(reasons)
    assert "It fails at step" in text and "show   exp(x)·(1 + y - x) ≤ exp(y)" in text
    assert "for example at" in text and "1 + y - x ≤ exp(y - x)" not in text
    assert "column" in "\n".join(told("setting/8", 'line = "exp(x) <"').reasons())


def test_a_hole_in_no_step_and_a_side_of_no_claim_are_refused() -> None:
    statement = STATEMENTS["jensen_exp"]
    steps = proof_of(statement).steps()
    with pytest.raises(BadExercise, match="no step of jensen_exp"):
        step_of({"show": "exp(x) ≤ 0", "missing": 0}, statement, steps)
    assert write(side_of_claim("eta_safe.below_threshold.1.right.left")) == "2*F*gap/L"
    for reference in (
        "eta_safe",
        "eta_safe.nothing",
        "nothing.conclusion",
        "eta_safe.conclusion.9",
    ):
        with pytest.raises(BadExercise, match="no side of a claim"):
            side_of_claim(reference)


# -- recorded runs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("run.csv", "k,J\n0,0.05\n", "does not hold"),
        ("run.csv", "", "no rows"),
        ("run.csv", "k,J\n0,1e999999999\n", "no number"),
        ("run.csv", "k,J\n0,nan\n", "no number"),
        ("run.csv", "k,J\n0,1/0\n", "no number"),
        ("run.csv", "k,I\n0,1\n", "a column J"),
        ("run.jsonl", "[1]\n", "no rows"),
        ("run.jsonl", "{" * 99_999, "is no table"),
        ("run.jsonl", '{"J": [[[]]]}\n', "no number"),
        ("a/../run.csv", "k,J\n0,1\n", "beside the submission"),
        ("/etc/passwd", "", "beside the submission"),
    ],
)
def test_a_run_that_shows_nothing(tmp_path: Path, name: str, content: str, reason: str) -> None:
    (tmp_path / "a").mkdir()
    if not name.startswith("/"):
        (tmp_path / name).write_text(content)
    report = told("convergence/10", f'table = "{name}"\nheight = "1/2"', tmp_path)
    assert report.earned == 1 and reason in "\n".join(report.reasons())


# -- the student edition ---------------------------------------------------------------------------


def test_exercises_alone_are_enough_to_judge(tmp_path: Path) -> None:
    shutil.copytree(EXERCISES / "one_step", tmp_path / "one_step")
    text = 'exercise = "one_step/6"\n[answer]\nJ = 0.1\nJ_next = 0.127\nc = 0.3\n'
    assert judge(text, tmp_path, tmp_path).full
    assert "no exercise" in judge('exercise = "setting/1"\n[answer]\n', tmp_path, tmp_path).error


# -- programs --------------------------------------------------------------------------------------

SAFE = "max(2*(1-J)*gap/L, 2*J*gap/(L + G**2))"
HOSTILE = {
    "open('/etc/passwd')": "PermissionError",
    "open('{pwned}', 'w')": "PermissionError",
    "os.remove('{victim}')": "PermissionError",
    "os.system('touch {pwned}')": "it does not hold that",
    "os.kill(os.getppid(), 9)": "PermissionError",
    "os.fork()": "PermissionError",
    "__import__('socket')": "",
    "__import__('_socket').socket()": "PermissionError",
    "ctypes.CDLL(None).system(b'touch {pwned}') and 'ran'": "not a number",
    "ctypes.CDLL(None).execve(b'/bin/touch', 0, 0) and 'ran'": "not a number",
    "ctypes.string_at(0)": "stopped before",
    "bytearray(10 ** 11)": "MemoryError",
    "safe_step(J, gap, L, G)": "RecursionError",
    "[1]": "returns list",
    "True": "returns bool",
    "float('nan')": "ValueError",
    "10 ** 5000": "ValueError",
    "10 ** 2000": "no number of at most",
    "os._exit(0)": "stopped before",
    "exit(0)": "",
    "os.write(1, b'x' * 10 ** 6)": "stopped before",
    "os.write(1, b'[[[[')": "stopped before",
    "os.write(1, b'null')": "stopped before",
    "print('{{') or 1": "is 1, and it does not hold",
    "sys.stdin.read()": "returns str",
    "(_ for _ in ()).throw(ValueError(chr(27) + '[31m'))": "?[31m",
    "time.sleep(99)": "PermissionError",
}
"""What a program may try, and what its author is told."""


def programmed(expression: str, run_code: bool = True, head: str = "") -> Report:
    program = (
        f"import ctypes, os, sys, time\n{head}def safe_step(J, gap, L, G):\n    return {expression}"
    )
    text = f'exercise = "safe_step/9"\n[answer]\nprogram = {json.dumps(program)}\n'
    return judge(text, EXERCISES, run_code=run_code)


def test_a_program_is_judged_by_its_values() -> None:
    assert programmed(SAFE).full
    (told,) = programmed("2*(1-J)*gap/L").reasons()
    assert "safe_step(99/100, 1/2, 1, 1/10) is 0.01, and it does not hold that" in told


def test_nothing_is_run_unless_the_teacher_says_so(tmp_path: Path) -> None:
    with patch("course.kinds.code.values_of", side_effect=AssertionError("run")):
        report = programmed(SAFE, run_code=False)
    assert report.earned == 0 and "--run-code" in report.reasons()[0]


@pytest.mark.parametrize("expression", HOSTILE)
def test_a_program_can_do_nothing_but_compute(expression: str, tmp_path: Path) -> None:
    victim, pwned = tmp_path / "victim", tmp_path / "pwned"
    victim.touch()
    report = programmed(expression.format(victim=victim, pwned=pwned))
    assert report.earned == 0 and HOSTILE[expression] in "\n".join(report.reasons())
    assert victim.exists() and not pwned.exists()


@pytest.mark.parametrize(
    "head",
    [
        "while True: pass\n",
        "import _thread\na = _thread.allocate_lock()\na.acquire()\na.acquire()\n",
    ],
)
def test_a_program_that_does_not_end_is_stopped(head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "CLOCK", 1.0)
    assert "stopped before" in programmed("1", head=head).reasons()[0]


def test_a_program_does_not_see_the_answers_and_cannot_replace_the_judge() -> None:
    head = "import json, fractions\nfractions.Fraction.as_integer_ratio = lambda self: (1, 0)\n"
    assert "no number" in programmed(SAFE, head=head).reasons()[0]
    rooms = "any(name.startswith(('course', 'theory')) for name in sys.modules)"
    seen = f"int({rooms} or 'largest' in str(vars(sys.modules['__main__'])))"
    assert "is 0, and" in programmed(seen).reasons()[0]


def test_a_machine_that_cannot_confine_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = (
        Path(sandbox.__file__).read_text().replace("or platform.machine() not in CALLS", "or True")
    )
    leaky = Path(sandbox.__file__).read_text().replace("0x00050000 | EPERM", "0x7FFF0000")
    for source, reason in ((weak, "code is run on Linux"), (leaky, "should be refused is not")):
        assert source != Path(sandbox.__file__).read_text()
        with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
            file.write(source)
            file.flush()
            monkeypatch.setattr("course.kinds.code.sandbox.__file__", file.name)
            (mark,) = programmed(SAFE).marks
        monkeypatch.undo()
        assert mark.verdict == "undecided" and reason in mark.reasons[0]
