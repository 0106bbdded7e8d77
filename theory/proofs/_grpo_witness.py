"""Witnesses for the claims about GRPO, and the three responses on which it turns round."""

from dataclasses import replace

from theory.proofs._prelude import *
from theory.proofs._witness import *
from theory.statements._grpo import length, sigma
from theory.statements.effective_step import delta, tokens


def grpo_witness(statement: Statement) -> Instance:
    """Two equally likely responses of four and of two tokens: J = 1/2 and sigma = 1/2."""
    model = step_model(STEP, t, {**STEP_VALUES, sigma: half})
    lengths: Rows = constants({(RIGHT,): 4, (WRONG,): 2})
    model = replace(model, functions={**model.functions, length: lengths})
    numbers = {"J": "1/2", "sigma": "1/2", "|o|": "4, 2", "gap": "1"}
    return witness(statement, model, even(), numbers, settled(t))


def direction_witness(statement: Statement) -> Instance:
    """In two coordinates, with delta = 1 and four tokens in each response."""
    values = {sigma: half, delta: const(1), tokens: const(4), alpha: const(1)}
    model = vector_model(UNIT, values)
    lengths: Rows = constants({(RIGHT,): 4, (WRONG,): 4})
    model = replace(model, functions={**model.functions, length: lengths})
    numbers = {"J": "1/2", "sigma": "1/2", "|o|": "4", "delta": "1", "alpha": "1"}
    return witness(statement, model, even(), numbers, settled(t))
