"""The public problems are what their file says: they parse, the false ones fail where it says, and
no random point speaks against the true ones."""

import tomllib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from theory.inequality.decision import as_question
from theory.inequality.expression import Question, variables
from theory.inequality.refute import refutes, truth
from theory.inequality.search import claim_margin, on_equations, random_points, ranges

PATH = Path(__file__).resolve().parents[1] / "benchmarks" / "public_problems.toml"
PROBLEMS = tomllib.loads(PATH.read_text())["problems"]


def seems_false(question: Question, count: int = 200) -> bool:
    """Whether a random point in the assumptions fails the claim: by floats, then in balls."""
    names = variables(question)
    rng = np.random.default_rng(0)
    points = random_points(list(ranges(question, names).values()), count, rng)
    points = on_equations(question, names, points)
    failing = np.flatnonzero(claim_margin(question, names, points) < -1e-6)[:20]
    fractions = [dict(zip(names, map(Fraction, points[i]), strict=True)) for i in failing]
    return any(refutes(question.assume, question.claim, point) for point in fractions)


def test_names_are_distinct_and_half_is_held_out():
    names = [problem["name"] for problem in PROBLEMS]
    assert len(names) == len(set(names)) >= 150
    assert 0.4 < np.mean([problem["holdout"] for problem in PROBLEMS]) < 0.6


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem["name"])
def test_the_truth_is_what_the_file_says(problem):
    question = as_question(problem["claim"], problem["assume"])
    if problem["truth"]:
        assert not {"at", "why"} & problem.keys()
        assert not seems_false(question)
    elif "at" in problem:
        point = {name: Fraction(x) for name, x in problem["at"].items()}
        assert refutes(question.assume, question.claim, point)
    else:
        assert problem["why"]


def test_a_false_problem_that_is_called_true_is_seen():
    assert seems_false(as_question("log(1+x) <= x/2", ["x > -1"]))
    assert truth(as_question("x/x == 1").claim[0], {"x": Fraction(0)}) == "undefined"
