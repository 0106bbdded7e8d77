"""Hypothesis profiles, the `gpu` mark, and the ledger of claims (ledger_plugin.py)."""

from __future__ import annotations

import importlib.util

import pytest
from hypothesis import settings

pytest_plugins = ["pytester", "tests.ledger_plugin"]

settings.register_profile(
    "gradgap", derandomize=True, deadline=None, max_examples=100, print_blob=True
)
settings.register_profile("deep", deadline=None, max_examples=5000, print_blob=True)
settings.load_profile("gradgap")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("gpu"):
        if importlib.util.find_spec("torch") is None:
            pytest.skip("torch is not installed: pip install -c constraints.txt -e '.[gpu]'")
        import torch

        if not torch.cuda.is_available():
            pytest.skip("needs a CUDA device, and torch finds none")
