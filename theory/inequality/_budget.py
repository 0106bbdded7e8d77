"""What a search may still spend, in steps of its own kind. Nothing here looks at a clock."""

from __future__ import annotations

from dataclasses import dataclass


class Exhausted(Exception):
    """No steps are left."""


@dataclass(slots=True)
class Budget:
    """So many steps: boxes, points or units of a solver's effort."""

    left: float

    def spend(self, cost: float = 1.0) -> None:
        """Raises Exhausted when nothing is left; the last step may overdraw."""
        if self.left <= 0:
            raise Exhausted
        self.left -= cost
