"""Witnesses for the claims about GRPO, and the three responses on which it turns round."""

from dataclasses import replace

from theory.proofs._prelude import *
from theory.proofs._witness import *
from theory.statements._grpo import length, sigma
from theory.statements.effective_step import delta, tokens

FOUR: Rows = {(name,): Lambda((), const(4)) for name in (RIGHT, WRONG)}


def grpo_witness(statement: Statement) -> Instance:
    """Two equally likely responses of four tokens: J = 1/2 and sigma = 1/2."""
    model = step_model(STEP, t, {**STEP_VALUES, sigma: half})
    model = replace(model, functions={**model.functions, length: FOUR})
    known = (*facts_at(t), *facts_at(ZERO), *near_zero())
    return witness(statement, model, known, {"J": "1/2", "sigma": "1/2", "|o|": "4", "gap": "1"})


def direction_witness(statement: Statement) -> Instance:
    """The same in one dimension, with w = 1 and delta = 1."""
    model, known = one_coordinate(
        const(1), {sigma: half, delta: const(1), tokens: const(4), alpha: const(1)}
    )
    model = replace(model, functions={**model.functions, length: FOUR})
    numbers = {"J": "1/2", "sigma": "1/2", "|o|": "4", "delta": "1", "alpha": "1"}
    return witness(statement, model, known, numbers)
