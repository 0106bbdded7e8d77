"""Responses (or updates) one after the other, until the first right one.

right(z, k)    whether number k is right, in outcome z of all draws
silent(z, k)   1 if none of the numbers 0, ..., k - 1 was right, else 0
"""

from theory.statements._prelude import *
from theory.statements._group import CHANCES as CHANCES
from theory.statements._group import OUTCOME as OUTCOME
from theory.statements._group import expected as expected
from theory.statements._group import law as law
from theory.statements._group import z as z

right = Symbol("right", (OUTCOME, NAT))
silent = Symbol("silent", (OUTCOME, NAT))
quiet = Symbol("quiet", (NAT,))

QUIET = Notation(quiet, expected(silent(z, k)), "the chance that the first k are not right", (k,))
STILL_WRONG = Hypothesis(
    "still",
    forall(
        z,
        conj(
            eq(silent(z, 0), 1),
            forall(k, eq(silent(z, k + 1), silent(z, k) * (1 - right(z, k)))),
        ),
    ),
    "silent says that no response so far was right",
)
heard = expected(silent(z, k) * right(z, k))
"""The chance that number k is the first right one."""
