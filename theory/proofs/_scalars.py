"""The scalars of eqs. (20) and (21): what their hypotheses say one by one, and a witness."""

from collections.abc import Mapping

from theory.proofs._prelude import *
from theory.proofs._witness import witness
from theory.statements._common import F, J, gap
from theory.statements._grpo import CONSTANTS, DEVIATION, RATES, T_inf, T_psi, sigma

NAMES = {
    **{name: (CONSTANTS, j) for j, name in enumerate(("alpha", "gap", "G", "L", "T_psi", "T_inf"))},
    **{name: (RATES, j) for j, name in enumerate(("J", "F", "whole"))},
}


def facts(*names: str) -> tuple[Proof, ...]:
    """0 < alpha, 0 < gap, 0 < J, ...; "whole" is J + F = 1, "deviation" what sigma is."""
    return tuple(
        assume(DEVIATION.formula)
        if name == "deviation"
        else part(assume(NAMES[name][0].formula), NAMES[name][1])
        for name in names
    )


def scalar_witness(statement: Statement, more: Mapping[Term, TermLike]) -> Instance:
    """J = 1/2, so sigma = 1/2; T_psi = 8 and T_inf = 8; every other constant 1 or small."""
    base: dict[Term, TermLike] = {
        J: half,
        F: half,
        sigma: half,
        gap: 1,
        alpha: const(1) / 1000,
        G: 1,
        L: 1,
        T_psi: 8,
        T_inf: 8,
        eps: 1,
    }
    values = {**base, **more}
    numbers = {"J": "1/2", "gap": "1", "alpha": "1/1000", "G": "1", "L": "1", "T_psi": "8"}
    model = Model({}, {}, {name: lift(value) for name, value in values.items()})
    return witness(statement, model, (), numbers)
