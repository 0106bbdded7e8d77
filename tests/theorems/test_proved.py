"""Each claim has its verdict: proved or refuted, by two solvers, on the printed facts, not
vacuously."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.theorems.conftest import Asked, Entries
from theory.kernel.axioms import AXIOMS, trusted_names
from theory.kernel.instance import check_instance
from theory.kernel.terms import KernelError
from theory.kernel.verdict import Case, NotThisClaim, check_proof
from theory.ledger import pins
from theory.ledger.ask import discharge
from theory.ledger.run import Entry, build
from theory.statements import STATEMENTS

PINNED = pins.recorded()

# The claims that the ledger must hold, with their verdicts.
REFUTED = ("expansion_printed", "theorem_1a_printed", "grpo_along_gap_printed")
WITNESSED = (
    *("worst_case_attained", "best_case_attained", "theorem_2", "theorem_4"),
    *("fixed_step_floor_attained", "fixed_step_at_threshold"),
    *("overshooting_aligned", "overshooting_sharp"),
    *("token_overshooting_aligned", "token_overshooting_sharp"),
)
EXPECTED = (
    dict.fromkeys(STATEMENTS, "proved")
    | dict.fromkeys(REFUTED, "refuted")
    | dict.fromkeys(WITNESSED, "witnessed")
)
PROOFLESS = [slug for slug, verdict in EXPECTED.items() if verdict == "refuted"]


def rests_on_the_pinned_facts_only(slug: str, cases: Mapping[str, Case]) -> None:
    modulo = cases[slug].modulo()
    assert modulo == PINNED[slug]["modulo"]
    assert set(modulo) <= trusted_names()


@pytest.mark.parametrize(
    "slug", [pytest.param(s, marks=pytest.mark.claim(s, aspect="proved")) for s in STATEMENTS]
)
def test_the_claim_has_its_verdict(
    slug: str,
    entries: dict[str, Entry],
    cases: Mapping[str, Case],
    record_property: Callable[[str, object], None],
) -> None:
    """The pinned statement, by both solvers, from the pinned facts, and not vacuously."""
    assert STATEMENTS[slug].fingerprint == PINNED[slug]["statement"]
    entry = entries[slug]
    assert entry.reason is None
    assert entry.verdict == EXPECTED[slug] == STATEMENTS[slug].expected
    assert entry.obligations > 0
    assert entry.checkers == {"z3": "unsat", "cvc5": "unsat"}
    rests_on_the_pinned_facts_only(slug, cases)
    assert entry.witness is not None or slug in PROOFLESS
    record_property("verdict", entry.verdict)
    record_property("questions", entry.obligations)
    for solver in entry.checkers.items():
        record_property("solvers", solver)
    for fact in entry.modulo:
        record_property("rests on", fact)


@pytest.mark.parametrize("slug", PROOFLESS)
def test_a_refuted_claim_has_a_countermodel_and_a_repair(
    slug: str, entries: dict[str, Entry]
) -> None:
    assert entries[slug].countermodel
    corrected = entries[slug].corrected_by
    assert corrected is not None
    assert entries[corrected].verdict == "proved"


def test_no_axiom_mentions_a_policy() -> None:
    for axiom in AXIOMS.values():
        assert not axiom.conclusion.symbols
        assert axiom.conclusion.free <= set(axiom.variables)


def test_the_printed_list_of_facts_is_short_and_all_of_it_is_used() -> None:
    used = {name for pin in PINNED.values() for name in pin["modulo"]}
    assert used == trusted_names()
    assert len(used) == 15


def test_a_stale_pin_is_noticed(cases: Mapping[str, Case], monkeypatch: pytest.MonkeyPatch) -> None:
    changed = {**PINNED["theorem_1b"], "modulo": ["exp_tangent"]}
    monkeypatch.setitem(PINNED, "theorem_1b", changed)
    with pytest.raises(AssertionError):
        rests_on_the_pinned_facts_only("theorem_1b", cases)


def test_answers_of_another_worker_count_and_decide(
    cases: Mapping[str, Case], tmp_path: Path
) -> None:
    questions = cases["normalisation"].obligations()
    answers = discharge(questions.values())
    first = next(iter(questions))
    denied = replace(answers[first][0], answers={"z3": "sat", "cvc5": "sat"})
    for name, answer, verdict in (("a", answers[first][0], "proved"), ("b", denied, "undecided")):
        (folder := tmp_path / name).mkdir()
        (folder / "answers other.pickle").write_bytes(pickle.dumps({first: (answer, 0.0)}))
        found = Entries(cases, lambda _, make: make(), Asked(folder))["normalisation"]
        assert found.verdict == verdict


def test_a_proof_of_another_claim_is_refused() -> None:
    proof = build(STATEMENTS["sharp_step"]).proof
    assert proof is not None
    with pytest.raises(NotThisClaim):
        check_proof(STATEMENTS["lemma_1"], proof)


def test_a_witness_of_another_claim_is_refused() -> None:
    instance = build(STATEMENTS["sharp_step"]).instance
    with pytest.raises(KernelError):
        check_instance(STATEMENTS["theorem_1b"], instance)


def test_induction_over_the_steps_is_the_rule_and_not_a_check_of_small_k() -> None:
    for slug in ("theorem_1a", "theorem_1b", "theorem_1b_sharp", "corollary_1", "fixed_step_floor"):
        proof = build(STATEMENTS[slug]).proof
        assert proof is not None
        assert "induction" in proof.modulo
        assert sum(step.rule == "induction" for step in proof.steps()) >= 2
