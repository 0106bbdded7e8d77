"""What the claims about groups say at given constants: rates, factors, and how long to wait."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, exp, expm1, log1p, sqrt

from theory.thresholds import OutOfDomain, Row, exact, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """For ``prompts`` prompts with ``size`` responses each, all of success rate J; ``gap`` is the
    length of g+ - g-. Learning rates are those of theta' = theta + alpha ghat."""

    rate: float
    dr_grpo: float
    grpo: float
    grpo_limit: float
    silent_group: float
    silent_batch: float
    wait: float

    def rows(self) -> list[Row]:
        """The rows of the table."""
        named = (
            ("safe alpha of Dr. GRPO", self.rate, "group_safe_rate: E[log J] rises below it"),
            ("factor of Dr. GRPO", self.dr_grpo, "(1-1/n) J(1-J), group_dr_grpo"),
            ("factor of GRPO", self.grpo, "E[sqrt(p(1-p))], group_grpo"),
            ("  in the limit", self.grpo_limit, "sqrt(J(1-J)), group_factor"),
            ("a group is silent", self.silent_group, "J^n + (1-J)^n"),
            ("a batch has no right one", self.silent_batch, "(1-J)^(n P), all_wrong"),
            ("mean wait for a right one", self.wait, "in batches, if they are all like this"),
        )
        return [(name, shown(value), says) for name, value, says in named]


def group_numbers(J: str, gap: str, L: str, G: str, size: int, prompts: int) -> Groups:
    """Domain: as ``thresholds``; size >= 2 and prompts >= 1. Raises OutOfDomain."""
    if size < 2 or prompts < 1:
        raise OutOfDomain("a group has 2 responses or more, and a batch 1 prompt or more")
    rate, width, smooth, bound = (
        float(exact(name, x)) for name, x in (("J", J), ("gap", gap), ("L", L), ("G", G))
    )
    failure = 1 - rate
    logs = size * prompts * log1p(-rate)
    return Groups(
        rate=2 * failure * width**2 / (smooth * bound**2),
        dr_grpo=(1 - 1 / size) * rate * failure,
        grpo=mean_deviation(rate, size),
        grpo_limit=sqrt(rate * failure),
        silent_group=rate**size + failure**size,
        silent_batch=exp(logs),
        wait=exp(logs) / -expm1(logs),
    )


def mean_deviation(J: float, n: int) -> float:
    """E[sqrt(p(1-p))] for the share p of right ones among n independent responses."""
    chance = (comb(n, k) * J**k * (1 - J) ** (n - k) for k in range(n + 1))
    return sum(c * sqrt(k / n * (1 - k / n)) for k, c in enumerate(chance))
