"""A small run in a folder, unbroken and stopped half-way, and what it is to be the same."""

import torch

from gpu_checks import train
from gpu_checks.runs import CHECKPOINT, LOG, RESULT, SETTINGS

EVERY, STEPS = 4, 18
"""Updates between two checkpoints, and of the whole run: the last checkpoint is out of turn."""


class Stopped(Exception):
    pass


def stop_at(monkeypatch, step):
    advance = train.advance

    def stopping(settings, state):
        if state.step == step:
            raise Stopped
        return advance(settings, state)

    monkeypatch.setattr(train, "advance", stopping)


def state_of(folder):
    return torch.load(folder / CHECKPOINT, weights_only=True)


def same(folder, expected):
    """Byte for byte; of the checkpoint, tensor for tensor and bit for bit. And nothing is left."""
    assert {path.name for path in folder.iterdir()} == {SETTINGS, LOG, CHECKPOINT, RESULT}
    for name in (SETTINGS, LOG, RESULT):
        assert (folder / name).read_bytes() == (expected / name).read_bytes(), name
    found, wanted = state_of(folder), state_of(expected)
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        if isinstance(value, torch.Tensor):
            assert torch.equal(found[name], value), name
        else:
            assert found[name] == value, name
