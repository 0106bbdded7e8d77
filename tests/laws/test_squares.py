"""Sums of squares: what they prove, and that the checker refuses whatever is changed."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from theory.inequality.balls import ball_precision
from theory.inequality.certificate import Budget, Certificate, Node, Square, nodes
from theory.inequality.checker import check
from theory.inequality.contract import Side
from theory.inequality.decision import as_question, decide_here
from theory.inequality.expression import Question, variables
from theory.inequality.goals import Goal, goals, slack
from theory.inequality.gram import sum_of_squares
from theory.inequality.polynomial_route import prove_by_squares
from theory.inequality.squares import squares
from theory.rocq.squares import HEAD, lemma

ONE = Fraction(1)
POSITIVE = ["0 < x", "0 < y", "0 < z"]
PROVED = [
    ("x^2/y^2 + y^2/z^2 + z^2/x^2 >= x/z + y/x + z/y", POSITIVE),
    ("x^2/y + y^2/z + z^2/w + w^2/x >= x + y + z + w", [*POSITIVE, "0 < w"]),
    (
        "abs(x*y*(x^2-y^2) + y*z*(y^2-z^2) + z*x*(z^2-x^2)) <= 9*sqrt(2)/32*(x^2+y^2+z^2)^2",
        [],
    ),
    ("x^4*y^2 + x^2*y^4 + 1 >= 3*x^2*y^2", []),
    ("x*(x-y)*(x-z) + y*(y-x)*(y-z) + z*(z-x)*(z-y) >= 0", ["0 <= x", "0 <= y", "0 <= z"]),
    ("x*y + abs(x - y) <= 1", ["x^2 + y^2 == 1"]),
    ("x*w + y*z <= sqrt(x^2 + y^2)*sqrt(w^2 + z^2)", []),
    ("x^4 - 4*x + 31/10 > 0", []),
]
"""Cyclic sums, IMO 2006, Motzkin, Schur, on an equation, with roots, with room."""
FALSE = [
    ("x^2/y^2 + y^2/z^2 + z^2/x^2 >= 1001/1000*(x/z + y/x + z/y)", POSITIVE),
    ("x^4*y^2 + x^2*y^4 + 1 > 3*x^2*y^2", []),
    ("x*(x-y)*(x-z) + y*(y-x)*(y-z) + z*(z-x)*(z-y) >= 0", ["0 <= x", "0 <= y"]),
    ("x*y + abs(x - y) <= 999/1000", ["x^2 + y^2 == 1"]),
    ("x^4 - 4*x + 3 > 0", []),
]


def certificate_of(claim: str, assume: list[str]) -> tuple[Question, Certificate]:
    question = as_question(claim, assume)
    found = prove_by_squares(question, Budget(30))
    assert found is not None
    return question, found


@pytest.mark.parametrize(("claim", "assume"), PROVED)
def test_a_sum_of_squares_is_found_and_accepted(claim: str, assume: list[str]) -> None:
    question, certificate = certificate_of(claim, assume)
    assert certificate.has_squares() and check(question, certificate)


def test_the_verdict_says_so_and_one_solver_only_is_not_enough() -> None:
    result = decide_here("x^4*y^2 + x^2*y^4 + 1 >= 3*x^2*y^2")
    assert (result.verdict, result.certified) == ("proved", True)
    assert "squares" in result.method and "squares" in str(result)


@pytest.mark.parametrize(("claim", "assume"), FALSE)
def test_a_false_twin_has_none(claim: str, assume: list[str]) -> None:
    assert prove_by_squares(as_question(claim, assume), Budget(1)) is None


@pytest.mark.parametrize("twin", range(len(FALSE)))
def test_a_certificate_does_not_fit_a_twin(twin: int) -> None:
    _, certificate = certificate_of(*PROVED[(0, 3, 4, 5, 7)[twin]])
    assert not check(as_question(*FALSE[twin]), certificate)


def changed(node: Node) -> Iterator[Node]:
    """The step with one thing in one of its terms changed."""
    for i, term in enumerate(node.squares):
        powers, c = term.root[0]
        for other in (
            replace(term, weight=term.weight + Fraction(1, 10**30)),
            replace(term, weight=-term.weight),
            replace(term, factors=(*term.factors, 0)),
            replace(term, factors=(*term.factors, 99)),
            replace(term, root=((powers, c + 1), *term.root[1:])),
            replace(term, root=(((*powers, 1), c), *term.root[1:])),
        ):
            yield replace(node, squares=(*node.squares[:i], other, *node.squares[i + 1 :]))
        yield replace(node, squares=(*node.squares[:i], *node.squares[i + 1 :]))
    if node.multiplier:
        yield replace(node, multiplier=())
        yield replace(node, multiplier=node.multiplier[1:])
        yield replace(node, multiplier=(*node.multiplier, node.multiplier[0]))


@pytest.mark.parametrize(("claim", "assume"), [PROVED[3], PROVED[4], PROVED[7]])
def test_whatever_is_changed_is_refused(claim: str, assume: list[str]) -> None:
    goal = goals(as_question(claim, assume))[-1]
    node = sum_of_squares(goal, Budget(30))
    assert node is not None and squares(goal, node) == ()
    with ball_precision():
        for other in changed(node):
            assert other == node or squares(goal, other) is None


def only_goal(claim: str, assume: str = "") -> Goal:
    """On the whole line or plane, with the assumption as it is."""
    question = as_question(claim, assume or ())
    box = tuple(Side(name) for name in variables(question))
    comparison = question.claim[0]
    return Goal(slack(comparison), ">" if comparison.sign == "<" else ">=", box, question.assume)


def test_a_sum_with_a_zero_multiplier_proves_nothing() -> None:
    """-1 * 0 = 0, and (x^2 - 1) * (x - x)^2 likewise."""
    goal = only_goal("x^2 >= 1")
    nothing = Square(ONE, (), ())
    assert squares(goal, Node("squares", squares=(nothing,), multiplier=(nothing,))) is None


def test_a_multiplier_with_a_zero_elsewhere_proves_nothing_there() -> None:
    """(y^2 - 1) * x^2 = (y^2 - 1) x^2 by the equation x == 0, which says nothing about y."""
    goal = only_goal("y^2 >= 1", "x^2 == 0")
    x_squared = Square(ONE, (), (((1, 0), ONE),))
    remainder = Square(ONE, (0,), (((0, 2), ONE), ((0, 0), -ONE)))
    for sign in (ONE, -ONE):
        term = replace(remainder, weight=sign)
        assert squares(goal, Node("squares", squares=(term,), multiplier=(x_squared,))) is None


def test_what_is_not_negative_is_not_positive() -> None:
    """x^2 is a square: it proves x^2 >= 0, not x^2 > 0."""
    node = Node("squares", squares=(Square(ONE, (), (((1,), ONE),)),))
    assert squares(only_goal("x^2 >= 0"), node) == ()
    assert squares(only_goal("x^2 > 0"), node) is None


def test_a_root_and_the_rest_are_squared_with_their_signs() -> None:
    """sqrt(x) >= x - 1 where both squares say so; not sqrt(x) >= x + 1, where the signs differ."""
    true, false = as_question("sqrt(x^2 + 1) >= x"), as_question("sqrt(x^2 + 1) <= x + 1/2")
    found = prove_by_squares(true, Budget(10))
    assert found is not None and check(true, found)
    assert prove_by_squares(false, Budget(1)) is None
    assert any(node.rule == "unroot" for p in found.proofs for node in nodes(p.tree))
    assert not check(false, found)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("coqc") is None, reason="coqc is not installed")
def test_rocq_accepts_a_sum_of_squares_and_not_a_changed_one(tmp_path: Path) -> None:
    motzkin = only_goal(PROVED[3][0])
    on_circle = only_goal("x*y + x - y <= 1", "x^2 + y^2 == 1")
    for number, goal in enumerate((motzkin, on_circle)):
        node = sum_of_squares(goal, Budget(30))
        assert node is not None
        weight = node.squares[0].weight + 1
        wrong = replace(node, squares=(replace(node.squares[0], weight=weight), *node.squares[1:]))
        for name, one, accepted in (("right", node, True), ("wrong", wrong, False)):
            file = tmp_path / f"{name}{number}.v"
            file.write_text(HEAD + lemma(name, goal, one))
            run = subprocess.run(["coqc", "-q", file.name], cwd=tmp_path, capture_output=True)
            assert (run.returncode == 0) == accepted
