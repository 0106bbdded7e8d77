"""The process in which the stages of a decision run: python -m theory.inequality.worker.

It reads one task from standard input and writes messages to standard output: a stage begins, a
reason why it was cut short, the steps it took, evidence, done.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import threading
from contextlib import suppress
from multiprocessing.connection import Connection

MEGABYTE = 2**20
PR_SET_PDEATHSIG = 1  # of linux/prctl.h


def main(reader: Connection, writer: Connection) -> None:
    question, first, effort, memory_mb, seed, suggest = reader.recv()
    die_with_parent(reader)
    if memory_mb is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb * MEGABYTE,) * 2)
    from theory.inequality.decision import Setting, run_stages

    for message in run_stages(question, effort, Setting(seed), first, suggest):
        writer.send(message)


def die_with_parent(reader: Connection) -> None:
    """End this process when the one that asked has ended, however that did: its end of the pipe is
    closed then. Linux sends a signal too, which also ends a call that holds the interpreter."""

    def wait() -> None:
        with suppress(OSError, EOFError):
            reader.poll(None)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    # What a solver prints must not get between the messages.
    answers = Connection(os.dup(1), readable=False)
    os.dup2(2, 1)
    main(Connection(os.dup(0), writable=False), answers)
