"""The letters of one update as SymPy symbols, under the names that the statements give them."""

import sympy as sp

from theory.derivations._relation import Range

ZERO, ONE = sp.Integer(0), sp.Integer(1)


def positive(*names: str) -> tuple[sp.Symbol, ...]:
    return tuple(sp.Symbol(name, positive=True) for name in names)


J, J_next, L, G, eta = positive("J", "J_next", "L", "G", "eta")
gap = sp.Symbol("gap", real=True)
(gain,) = positive("gap")  # a gap that is known to be positive
T, T_psi, length_plus = positive("T", "T_psi", "length_plus")
F, F_next = 1 - J, 1 - J_next
log_odds, log_odds_next = sp.log(J) - sp.log(F), sp.log(J_next) - sp.log(F_next)
change = log_odds_next - log_odds

VALUES: dict[str, sp.Expr] = {
    "J": J,
    "F": F,
    "J_next": J_next,
    "F_next": F_next,
    "L": L,
    "G": G,
    "eta": eta,
    "gap": gap,
    "change": change,
    "T": T,
    "T_psi": T_psi,
    "length_plus": length_plus,
}

SUCCESS = Range(J, ZERO, ONE, "success rate")
SUCCESS_NEXT = Range(J_next, ZERO, ONE, "success rate after the update")
SMOOTHNESS = Range(L, ZERO, sp.oo, "smoothness constant")
SCORE_BOUND = Range(G, ZERO, sp.oo, "score bound")
STEP_SIZE = Range(eta, ZERO, sp.oo, "step size")
LONGEST = Range(T, ZERO, sp.oo, "length of the longest response")
PSI_NORM = Range(T_psi, ZERO, sp.oo, "psi_1 norm of the length")
MEAN_LENGTH = Range(length_plus, ZERO, sp.oo, "mean length of the correct responses")
FAVOURABLE = Range(gain, ZERO, sp.oo, "gap alignment")
