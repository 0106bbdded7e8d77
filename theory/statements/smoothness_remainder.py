"""F3: a Lipschitz score means that log pi changes by eta*s up to L eta^2/2 (the descent lemma)."""

from theory.statements._prelude import *
from theory.statements._common import DIFFERENTIABLE, FORWARD, SMOOTH, curvature

X, s = var("X"), var("s")

STATEMENT = Statement(
    slug="smoothness_remainder",
    title="First-order remainder of the log-probabilities",
    paper_ref="Assumption 1(b), eq. (13)",
    kind="upper",
    hypotheses=(DIFFERENTIABLE, SMOOTH, FORWARD),
    conclusion=absolute(X - eta * s) <= curvature(),
    notation=(
        Notation(X, STEP.logp(eta) - STEP.logp(0), "log pi'(o) - log pi(o)"),
        Notation(s, STEP.score(), "w.grad log pi(o)"),
    ),
    twins=(
        Twin("a quarter instead of a half", absolute(X - eta * s) <= curvature(L / 2)),
        Twin("sign flipped", absolute(X + eta * s) <= curvature()),
        Twin("cubic remainder", absolute(X - eta * s) <= L * eta**3 / 2),
        Twin("any score", drop="smooth"),
    ),
)
