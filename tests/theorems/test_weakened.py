"""Each claim has false twins, and the kernel does not prove them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from theory.attack.twins import attempt
from theory.kernel.solvers import Answer
from theory.kernel.statement import Twin
from theory.statements import STATEMENTS

LONG = ("a twentieth of the loss", "J for 1 - J", "overshoots at the end")
SLOW = {(slug, name) for slug in ("lemma_2_sharp", "grpo_overshoot_scope") for name in LONG} | {
    ("theorem_2", "half the smoothness")
}
"""Where a solver searches to the end of its effort."""
HEAVY = ("token_overshooting_sharp",)  # seconds to build

TWINS = [
    pytest.param(
        s.slug,
        twin,
        id=f"{s.slug}-{twin.name}",
        marks=[
            pytest.mark.claim(s.slug, aspect="refuted when weakened"),
            *[pytest.mark.slow] * ((s.slug, twin.name) in SLOW or s.slug in HEAVY),
        ],
    )
    for s in STATEMENTS.values()
    for twin in s.twins
]


@pytest.mark.parametrize(("slug", "twin"), TWINS)
def test_the_kernel_does_not_prove_the_twin(
    slug: str, twin: Twin, record_property: Callable[[str, object], None]
) -> None:
    assert attempt(STATEMENTS[slug], twin).rejected
    record_property("twin", twin.name)


def test_every_claim_has_three_twins_or_more() -> None:
    proved = [s for s in STATEMENTS.values() if s.expected == "proved"]
    assert [s.slug for s in proved if len(s.twins) < 3] == []


@pytest.mark.parametrize("slug", ["sharp_step", "theorem_1b", "gradient_identity", "constant_rate"])
def test_the_claim_itself_is_proved_in_the_same_way(slug: str) -> None:
    statement = STATEMENTS[slug]
    itself = Twin("itself", statement.conclusion)
    assert attempt(statement, itself).outcome == "proved"


def test_an_unused_hypothesis_is_reported_as_such() -> None:
    assert attempt(STATEMENTS["lemma_1"], Twin("long steps", drop="short")).rejected is False


def test_solvers_that_believe_anything_prove_every_twin() -> None:
    def gullible(text: str, effort: float) -> Answer:
        return "unsat"

    statement = STATEMENTS["sharp_step"]
    solvers = {"one": gullible, "two": gullible}
    assert not attempt(statement, statement.twins[0], solvers).rejected
