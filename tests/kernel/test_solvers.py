"""Two solvers must agree; a solver that lies, errs, gives up or is missing proves nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress

import pytest
from typer.testing import CliRunner

from gradgap import app
from theory.kernel import solvers as s
from theory.kernel.obligations import implication
from theory.kernel.terms import const, eq, var
from theory.ledger import run as ledger
from theory.statements import STATEMENTS

x, y = var("x"), var("y")
SQUARE = implication((), 0 <= x * x).text
WRONG = implication((), 0 <= x).text
SLUG = "jensen_exp"
CANARY_TEXTS = {text for text, _ in s.CANARIES}


def always(answer: s.Answer) -> s.Solver:
    return lambda text, effort: answer


def honest_on_canaries(answer: s.Answer) -> s.Solver:
    """Knows the known questions; says the same to all others."""
    return lambda text, effort: dict(s.CANARIES).get(text, answer)


class Spy:
    """Passes every question on to a real solver, and remembers it."""

    def __init__(self, solver: s.Solver) -> None:
        self.solver = solver
        self.asked: list[tuple[str, float]] = []

    def __call__(self, text: str, effort: float) -> s.Answer:
        self.asked.append((text, effort))
        return self.solver(text, effort)


def verdict(solvers: Mapping[str, s.Solver]) -> ledger.Entry:
    (entry,) = ledger.verify([SLUG], solvers=solvers).entries
    return entry


@pytest.mark.parametrize("name", s.SOLVERS)
def test_each_solver_tells_true_from_false(name: str) -> None:
    solver = s.SOLVERS[name]
    assert solver(SQUARE, 5) == "unsat"
    assert solver(WRONG, 5) == "sat"
    s.check_canaries(5, {name: solver})


@pytest.mark.parametrize("answer", ["unsat", "sat", "unknown"])
@pytest.mark.parametrize("name", s.SOLVERS)
def test_a_solver_that_always_says_the_same_is_found_out(name: str, answer: s.Answer) -> None:
    liar = {**s.SOLVERS, name: always(answer)}
    with pytest.raises(s.LyingSolver, match=f"{name} answered {answer}"):
        ledger.verify([SLUG], solvers=liar)


@pytest.mark.parametrize("answer", ["unsat", "sat"])
def test_two_liars_are_found_out_though_they_agree(answer: s.Answer) -> None:
    with pytest.raises(s.LyingSolver):
        ledger.verify([SLUG], solvers={"a": always(answer), "b": always(answer)})


@pytest.mark.parametrize("name", s.SOLVERS)
def test_a_disagreement_stops_everything(name: str) -> None:
    with pytest.raises(s.SolverDisagreement):
        s.decide(SQUARE, 5, {**s.SOLVERS, name: always("sat")})
    with pytest.raises(s.SolverDisagreement):
        s.decide(WRONG, 5, {**s.SOLVERS, name: always("unsat")})
    with pytest.raises(s.SolverDisagreement):
        verdict({**s.SOLVERS, name: honest_on_canaries("sat")})
    with pytest.raises(s.SolverDisagreement):
        s.decide(SQUARE, 5, {**s.SOLVERS, "third": always("sat")})


ANSWERS: list[tuple[tuple[s.Answer, ...], str]] = [
    (("unsat", "unsat"), "proved"),
    (("unsat", "unsat", "unsat"), "proved"),
    (("sat", "sat"), "refuted"),
    (("unsat", "unknown"), "undecided"),
    (("unknown", "unsat"), "undecided"),
    (("unsat", "unsat", "unknown"), "undecided"),
    (("unknown", "unknown"), "undecided"),
    (("sat", "unknown"), "undecided"),
    (("unsat",), "undecided"),
    ((), "undecided"),
]


@pytest.mark.parametrize(("answers", "expected"), ANSWERS)
def test_proved_means_that_two_solvers_or_more_all_said_unsat(
    answers: tuple[s.Answer, ...], expected: str
) -> None:
    solvers = {f"solver {i}": always(answer) for i, answer in enumerate(answers)}
    assert s.decide(SQUARE, 1, solvers).verdict == expected


def test_a_claim_is_proved_by_two_solvers_and_undecided_with_one() -> None:
    both = verdict(s.SOLVERS)
    assert (both.verdict, both.checkers) == ("proved", {"z3": "unsat", "cvc5": "unsat"})
    for name in s.SOLVERS:
        alone = verdict({name: s.SOLVERS[name]})
        assert (alone.verdict, alone.checkers) == ("undecided", {name: "unsat"})
    assert verdict({}).verdict == "undecided"


@pytest.mark.parametrize("name", s.SOLVERS)
def test_unknown_is_undecided_and_the_ledger_says_so(name: str) -> None:
    entry = verdict({**s.SOLVERS, name: honest_on_canaries("unknown")})
    assert entry.verdict == "undecided"
    assert entry.checkers[name] == "unknown"
    assert entry.witness is None
    assert entry.reason is not None and "not answered unsat by both" in entry.reason


@pytest.mark.parametrize("name", s.SOLVERS)
def test_one_unanswered_question_is_enough_to_leave_a_claim_undecided(name: str) -> None:
    """Also a question of the witness alone."""
    case = ledger.build(STATEMENTS[SLUG])
    assert case.proof is not None
    of_the_proof = case.proof.obligations()
    of_the_witness = [q for d, q in case.obligations().items() if d not in of_the_proof]
    for question in (*list(of_the_proof.values())[:1], *of_the_witness[:1]):

        def gives_up(text: str, effort: float, hard: str = question.text) -> s.Answer:
            return "unknown" if text == hard else s.SOLVERS[name](text, effort)

        assert verdict({**s.SOLVERS, name: gives_up}).verdict == "undecided"


def test_every_question_goes_to_both_solvers_once() -> None:
    spies = {name: Spy(solver) for name, solver in s.SOLVERS.items()}
    run = ledger.verify([SLUG], effort=7.0, solvers=spies)
    wanted = sorted(q.text for q in run.cases[SLUG].obligations().values())
    assert wanted
    for spy in spies.values():
        asked = [(text, effort) for text, effort in spy.asked if text not in CANARY_TEXTS]
        assert sorted(text for text, _ in asked) == wanted
        assert {effort for _, effort in asked} == {7.0}
        assert len(spy.asked) == len(wanted) + len(s.CANARIES)


def test_an_error_in_a_solver_proves_nothing() -> None:
    def broken(text: str, effort: float) -> s.Answer:
        raise RuntimeError("out of memory")

    for name in s.SOLVERS:
        with pytest.raises(s.SolverFailed, match=f"{name}: out of memory"):
            ledger.verify([SLUG], solvers={**s.SOLVERS, name: broken})


def test_the_command_line_says_in_one_line_that_a_solver_broke(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*args: object, **options: object) -> ledger.Ledger:
        raise s.SolverFailed("cvc5: out of memory")

    monkeypatch.setattr(ledger, "verify", broken)
    done = CliRunner().invoke(app, ["verify", SLUG])
    assert done.exit_code == 1
    assert done.stderr == "gradgap: nothing is decided. SolverFailed: cvc5: out of memory\n"


HARD = implication(
    (), 3 * x**5 * y**4 + y**7 * x**3 + (x * y) ** 8 + const(5) <= x**16 + y**16 + x**6 * y**12 + 9
).text


@pytest.mark.parametrize("name", s.SOLVERS)
def test_a_solver_out_of_steps_answers_unknown(name: str) -> None:
    assert s.SOLVERS[name](HARD, 0.001) == "unknown"


def test_too_little_effort_is_undecided_on_the_command_line() -> None:
    result = CliRunner().invoke(app, ["verify", SLUG, "--effort", "0.001", "--json"])
    assert result.exit_code == 1
    (claim,) = json.loads(result.stdout)["claims"]
    assert claim["verdict"] == "undecided"
    assert "unknown" in claim["checkers"].values()
    done = CliRunner().invoke(app, ["verify", SLUG, "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["claims"][0]["verdict"] == "proved"


def test_answers_do_not_depend_on_the_questions_before() -> None:
    """Fresh contexts: what one question asserts is gone in the next."""
    for solver in s.SOLVERS.values():
        positive = implication((0 < x,), 0 <= x).text
        contradiction = implication((eq(x, 0), eq(x, 1)), 0 < x).text
        answers = [solver(q, 5) for q in (positive, contradiction, WRONG, positive, WRONG)]
        assert answers == ["unsat", "unsat", "sat", "unsat", "sat"]


@pytest.mark.parametrize("name", s.SOLVERS)
def test_malformed_questions_are_never_unsat(name: str) -> None:
    answers: list[str] = []
    for text in ("", "(assert (", "(assert (foo 1.0))(check-sat)", "(set-logic QF_NRA)", "unsat"):
        with suppress(Exception):  # each solver has errors of its own
            answers.append(s.SOLVERS[name](text, 1))
    assert "unsat" not in answers
