"""Mutants of the claims: what is proved is never refuted, and the record says what is found.

The whole study is `python -m tests.benchmarks.mutants`; here is a fixed sample of it, with every
operator and every verdict.
"""

import time
from dataclasses import replace
from functools import cache

import pytest
from flint import arb

from numeric.attack.pool import Candidate, candidates, donors, small_policies
from numeric.attack.search import BrokenClaimError, kept, obeys, search
from numeric.checks._base import Truth, check
from numeric.checks._instances import Instance
from tests.benchmarks import mutants as benchmark
from tests.benchmarks.mutants import (
    COLUMNS,
    FOLDER,
    RELATIONS,
    SoundnessAlarm,
    as_csv,
    as_markdown,
    counts,
    evidence,
    examine,
    is_current,
    recorded,
)
from theory.attack import mutant_proofs
from theory.attack.mutant_proofs import Judge, NoProof, Patience, judge_of, prove
from theory.attack.mutate import OPERATORS, about_numbers, comparisons, mutants, mutations
from theory.kernel.terms import forall, var
from theory.pretty import pretty
from theory.statements import STATEMENTS
from theory.vocabulary import k, steps

RECORD = recorded()
SAMPLE = [
    ("sharp_step", "conclusion, constant: 2 → 4"),
    ("sharp_step", "conclusion, constant: 2 → 1"),
    ("sharp_step", "conclusion, scale: right side times 9/10 (place 2)"),
    ("sharp_step", "conclusion, exponent: η² → η³"),
    ("sharp_step", "conclusion, summand: Δ log-odds - Δμ·η → Δ log-odds"),
    ("sharp_step", "conclusion, J and 1-J: (1-J) → J"),
    ("sharp_step", "conclusion, sign: right side negated (place 2)"),
    ("sharp_step", "smooth, dropped"),
    ("lemma_1", "conclusion, constant: 8 → 4"),
    ("lemma_1", "short, dropped"),
    ("eta_safe", "conclusion, relation: J < J' → J' ≤ J"),
    ("eta_safe", "conclusion, strictness: J < J' → J ≤ J'"),
    ("eta_safe", "below_threshold, constant: 2 → 1 (place 3)"),
    ("eta_safe", "below_threshold, scale: right side times 2"),
    ("normalisation", "conclusion, plus and minus: growth_plus → growth_minus"),
    ("normalisation", "conclusion, relation: J' = J·growth_plus → J' ≤ J·growth_plus"),
    ("lemma_1", "conclusion, scale: right side times 9/10"),
    ("theorem_1a_printed", "conclusion, sign: C0 + C0' → C0 - C0'"),
]
QUICK = [SAMPLE[0], SAMPLE[7], SAMPLE[-1]]
VERDICTS = ("refuted", "proved", "undecided")
ATOM = 2 * var("J") ** 2 <= 1 + var("eta")


@cache
def of_claim(slug):
    return tuple(mutants(STATEMENTS[slug]))


def of(slug, name):
    return next(m for m in of_claim(slug) if m.name == name)


def on_record(slug, name):
    return next(f for f in RECORD[slug].findings if f.name == name)


@cache
def judge(slug):
    return judge_of(STATEMENTS[slug])


# -- the mutants themselves ------------------------------------------------------------------------


@pytest.mark.slow
def test_mutants_are_distinct_named_apart_and_none_is_the_claim():
    for statement in STATEMENTS.values():
        found = of_claim(statement.slug)
        assert len({m.name for m in found}) == len(found)
        assert statement not in [m.statement for m in found]
        assert len({(m.statement.conclusion, m.statement.hypotheses) for m in found}) == len(found)


def test_the_order_of_mutants_is_fixed():
    mutants_again = [m.name for m in mutants(STATEMENTS["theorem_1b"])]
    assert mutants_again == [m.name for m in mutants(STATEMENTS["theorem_1b"])]
    assert mutants_again[0].startswith("conclusion") and "dropped" in " ".join(mutants_again)


def test_a_mutant_changes_its_conclusion_or_one_hypothesis_and_nothing_else():
    for slug in ("sharp_step", "eta_safe", "theorem_1b", "theorem_2"):
        claim = STATEMENTS[slug]
        for m in of_claim(slug):
            others = {h.name: h for h in claim.hypotheses if h.name != m.where}
            kept = {h.name: h for h in m.statement.hypotheses if h.name != m.where}
            assert others == kept
            assert (m.statement.conclusion == claim.conclusion) == (m.where != "conclusion")


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("constant", "4·J² ≤ 1 + η"),
        ("scale", "2·J² ≤ (11/10)·(1 + η)"),
        ("sign", "2·J² ≤ 1 - η"),
        ("exponent", "2·J³ ≤ 1 + η"),
        ("summand", "2·J² ≤ η"),
        ("strictness", "2·J² < 1 + η"),
        ("relation", "1 + η ≤ 2·J²"),
        ("J and 1-J", "2·(1-J)² ≤ 1 + η"),
    ],
)
def test_an_operator_makes_the_change_it_is_named_after(operator, expected):
    found = [pretty(m) for name, _, m in mutations(ATOM, frozenset("JF")) if name == operator]
    assert expected in found


def test_indices_and_elements_are_left_alone():
    step = forall(k, steps(k + 1) <= steps(0))
    assert [pretty(atom) for _, atom in comparisons(step)] == ["η(k + 1) ≤ η(0)"]
    assert all("η(k + 1)" in pretty(m) for _, _, m in mutations(step.args[1], frozenset()))


def test_a_step_range_is_about_numbers_and_a_policy_is_not():
    named = {h.name: about_numbers(h.formula) for h in STATEMENTS["theorem_1b"].hypotheses}
    assert {name for name, yes in named.items() if yes} == {"forward", "positive_L", "adapted"}


# -- the fixed sample ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        pytest.param(
            *one, marks=[pytest.mark.claim(one[0]), *[pytest.mark.slow] * (one not in QUICK)]
        )
        for one in SAMPLE
    ],
)
def test_the_sample_is_found_as_it_is_on_record(slug, name, record_property):
    found = examine(STATEMENTS[slug], of(slug, name), judge(slug))
    assert found == on_record(slug, name)
    record_property("mutant", found.verdict)


def test_the_sample_has_every_operator_and_every_verdict():
    found = [on_record(*one) for one in SAMPLE]
    assert {of(*one).operator for one in SAMPLE} == {*OPERATORS, "dropped"} - {"max and min"}
    assert {f.verdict for f in found} == set(VERDICTS)
    assert {"weaker", "equivalent", "stronger"} <= {f.relation for f in found}


def test_evidence_is_found_again():
    name = "conclusion, constant: 2 → 4"
    number = 1 + [m.name for m in mutants(STATEMENTS["sharp_step"])].index(name)
    text = evidence("sharp_step", number)
    assert name in text and "refuted on: instance" in text and "no proof" in text


# -- the record ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_record_has_every_mutant_of_every_claim():
    assert list(RECORD) == list(STATEMENTS)
    stale = [slug for slug, claim in RECORD.items() if not is_current(slug, claim)]
    assert stale == []


def test_the_tables_are_those_of_the_record():
    assert (FOLDER / "mutants.md").read_text() == as_markdown(RECORD)
    assert (FOLDER / "mutants.csv").read_text() == as_csv(RECORD)
    assert sum(counts(claim)["mutants"] for claim in RECORD.values()) >= 1000
    for claim in RECORD.values():
        row = counts(claim)
        assert tuple(row) == COLUMNS
        assert sum(row[verdict] for verdict in VERDICTS) == row["mutants"]
        assert sum(row[relation] for relation in RELATIONS) == row["proved"]


def test_a_changed_claim_makes_its_record_stale():
    found = RECORD["sharp_step"]
    assert is_current("sharp_step", found)
    assert not is_current("sharp_step", replace(found, digest="another"))
    assert not is_current("sharp_step", replace(found, findings=found.findings[1:]))


# -- planted lies ----------------------------------------------------------------------------------


def gullible(text, effort):
    return "unsat"


def test_solvers_that_believe_a_false_mutant_raise_the_alarm():
    believing = Judge(solvers={"one": gullible, "two": gullible})
    false = of("sharp_step", "conclusion, constant: 2 → 4")
    with pytest.raises(SoundnessAlarm, match="sharp_step"):
        examine(STATEMENTS["sharp_step"], false, believing)


def lying() -> Candidate:
    """A draw whose change of log odds is reported wrongly."""
    donor = next(d for d in donors() if "lemma_1" in d.slugs)
    draw = donor.draws(0, 0)[0]
    return replace(draw, label="planted", values={**draw.values, "change": arb(10) ** 9}, memory={})


@pytest.mark.slow
def test_an_instance_that_breaks_its_hypotheses_raises_the_alarm(monkeypatch):
    statement, true = STATEMENTS["lemma_1"], of("lemma_1", "conclusion, constant: 8 → 4")
    with pytest.raises(BrokenClaimError, match="planted"):
        search(statement, true.statement, [lying()])
    hit = search(statement, true.statement, [lying()], refuted=True).hit
    monkeypatch.setattr(benchmark, "refute", lambda *_: hit)
    with pytest.raises(SoundnessAlarm, match="planted"):
        examine(statement, true, judge("lemma_1"))


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["sharp_step", "eta_safe", "theorem_1b", "lemma_1"])
def test_the_claim_itself_is_proved_and_not_refuted(slug):
    assert prove(STATEMENTS[slug], STATEMENTS[slug], judge(slug)).rule == "conclude"
    statement = STATEMENTS[slug]
    assert search(statement, statement, candidates(statement, 0, 1, 20)).hit is None


def test_a_proof_may_not_use_what_the_mutant_dropped():
    with pytest.raises(NoProof, match="smooth"):
        prove(
            STATEMENTS["sharp_step"],
            of("sharp_step", "smooth, dropped").statement,
            judge("sharp_step"),
        )


@pytest.mark.slow
def test_a_shorter_step_range_is_derived_and_a_longer_one_is_not():
    claim = STATEMENTS["theorem_1b"]
    for factor, proved in (("1/2", True), ("2", False)):
        mutant = of("theorem_1b", f"adapted, scale: right side times {factor}").statement
        try:
            proof = prove(claim, mutant, judge("theorem_1b"))
        except NoProof:
            assert not proved
        else:
            assert proved and proof.rule == "cut"
            assert claim.formal_hypotheses["adapted"] not in proof.hypotheses


def test_a_solver_that_does_not_come_back_is_stopped_by_the_clock(monkeypatch):
    monkeypatch.setattr(mutant_proofs, "CLOCK", 5.0)

    def forgetful(text, effort):
        if text == "hard":
            time.sleep(600)
        return "unsat"

    patience = Patience({"one": forgetful})
    ask = patience.solvers()["one"]
    assert [ask("easy", 0.01), ask("hard", 0.01), ask("easy", 0.01)] == [
        "unsat",
        "clock",
        "unsat",
    ]
    patience.stop()


# -- instances keep the hypotheses of the mutant ---------------------------------------------------


def test_tight_steps_keep_the_hypotheses_and_break_a_step_range_that_is_too_long():
    claim, tight = STATEMENTS["lemma_1_sharp"], small_policies(Instance)[-6:]
    assert all(obeys(step, claim) for step in tight)
    longer = of("eta_safe", "below_threshold, scale: right side times 11/10")
    assert search(STATEMENTS["eta_safe"], longer.statement, tight).hit is not None


@pytest.mark.slow
def test_a_changed_hypothesis_must_hold_certainly():
    claim = STATEMENTS["eta_safe"]
    mutant = of("eta_safe", "below_threshold, scale: right side times 2").statement
    changed = next(h.formula for h in mutant.hypotheses if h.name == "below_threshold")
    fitting = [c for c in candidates(mutant, 0, 1, 20) if kept(c, mutant) is not None]
    assert any(kept(c, claim) is None for c in fitting)
    for candidate in fitting:
        sides = check(mutant, candidate.on(mutant), changed)
        undefined = candidate.truth(mutant, changed) is Truth.UNDEFINED
        assert undefined or all(c.holds for c in sides)


def test_of_a_drawn_run_every_step_counts_and_only_if_it_may_rest_afterwards():
    values = {"K": 3, "M": None, "eta": lambda j: arb(1 if j < 2 else 5)}
    bounded, claim = forall(k, steps(k) <= 1), STATEMENTS["theorem_1b"]
    assert Candidate("", "", (), values=values).truth(claim, bounded) is Truth.FALSE  # at step 2
    assert Candidate("", "", (), values={**values, "K": 1}).truth(claim, bounded).kept
    endless = STATEMENTS["theorem_1b_limit"]
    assert Candidate("", "", (), values=values).truth(endless, bounded) is Truth.OPEN
