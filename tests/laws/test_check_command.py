"""``gradgap check`` as a person or a script meets it: exit codes, JSON, limits, bad input."""

from __future__ import annotations

import json
from fractions import Fraction
from subprocess import CompletedProcess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command_line import assert_refused, gradgap
from tests.depth import examples

KEYS = {"verdict", "method", "reason", "counterexample", "certified", "steps"}


def check(*args: str, stdin: str = "") -> CompletedProcess[str]:
    return gradgap("check", *args, stdin=stdin)


@pytest.mark.parametrize(
    ("args", "code", "verdict"),
    [
        (("log(x) <= x - 1", "--assume", "0 < x"), 0, "proved"),
        (("exp(x) >= 1 + x",), 0, "proved"),
        (("(1 - J)/2 <= 1/(4*J)", "-a", "0 < J < 1"), 0, "proved"),
        (("exp(x) <= 1 + x + x**2",), 1, "refuted"),
        (("x*log(x) >= 0", "-a", "0 < x <= 1"), 1, "refuted"),
        (("sin(x) < 1", "--effort", "1"), 3, "undecided"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, tuple) else None,
)
def test_the_exit_code_says_the_verdict(args: tuple[str, ...], code: int, verdict: str) -> None:
    done = check(*args, "--json")
    assert done.returncode == code, done.stderr
    answer = json.loads(done.stdout)
    assert set(answer) == KEYS and answer["verdict"] == verdict
    assert answer["certified"] == (verdict != "undecided")
    assert (answer["counterexample"] is not None) == (verdict == "refuted")


def test_a_refutation_is_an_exact_point() -> None:
    answer = json.loads(check("x**2 >= x", "--json").stdout)
    x = Fraction(answer["counterexample"]["x"])
    assert x**2 < x


def test_a_formula_comes_from_standard_input() -> None:
    assert check("-", "--json", stdin="x**2 >= 0\n").returncode == 0


@pytest.mark.parametrize(
    "formula",
    [
        "x.__class__ < 1",
        "__import__('os') < 1",
        "x < 10**10**10",
        "(" * 100_000 + "x" + ")" * 100_000 + " < 1",
        "х < 1",  # a Cyrillic letter
        "x = 1",
        "x",
        "",
        "x <",
        "x ! 1",
        "1 < 2 3",
    ],
    ids=lambda x: ascii(x)[:30],
)
def test_bad_input_is_one_line(formula: str) -> None:
    assert_refused(check("-", stdin=formula))


def test_ten_megabytes_are_refused_unread() -> None:
    assert_refused(check("-", stdin="1+" * 5_000_000 + "1 > 0"), "characters")


def test_the_clock_says_that_it_was_the_clock() -> None:
    done = check("sin(x) < 1", "--effort", "1e5", "--timeout", "2", "--json")
    assert (done.returncode, json.loads(done.stdout)["reason"]) == (3, "clock")


@pytest.mark.slow
@given(st.text(alphabet="xyJ0123456789.+-*/^()<>= ,elogsqrtinabmpx", max_size=40))
@examples(150)
def test_no_text_makes_a_traceback(text: str) -> None:
    done = check("--effort", "0.05", "--json", "--", text)
    if done.returncode == 2:
        assert_refused(done)
    else:
        assert done.returncode in (0, 1, 3)
        assert set(json.loads(done.stdout)) == KEYS
