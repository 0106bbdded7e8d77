"""Theorems of which one half is about all policies and the other about one.

No formula of the kernel says both. A joint theorem is the conjunction of claims of the ledger, and
is proved when each of them has the verdict that it should have.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from theory.kernel.statement import BadStatement
from theory.statements import STATEMENTS


@dataclass(frozen=True, slots=True)
class Part:
    """A claim, and what it says here."""

    slug: str
    says: str


@dataclass(frozen=True, slots=True)
class Joint:
    """Raises BadStatement unless it has a proof and an existence among its parts."""

    slug: str
    title: str
    paper_ref: str
    parts: tuple[Part, ...]
    remark: str

    def __post_init__(self) -> None:
        expected = {STATEMENTS[part.slug].expected for part in self.parts}
        if expected != {"proved", "witnessed"} or self.slug in STATEMENTS:
            raise BadStatement(f"{self.slug}: its parts are something proved and an existence")

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(part.slug for part in self.parts)

    def verdict(self, verdicts: Mapping[str, str]) -> str:
        """From those of the claims. Raises KeyError when one is missing."""
        reached = all(verdicts[s] == STATEMENTS[s].expected for s in self.slugs)
        return "proved and witnessed" if reached else "undecided"


THRESHOLD_EXACT = Joint(
    slug="threshold_exact",
    title="The threshold is 2 gap/L, exactly",
    paper_ref="abstract: a sharp step-size threshold",
    parts=(
        Part("eta_safe", "Below, every policy: J rises at each step of eta < 2(1-J) gap/L."),
        Part(
            "fixed_step_floor",
            "Below, every policy, for ever: a fixed step of eta < 2 gap/L keeps J above the lesser "
            "of J(0) and 1 - eta L/(2 gap), and brings it up to the latter.",
        ),
        Part(
            "overshooting_sharp",
            "Above, some policy: at each eta > 2 gap/L, for a small gap, one landscape on which "
            "steps of eta along the gap bring J to 0, falling at every step.",
        ),
    ),
    remark="Steps of eta = rho gap/L, for a small gap: for rho < 2 no policy collapses, for every "
    "rho > 2 some policy does. In these words, as one theorem of Rocq: "
    "theory/rocq/Statements.v.",
)
JOINTS: Mapping[str, Joint] = MappingProxyType({THRESHOLD_EXACT.slug: THRESHOLD_EXACT})


def parts_of(names: Iterable[str]) -> list[str]:
    """The names, with a joint theorem replaced by its claims."""
    known = {name: JOINTS[name].slugs if name in JOINTS else (name,) for name in names}
    return [slug for slugs in known.values() for slug in slugs]
