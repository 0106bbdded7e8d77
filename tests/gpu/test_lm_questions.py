"""Questions and their verifiers: the format of GSM8K, numbers as people write them."""

from __future__ import annotations

import sys
from fractions import Fraction
from types import SimpleNamespace

import pytest

from gpu_checks.lm import questions
from gpu_checks.lm.loading import Missing
from gpu_checks.lm.questions import exact, number_of, numeric
from tests.command_line import assert_refused, gradgap

PLAIN = SimpleNamespace(tokenizer=SimpleNamespace(chat_template=None))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("18", 18),
        ("She makes 9 * 2 = $<<9*2=18>>18 every day.\n#### 18", 18),
        ("#### 1,234,567", 1234567),
        ("the answer is -3.50 dollars", Fraction(-7, 2)),
        ("between 3/4 and 1/2", Fraction(1, 2)),
        ("so x = \\boxed{42}, since 7 is prime", 42),
        ("\\boxed{1} then \\boxed{2}", 2),
        ("It costs $5.", 5),
        (".5", Fraction(1, 2)),
        ("12.", 12),
        ("−7", -7),
        ("10 - 3", 3),
        ("no number", None),
        ("1/0", None),
        ("", None),
        ("1,23", 23),
        ("3.0", 3),
        ("x2", None),
    ],
)
def test_the_last_number_is_read_as_it_is_written(text, number):
    assert number_of(text) == number


@pytest.mark.parametrize(
    ("response", "answer", "right"),
    [
        ("3.0", "#### 3", True),
        ("1,000", "1000", True),
        ("4", "#### 3", False),
        ("3 or 4", "#### 3", False),
        ("", "#### 3", False),
        ("three", "#### 3", False),
        ("2/4", "0.5", True),
    ],
)
def test_numeric_compares_values_and_nothing_else(response, answer, right):
    assert numeric(response, answer) is right


def test_exact_compares_text():
    assert exact(" Paris\n", "it is #### Paris")
    assert not exact("paris", "Paris")


def test_a_file_is_read_line_by_line(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text(
        '{"question": "1+1?", "answer": "#### 2"}\n\n{"question": "?", "answer": "3"}\n'
    )
    made = questions.from_file(path, "numeric", PLAIN, " Answer:")
    assert made.prompts == ("1+1? Answer:\n", "? Answer:\n")
    assert made.right(0, "2")
    assert not made.right(1, "2")
    assert made.some(1, 1).right(0, "3")


@pytest.mark.parametrize(
    ("text", "verifier", "says"),
    [
        ("", "numeric", "no questions"),
        ('{"question": "1"}', "numeric", ":1: a line is"),
        ('{"question": "a", "answer": "1"}\nnot json', "exact", ":2: a line is"),
        ('{"question": "1", "answer": "none"}', "numeric", "the answer has no number"),
        ('{"question": "1", "answer": "1"}', "magic", "a verifier is one of numeric, exact"),
    ],
)
def test_a_file_that_is_none_says_which_line(tmp_path, text, verifier, says):
    path = tmp_path / "q.jsonl"
    path.write_text(text)
    with pytest.raises(ValueError, match=says):
        questions.from_file(path, verifier, PLAIN)


# -- without the extra -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("probe", "--preset", "smollm"),
        ("phase", "--preset", "lm", "--out", "OUT"),
        ("cumulative", "--preset", "lm", "--out", "OUT"),
    ],
)
def test_without_transformers_one_line_says_what_to_install(monkeypatch, tmp_path, arguments):
    monkeypatch.setitem(sys.modules, "transformers", None)
    given = [str(tmp_path / "out") if one == "OUT" else one for one in arguments]
    assert_refused(gradgap(*given), "transformers is not installed", "pip install", "lm]")


def test_without_reasoning_gym_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "reasoning_gym", None)
    with pytest.raises(Missing, match="reasoning-gym is not installed: pip install"):
        questions.from_generator("chain_sum", PLAIN)
