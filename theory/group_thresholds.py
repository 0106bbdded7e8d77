"""What the claims about groups say at given constants: rates, factors, and how long to wait."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, exp, expm1, log1p, sqrt

from theory.thresholds import Number, OutOfDomain, Row, exact, shown, thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """For ``prompts`` prompts with ``size`` responses each, all of success rate J; ``gap`` is the
    length of g+ - g-. Learning rates are those of theta' = theta + alpha ghat."""

    rate: float
    rate_dr_grpo: float
    rate_grpo: float
    dr_grpo: float
    grpo: float
    grpo_limit: float
    silent_group: float
    silent_batch: float
    wait: float

    def __str__(self) -> str:
        return "\n".join(f"{name:26} {value:12} {says}" for name, value, says in self.rows())

    def rows(self) -> list[Row]:
        """The rows of the table."""
        named = (
            ("safe alpha of Dr. GRPO", self.rate, "group_safe_rate: E[log J] rises below it"),
            (
                "  by its second moment",
                self.rate_dr_grpo,
                "group_rate, with the most noise under G",
            ),
            ("  the same for GRPO", self.rate_grpo, "group_rate; without 1/|o|"),
            ("factor of Dr. GRPO", self.dr_grpo, "(1-1/n) J(1-J), group_dr_grpo"),
            ("factor of GRPO", self.grpo, "E[sqrt(p(1-p))], group_grpo"),
            ("  in the limit", self.grpo_limit, "sqrt(J(1-J)), group_factor"),
            ("a group is silent", self.silent_group, "J^n + (1-J)^n"),
            ("a batch has no right one", self.silent_batch, "(1-J)^(n P), all_wrong"),
            ("mean wait for a right one", self.wait, "in batches, if they are all like this"),
        )
        return [(name, shown(value), says) for name, value, says in named]


def group_numbers(J: Number, gap: Number, L: Number, G: Number, size: int, prompts: int) -> Groups:
    """Domain: as ``thresholds``; size >= 2 and prompts >= 1. Raises OutOfDomain."""
    thresholds(J, gap, L, G)
    if size < 2 or prompts < 1:
        raise OutOfDomain("a group has 2 responses or more, and a batch 1 prompt or more")
    rate, width, smooth, bound = (
        float(exact(name, x)) for name, x in (("J", J), ("gap", gap), ("L", L), ("G", G))
    )
    failure = 1 - rate
    logs = size * prompts * log1p(-rate)
    constants = rate, width, smooth, bound
    return Groups(
        rate_dr_grpo=rate_by_moment(*constants, size, standardised=False),
        rate_grpo=rate_by_moment(*constants, size, standardised=True),
        rate=2 * failure * width**2 / (smooth * bound**2),
        dr_grpo=(1 - 1 / size) * rate * failure,
        grpo=mean_deviation(rate, size),
        grpo_limit=sqrt(rate * failure),
        silent_group=rate**size + failure**size,
        silent_batch=exp(logs),
        wait=exp(logs) / -expm1(logs),
    )


def chances(J: float, n: int) -> list[tuple[float, float]]:
    """Shares of right ones among n independent responses, above 0 and below 1, and how likely."""
    return [(k / n, comb(n, k) * J**k * (1 - J) ** (n - k)) for k in range(1, n)]


def mean_deviation(J: float, n: int) -> float:
    """E[sqrt(p(1-p))] for the share p of right ones among n independent responses."""
    return sum(c * sqrt(p * (1 - p)) for p, c in chances(J, n))


def rate_by_moment(
    J: float, gap: float, L: float, G: float, n: int, *, standardised: bool
) -> float:
    """2 E[c] (1-J)|g|^2/(L E|ghat|^2) of `group_rate`, where |g+| = (1-J)|g|, |g-| = J|g| and the
    variances of the gradients are as large as G allows, G^2 - |g+|^2 and G^2 - |g-|^2."""
    noise_plus, noise_minus = (max(G**2 - (x * gap) ** 2, 0.0) for x in (1 - J, J))
    factor = second = 0.0
    for p, chance in chances(J, n):
        spread = p * (1 - p)
        scale = 1 / sqrt(spread) if standardised else 1.0
        noise = ((1 - p) * noise_plus + p * noise_minus) / n
        factor += chance * scale * spread
        second += chance * scale**2 * spread * (spread * gap**2 + noise)
    return 2 * factor * (1 - J) * gap**2 / (L * second)
