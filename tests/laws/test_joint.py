"""A joint theorem is proved when its proofs and its existence are, and by nothing less."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from theory.kernel.statement import BadStatement, Verdict
from theory.ledger.run import Ledger, _failure
from theory.ledger.show import show_joint
from theory.paper.theorem import jointly
from theory.rocq.files import ROOM
from theory.statements import STATEMENTS
from theory.statements._joint import JOINTS, THRESHOLD_EXACT, Part, parts_of

EXPECTED = {slug: STATEMENTS[slug].expected for slug in THRESHOLD_EXACT.slugs}


def ledger(verdicts: Mapping[str, Verdict]) -> Ledger:
    """As if these had been found."""
    return Ledger({}, [replace(_failure(STATEMENTS[s], ""), verdict=verdicts[s]) for s in verdicts])


def test_a_theorem_is_proved_when_all_of_its_claims_are_what_they_should_be() -> None:
    ((joint, verdict),) = ledger(EXPECTED).theorems()
    assert joint is THRESHOLD_EXACT and verdict == "proved and witnessed"
    (document,) = ledger(EXPECTED).as_json()["theorems"]
    assert document["verdict"] == verdict and document["claims"] == joint.slugs


@pytest.mark.parametrize("slug", EXPECTED)
@pytest.mark.parametrize("wrong", ["undecided", "refuted", "measured"])
def test_one_claim_that_is_not_leaves_it_undecided(slug: str, wrong: Verdict) -> None:
    ((_, verdict),) = ledger({**EXPECTED, slug: wrong}).theorems()
    assert verdict == "undecided"


@pytest.mark.parametrize("slug", EXPECTED)
def test_nothing_is_said_of_a_theorem_of_which_a_claim_was_not_asked(slug: str) -> None:
    assert ledger({s: v for s, v in EXPECTED.items() if s != slug}).theorems() == []


def test_a_proof_is_no_existence_and_an_existence_no_proof() -> None:
    halves = THRESHOLD_EXACT.parts
    for some in (halves[:2], halves[2:], (*halves, Part("theorem_1a_printed", ""))):
        with pytest.raises(BadStatement, match="something proved and an existence"):
            replace(THRESHOLD_EXACT, parts=some)
    with pytest.raises(BadStatement):
        replace(THRESHOLD_EXACT, slug="eta_safe")


def test_its_name_stands_for_its_claims() -> None:
    assert parts_of(["lemma_1", "threshold_exact"]) == ["lemma_1", *THRESHOLD_EXACT.slugs]
    assert parts_of(["threshold"]) == ["threshold"]


@pytest.mark.parametrize("slug", JOINTS)
def test_rocq_has_it_as_one_theorem_made_of_the_same_claims(slug: str) -> None:
    """``gradgap rocq`` compiles Statements.v with all claims."""
    text = (ROOM / "Statements.v").read_text()
    (proof,) = re.findall(rf"Theorem {slug} .*?\nProof\.\n(.*?)\nQed\.", text, re.DOTALL)
    assert set(re.findall(r"\b(\w+)\.\1\b", proof)) == set(JOINTS[slug].slugs)


def test_it_is_printed_with_all_that_its_claims_say() -> None:
    out = Console(file=StringIO(), width=100)
    with out.capture() as shown:
        show_joint(out, THRESHOLD_EXACT, ledger(EXPECTED))
    assert shown.get().rstrip().count("\nthen") == len(EXPECTED)
    assert "threshold_exact: proved and witnessed" in shown.get()
    tex = jointly(THRESHOLD_EXACT, "proved and witnessed")
    assert tex.startswith("% threshold_exact: proved and witnessed\n\\begin{theorem}")
    assert tex.count(r"\emph{") == tex.count("Suppose the following.") == len(EXPECTED)
