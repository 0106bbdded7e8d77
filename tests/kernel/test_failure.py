"""A proof that fails says where, what was asked, and at which numbers; planted wrong proofs."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from typer.testing import CliRunner

from gradgap import app
from theory.kernel import solvers as s
from theory.kernel.proof import Proof, conclude
from theory.kernel.statement import Statement
from theory.kernel.terms import Term, conj
from theory.ledger import run as ledger
from theory.ledger.failure import lines_of
from theory.proofs import sharp_step as proof_file
from theory.statements import STATEMENTS
from theory.statements._common import F, J, L, change, eta, gap

CLAIM = STATEMENTS["sharp_step"]


def entry_of(monkeypatch: pytest.MonkeyPatch, planted: Statement, **how: object) -> ledger.Entry:
    monkeypatch.setattr(ledger, "STATEMENTS", {**STATEMENTS, planted.slug: planted})
    (entry,) = ledger.verify([planted.slug], **how).entries  # type: ignore[arg-type]
    assert entry.verdict == "undecided"
    return entry


def claiming(*comparisons: Term) -> Statement:
    return replace(CLAIM, conclusion=conj(*comparisons))


HALVED = claiming(
    -(L * eta**2 / (4 * F)) <= change - gap * eta, change - gap * eta <= L * eta**2 / (2 * J)
)


def test_half_the_curvature_fails_at_the_last_step_at_numbers_that_break_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failure = entry_of(monkeypatch, HALVED).failure
    assert failure is not None
    assert (failure["proof"], failure["rule"]) == ("the proof", "conclude")
    assert failure["step"] == failure["of"] > 100
    assert failure["answers"] == {"z3": "sat", "cvc5": "sat"}
    assert "L·η²/(4·" in failure["show"]
    at = {name: Fraction(failure["numbers"][name]) for name in ("J", "L", "η", "Δμ", "Δ log-odds")}
    assert 0 < at["J"] < 1
    moved = at["Δ log-odds"] - at["Δμ"] * at["η"]
    bend = at["L"] * at["η"] ** 2
    assert -bend / (2 * (1 - at["J"])) <= moved < -bend / (4 * (1 - at["J"]))
    assert [side.split(" ≤ ")[1] for side in failure["sides"]] == [str(moved)]
    assert failure["meaning"].keys() >= {"J", "Δμ"}
    text = "\n".join(lines_of(failure))
    assert all(word in text for word in (failure["show"], *failure["sides"], "gradgap break"))


@pytest.mark.slow
def test_a_step_that_lacks_a_fact_asks_whether_a_quotient_has_a_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = proof_file.prove(CLAIM.formal_conclusion)
    careless = conclude(CLAIM.formal_conclusion, *whole.premises[:2])  # J > 0 is not among these

    def prove(goal: Term) -> Proof:
        return careless

    monkeypatch.setattr(proof_file, "prove", prove)
    failure = entry_of(monkeypatch, CLAIM).failure
    assert failure is not None and failure["numbers"]
    questions = [o.kind for o in careless.own if s.decide(o.text, 1).verdict != "proved"]
    assert "meaningful" in questions
    assert len(failure["given"]) == 2


def test_a_hypothesis_that_was_changed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = tuple(h for h in CLAIM.hypotheses if h.name != "smooth")
    reason = entry_of(monkeypatch, replace(CLAIM, hypotheses=listed)).reason
    assert reason is not None and "does not list" in reason and "L" in reason


def test_an_unanswered_question_has_no_numbers_and_the_clock_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def late(text: str, effort: float) -> s.Answer:
        return dict(s.CANARIES).get(text, "clock")

    entry = entry_of(monkeypatch, CLAIM, solvers={**s.SOLVERS, "cvc5": late})
    assert entry.failure is not None and not entry.failure["numbers"]
    assert entry.checkers["cvc5"] == "clock" and "stopped by the clock" in str(entry.reason)
    assert "No numbers" in "\n".join(lines_of(entry.failure))


@pytest.mark.slow
def test_what_is_proved_has_no_failure_and_the_command_line_shows_one_that_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (entry,) = ledger.verify(["sharp_step"]).entries
    assert (entry.verdict, entry.failure) == ("proved", None)
    monkeypatch.setattr(ledger, "STATEMENTS", {**STATEMENTS, "sharp_step": HALVED})
    for command in (["verify", "sharp_step", "--jobs", "1"], ["explain", "sharp_step"]):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 1
        assert "which is false" in done.output and "L·η²/(4·" in done.output
    done = CliRunner().invoke(app, ["verify", "sharp_step", "--jobs", "1", "--json"])
    (claim,) = json.loads(done.stdout)["claims"]
    assert claim["failure"]["sides"]


@pytest.mark.slow
def test_the_steps_name_axioms_and_hypotheses() -> None:
    printed = CliRunner().invoke(app, ["explain", "sharp_step", "--steps"]).output
    assert "[axiom log_tangent" in printed or "[axiom exp_tangent" in printed
    assert "[hypothesis smooth]" in printed
    assert "[axiom ]" not in printed and "[assume ]" not in printed
