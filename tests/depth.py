"""How much of a test runs in `make test`, and how long Hypothesis searches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings


def examples(usual: int) -> settings:
    """`usual` examples where the profile has 100."""
    return settings(max_examples=max(4, usual * settings.default.max_examples // 100))


def quick(count: int, cases: Iterable[Any]) -> list[Any]:
    """The cases of a parametrized test: the first ``count`` as they are, the rest slow tests."""
    params = [case if isinstance(case, tuple) else (case,) for case in cases]
    return [pytest.param(*p, marks=[pytest.mark.slow] * (i >= count)) for i, p in enumerate(params)]
