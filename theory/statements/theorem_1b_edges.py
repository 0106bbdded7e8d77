"""The ends of the range of J(0), which Theorem 1 leaves out: certainty never changes.

At J(0) = 1 there is no incorrect response and at J(0) = 0 no correct one, so the gap is not
defined; a softmax gives every response positive probability and keeps it so. (Then `normalised` and
`verifiable` would be enough. The proof goes through Assumption 1 instead, which needs no fact about
single terms of a sum.)
"""

from theory.statements._prelude import *
from theory.statements._trajectory import *

STATEMENT = Statement(
    slug="theorem_1b_edges",
    title="Certain success and certain failure never change",
    paper_ref="Theorem 1, J(0) = 1 and J(0) = 0",
    kind="equality",
    hypotheses=(NORMALISED, DIFFERENTIABLE, SMOOTH, VERIFIABLE, FORWARD, CONTINUES, BOUNDED),
    conclusion=conj(implies(eq(J(0), 1), eq(J(K), 1)), implies(eq(J(0), 0), eq(J(K), 0))),
    notation=(SUCCESS,),
    twins=(
        Twin("success is lost", implies(eq(J(0), 1), eq(J(K), 0))),
        Twin("J never changes", eq(J(K), J(0))),
        Twin("every run succeeds", eq(J(K), 1)),
        Twin("rewards of any size", drop="verifiable"),
    ),
)
