"""Inequalities over the reals: proved, refuted or undecided, with the evidence.

    >>> from theory.inequality import decide
    >>> print(decide("x + 1 <= exp(x)"))          # doctest: +SKIP

``decide`` takes a claim and assumptions as text; see ``parse`` for the grammar. A proof is a proof
object of the kernel whose every obligation two solvers answer, or a certificate on boxes in ball
arithmetic; a refutation is a rational point. ``recheck`` checks the evidence again.
"""

from theory.inequality.decision import decide as decide
from theory.inequality.decision import decide_here as decide_here
from theory.inequality.parser import BadFormula as BadFormula
from theory.inequality.parser import parse as parse
from theory.inequality.result import Result as Result
from theory.inequality.result import recheck as recheck
