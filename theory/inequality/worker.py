"""The process in which the stages of a decision run: python -m theory.inequality.worker.

It reads one task from standard input and writes messages to standard output: a stage begins, a
reason why it was cut short, the steps it took, evidence, done.
"""

from __future__ import annotations

import os
import resource
from multiprocessing.connection import Connection

MEGABYTE = 2**20


def main(reader: Connection, writer: Connection) -> None:
    question, first, effort, memory_mb, seed = reader.recv()
    if memory_mb is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb * MEGABYTE,) * 2)
    from theory.inequality.decision import Setting, run_stages

    for message in run_stages(question, effort, Setting(seed), first):
        writer.send(message)


if __name__ == "__main__":
    # What a solver prints must not get between the messages.
    answers = Connection(os.dup(1), readable=False)
    os.dup2(2, 1)
    main(Connection(os.dup(0), writable=False), answers)
