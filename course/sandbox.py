"""A program of its own that runs a student's function where it can do nothing but compute.

``python -I -S -B sandbox.py`` reads a task from standard input, gives up all that it does not need,
and only then compiles and runs what the student wrote. Of the system there is left: reading and
writing what is open (a pipe each way, and nothing else), memory up to a limit, and the end. Files,
the network, other processes, threads and signals are refused by the kernel of Linux (seccomp);
where that is not to be had, nothing is run. What is printed here is the student's word:
``course.kinds.code`` compares it with values that are never in this process.
"""

import ctypes
import json
import os
import platform
import resource
import socket
import struct
import sys
from fractions import Fraction
from typing import Any

MEGABYTES, CPU_SECONDS = 512, 5
EPERM = 1
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2  # prctl
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # of the filter's language: a word, a test, the end
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | EPERM
# read, write, mmap, mprotect, munmap, brk, mremap, madvise, futex, rt_sigreturn, exit, exit_group
CALLS = {
    "x86_64": (0xC000003E, (0, 1, 9, 10, 11, 12, 25, 28, 202, 15, 60, 231)),
    "aarch64": (0xC00000B7, (63, 64, 222, 226, 215, 214, 216, 233, 98, 139, 93, 94)),
}


def confine() -> str:
    """Give up everything else for good; what is missing here, or nothing. Seen to work before it is
    said to work."""
    if sys.platform != "linux" or platform.machine() not in CALLS:
        return f"code is run on Linux on x86_64 and aarch64, not on {sys.platform}"
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    machine, calls = CALLS[platform.machine()]
    lines = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, machine), (RETURN, 0, 0, REFUSE), (LOAD, 0, 0, 0)]
    lines += [(EQUAL, len(calls) - n, 0, call) for n, call in enumerate(calls)]
    lines += [(RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
    whole = struct.pack("HxxxxxxQ", len(lines), ctypes.addressof(program))
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    given = ctypes.create_string_buffer(whole)
    if library.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) or library.prctl(
        SECCOMP, FILTER, ctypes.addressof(given), 0, 0
    ):
        return "this system does not confine a process (seccomp), so no code is run"
    for forbidden in (lambda: os.open("/", os.O_RDONLY), socket.socket, os.fork):
        try:
            forbidden()
        except PermissionError:
            continue
        return "what should be refused is not, so no code is run"
    return ""


def argument(value: Any) -> Any:
    """Numbers are exact: "1/3" is a Fraction, lists have numbers."""
    return [argument(x) for x in value] if isinstance(value, list) else Fraction(value)


def answer(function: Any, arguments: list[Any]) -> list[str]:
    """["value", numerator/denominator] or ["fault", why]."""
    try:
        found = function(*arguments)
        if type(found) not in (int, float, Fraction):
            return ["fault", f"returns {type(found).__name__}, not a number"]
        return ["value", "/".join(map(str, found.as_integer_ratio()))]
    except BaseException as error:
        return ["fault", f"{type(error).__name__}: {error}"]


def main() -> None:
    task = json.load(sys.stdin)
    sys.stdout = sys.stderr
    missing = confine()
    if missing:
        told: dict[str, Any] = {"unconfined": missing}
    else:
        names: dict[str, Any] = {"__name__": "answer"}
        try:
            exec(compile(task["program"], "answer", "exec"), names)
            function = names[task["function"]]
            told = {"answers": [answer(function, argument(case)) for case in task["cases"]]}
        except BaseException as error:
            told = {"fault": f"{type(error).__name__}: {error}"}
    os.write(1, json.dumps(told).encode("ascii"))
    os._exit(0)


if __name__ == "__main__":
    main()
