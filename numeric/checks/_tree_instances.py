"""Counterexamples on explicit response trees: every hypothesis is evaluated as it is written.

A flat ``Instance`` of `_instances` is a tree of one token, so that the counterexamples of section 3
serve the token claims too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any

from flint import arb

from numeric.checks._base import BITS, Counter, Formula
from numeric.checks._formulas import broken
from numeric.checks._instances import Instance, Line, Number, ball, balls
from numeric.checks._trees import PAIR, STILL, Shape, grow, on_prefixes
from numeric.core.balls import ball_precision
from theory.evaluate import Values, evaluate
from theory.kernel.statement import Statement

Counters = dict[str, Callable[[], Counter]]

SAMPLES = 16
"""Of the real numbers between 0 and eta, and as many between -eta and 0."""

SHORTEST = Fraction(3, 2)
"""Little more than 1/log 2, the psi_1 norm of the length 1."""

LISTED = "evaluated on the tables"
REASONS: Mapping[str, str] = {
    **dict.fromkeys(("rooted", "branching", "ending", "indicators", "nonempty", "path"), LISTED),
    **dict.fromkeys(("superharmonic", "falling", "averaged", "ordered", "open"), LISTED),
    **dict.fromkeys(("short", "small", "step", "large_scores", "below_threshold"), "measured"),
    "bounded": "the token scores at t = 0 are at most G, measured",
    "light": "E[exp(len/T_psi)] <= 2, measured",
    "verifiable": "the rewards are 0 and 1",
    "interior": "0 < J < 1, measured",
    "forward": "eta >= 0",
    "positive_L": "L > 0",
}


@dataclass(frozen=True)
class TreeInstance:
    """Tables, a line over the prefixes, numbers by name (T: the longest prefix unless given), and
    further functions and elements that a claim speaks of."""

    shape: Shape = PAIR
    line: Line = STILL
    numbers: Mapping[str, Number] = field(default_factory=dict)
    reward: tuple[Number, ...] = ()
    functions: Mapping[str, Any] = field(default_factory=dict)
    because: Mapping[str, str] = field(default_factory=dict)

    def scalars(self) -> dict[str, arb]:
        longest = {"T": max(self.shape.length)}
        return {name: ball(x) for name, x in {**longest, **self.numbers}.items()}

    def formal(self) -> dict[str, Any]:
        """Everything under the names of `theory.tree`, at the ambient precision."""
        numbers, rewards = self.scalars(), balls(self.reward)
        reach = numbers.get("eta", arb(1))
        return {
            "one": arb(1),
            **self.shape.functions(),
            "logp": lambda p, t: self.line.logp(t)[p],
            "score": lambda p, t: self.line.score(t)[p],
            "r": lambda o: rewards[o],
            "Real": [reach * j / SAMPLES for j in range(-SAMPLES, SAMPLES + 1)],
            **self.functions,
            **numbers,
        }

    def values(self, statement: Statement) -> Values:
        """The numbers, and every abbreviation of the claim by its definition."""
        with ball_precision(BITS):
            formal, found = self.formal(), self.scalars()
            for notation in statement.notation:
                symbol: Formula = notation.symbol
                found[str(symbol.data)] = evaluate(notation.body, formal)
            return found


def row(*numbers: Number) -> Callable[..., arb]:
    """A function of one element, by its values."""
    return lambda x: ball(numbers[x])


def at_end(shape: Shape) -> Callable[..., arb]:
    """1 at the last prefix and 0 at all others."""
    return row(*[0] * (len(shape.names) - 1), 1)


def tree_counter(
    statement: Statement,
    instance: TreeInstance,
    note: str,
    drop: str | None = None,
    meaningless: bool = False,
) -> Counter:
    """The instance, keeping every hypothesis but ``drop``; ValueError if it visibly does not."""
    with ball_precision(BITS):
        found = broken(statement, instance.formal())
    if found != ({drop} if drop else set()):
        raise ValueError(f"{statement.slug}: the instance breaks {sorted(found)}, not {drop}")
    reasons = {**REASONS, **instance.line.reasons, **instance.because}
    return Counter(
        values=instance.values(statement),
        holds={h.name: reasons[h.name] for h in statement.hypotheses if h.name != drop},
        note=note,
        meaningless=meaningless,
        parameters={
            "prefixes": ", ".join(name or "()" for name in instance.shape.names),
            "line": instance.line.formula,
            "reward": ", ".join(map(str, instance.reward)),
            **{name: str(x) for name, x in instance.numbers.items()},
        },
    )


def tree_counters(statement: Statement) -> Callable[..., Callable[[], Counter]]:
    """`tree_counter` of one claim, to be called later."""
    return lambda *args, **more: partial(tree_counter, statement, *args, **more)


def flat(instance: Instance, **more: Number) -> TreeInstance:
    """A policy over responses, seen as a tree where every response has one token."""
    shape = grow(*(str(o) for o in range(len(instance.reward))))
    return TreeInstance(
        shape,
        on_prefixes(shape, instance.line),
        {"eta": instance.eta, "L": instance.L, "G": instance.G, "T_psi": SHORTEST, **more},
        instance.reward,
        because=instance.because,
    )
