"""Logs of real TRL runs of a tiny model, for the tests of the monitor.

    python -m tests.gpu.trl_logs --out tests/laws/logs

GRPO, 100 updates of 16 prompts with 8 responses, seeds 0, 1, 2: learning rates at which it
converges, stands still, and makes steps far longer than the safe one.
"""

from __future__ import annotations

import argparse
import json
import shutil
from itertools import chain
from pathlib import Path

from gpu_checks.lm.logs import NAMES
from tests.gpu.test_lm_callback import callback, train

RATES = {"converge": 2e-3, "stagnate": 1e-7, "long": 0.3}
SEEDS = (0, 1, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    for name, rate in RATES.items():
        for seed in SEEDS:
            folder = out / f"{name}-{seed}"
            measured = callback(every=10, prompts=32) if seed < 2 else None
            size = {"per_device_train_batch_size": 128, "num_generations": 8}
            schedule = {"lr_scheduler_type": "constant", "seed": seed}
            train(folder, measured, 100, learning_rate=rate, **size, **schedule)
            path = folder / "trainer_state.json"
            state = json.loads(path.read_text())
            kept = [shortened(one) for one in state["log_history"]]
            document = json.dumps({"log_history": kept}, indent=0).replace(',\n"', ', "')
            (out / f"{name}-{seed}.json").write_text(document + "\n")
            shutil.rmtree(folder)


def shortened(entry: dict[str, float]) -> dict[str, float]:
    """The measures that the monitor reads, in four digits."""
    known = {"step", *chain(*NAMES.values())}
    return {k: float(f"{v:.4g}") if k != "step" else v for k, v in entry.items() if k in known}


if __name__ == "__main__":
    main()
