"""Eq. (17) as printed: the coefficient of eta^2 is Var+ - Var-.

It is false: one half is missing, and so are the terms with the curvature of log pi.
"""

from theory.statements._prelude import *
from theory.statements.expansion import HYPOTHESES, NOTATION, coefficient, var_minus, var_plus

STATEMENT = Statement(
    slug="expansion_printed",
    title="The second-order expansion of the log odds (as printed)",
    paper_ref="eq. (17)",
    kind="equality",
    hypotheses=HYPOTHESES,
    conclusion=eq(coefficient, var_plus - var_minus),
    notation=NOTATION[:3],
    expected="refuted",
    corrected_by="expansion",
    printed="log-odds(k+1) - log-odds(k) = gap eta + {Var+ - Var-} eta^2 + O(eta^3)",
)
