"""Inequalities over the reals: proved, refuted or undecided, with the evidence.

    >>> from theory.inequality import decide
    >>> print(decide("x + 1 <= exp(x)"))          # doctest: +SKIP

``decide`` takes a claim and assumptions as text; see ``parse`` for the grammar. A proof is a proof
object of the kernel whose every obligation two solvers answer, or a certificate on boxes in ball
arithmetic; a refutation is a rational point. ``recheck`` checks the evidence again.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.inequality.decision import decide as decide
    from theory.inequality.decision import decide_here as decide_here
    from theory.inequality.parser import BadFormula as BadFormula
    from theory.inequality.parser import parse as parse
    from theory.inequality.result import Result as Result
    from theory.inequality.result import recheck as recheck

HOMES = {
    **dict.fromkeys(("decide", "decide_here"), "decision"),
    **dict.fromkeys(("BadFormula", "parse"), "parser"),
    **dict.fromkeys(("Result", "recheck"), "result"),
}
"""Where each name is; imported when it is used, so that a formula is refused at once."""


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
