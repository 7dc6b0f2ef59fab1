"""Takes from a process what reading other people's bytes does not need: network, programs, other files, memory.

For children alone: Linux's seccomp refuses the calls, Landlock the files, where the kernel has them. What is taken
never comes back. Numbers after the kernel's unistd.h, seccomp(2) and landlock(7).
"""

import contextlib
import ctypes
import errno
import os
import platform
import resource
import struct
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.errors import Broken


@dataclass(frozen=True, slots=True)
class _Machine:
    """One architecture's own numbers."""

    arch: int
    seccomp: int
    refused: Mapping[str, int]
    bounded: Mapping[str, int]


_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        317,
        {
            "socket": 41,
            "connect": 42,
            "accept": 43,
            "sendto": 44,
            "sendmsg": 46,
            "bind": 49,
            "listen": 50,
            "fork": 57,
            "vfork": 58,
            "execve": 59,
            "kill": 62,
            "ptrace": 101,
            "rt_sigqueueinfo": 129,
            "mount": 165,
            "tkill": 200,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
            "unshare": 272,
            "accept4": 288,
            "rt_tgsigqueueinfo": 297,
            "perf_event_open": 298,
            "sendmmsg": 307,
            "setns": 308,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "bpf": 321,
            "execveat": 322,
            "userfaultfd": 323,
        },
        {"ioctl": 16, "clone": 56, "fcntl": 72, "tgkill": 234, "prlimit64": 302},
    ),
    "aarch64": _Machine(
        0xC00000B7,
        277,
        {
            "mount": 40,
            "unshare": 97,
            "ptrace": 117,
            "kill": 129,
            "tkill": 130,
            "rt_sigqueueinfo": 138,
            "socket": 198,
            "bind": 200,
            "listen": 201,
            "accept": 202,
            "connect": 203,
            "sendto": 206,
            "sendmsg": 211,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
            "execve": 221,
            "rt_tgsigqueueinfo": 240,
            "perf_event_open": 241,
            "accept4": 242,
            "setns": 268,
            "sendmmsg": 269,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "bpf": 280,
            "execveat": 281,
            "userfaultfd": 282,
        },
        {"fcntl": 25, "ioctl": 29, "tgkill": 131, "clone": 220, "prlimit64": 261},
    ),
}
_ON_BOTH = {"pidfd_send_signal": 424, "io_uring_setup": 425, "pidfd_getfd": 438}
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_NO_NEW_PRIVILEGES = 38
_FILTER, _ALL_THREADS = 1, 1
_LOAD, _EQUAL, _AT_LEAST, _HAS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_CLONE3 = 435
"""Its flags lie in memory, which a filter does not see: who is told that there is no such call asks `clone`."""
_THREAD = 0x00010000
_X32 = 0x40000000
_ARGUMENTS = 16
"""Where they lie in what a filter sees, the lower half of each first on both machines."""
_SET_OWNER = (8, 15)
"""`fcntl`'s, F_SETOWN and F_SETOWN_EX: they have the kernel signal another process."""
_SET_OWNER_OR_TYPE = (0x8901, 0x8902, 0x5412, 0x541C)
"""`ioctl`'s, FIOSETOWN and SIOCSPGRP, the same; TIOCSTI and TIOCLINUX type into the terminal it was started from."""
_READ = 1 << 2 | 1 << 3
_EXECUTE, _SPECIAL = 1 << 0, 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12
"""Devices, sockets, pipes by name and links: whoever reads the folder later would follow them or hang on them."""
_FILE = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15
_HANDLED = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""By version of Landlock: which accesses it knows."""
_SCOPES, _SCOPED = 6, 1 << 0 | 1 << 1
"""From this version: no signal to a process that is not confined with it, no abstract socket of one."""
_LIBRARIES = (sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/sys/devices/system/cpu")
_PROCESSOR = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/self", "/dev/null", "/dev/urandom")


def confine(*, reads: Iterable[Path] = (), writes: Iterable[Path] = (), most_bytes: int, most_s: int = 0) -> None:
    """From here on: no network, no other process, no signal to one, no files but libraries, `reads` and `writes`.

    `most_bytes` of address space; `most_s` of processor time, 0: as long as it takes. Raises `Broken` where the kernel
    takes none of it, so that nothing is read unconfined on Linux.
    """
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if most_s:
        resource.setrlimit(resource.RLIMIT_CPU, (most_s, most_s))
    if sys.platform == "linux":
        keep_to_files(reads=reads, writes=writes)
        refuse_calls()


def keep_to_files(*, reads: Iterable[Path] = (), writes: Iterable[Path] = ()) -> bool:
    """For this thread and those that it starts; False where the kernel cannot (before 5.13, or built without it)."""
    libc = _library()
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return False
    handled = _HANDLED[max(known for known in _HANDLED if known <= version)]
    asked = struct.pack("=QQQ", handled, 0, _SCOPED) if version >= _SCOPES else struct.pack("=Q", handled)
    ruleset = libc.syscall(_LANDLOCK_CREATE, asked, len(asked), 0)
    if ruleset < 0:
        raise Broken(f"files cannot be closed off: {os.strerror(ctypes.get_errno())}")
    source = Path(__file__).resolve().parents[1]
    shown = [(place, _READ) for place in (*map(Path, (*_LIBRARIES, *_PROCESSOR)), source, *reads)]
    for place, access in [*shown, *((place, handled & ~(_EXECUTE | _SPECIAL)) for place in writes)]:
        _open_to(libc, ruleset, place, access & handled)
    if libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) != 0:
        raise Broken(f"files cannot be closed off: {os.strerror(ctypes.get_errno())}")
    os.close(ruleset)
    return True


def _open_to(libc: ctypes.CDLL, ruleset: int, place: Path, access: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
        allowed = access if place.is_dir() else access & _FILE
        done = libc.syscall(_LANDLOCK_ADD, ruleset, 1, struct.pack("=Qi", allowed, descriptor), 0)
        os.close(descriptor)
        if done != 0:
            raise Broken(f"{place} cannot be opened to a confined process: {os.strerror(ctypes.get_errno())}")


def refuse_calls(but: Collection[str] = (), sockets: Collection[int] = ()) -> None:
    """For all threads that there are, and those that they start; raises `Broken` where the kernel cannot.

    Only `sockets` of these families may be opened.
    """
    libc = _library()
    machine = _MACHINES.get(platform.machine())
    if machine is None or sys.maxsize < 2**32:
        raise Broken(f"a process cannot be confined on {platform.machine()}")
    but = {*but, "socket"} if sockets else but
    refused = (number for name, number in {**machine.refused, **_ON_BOTH}.items() if name not in but)
    bounds = _bounds(machine.bounded)
    if sockets:
        bounds.append(_Bound(machine.refused["socket"], 0, tuple(sockets)))
    program = _program(machine.arch, sorted(refused), bounds)
    kept = ctypes.create_string_buffer(program, len(program))
    filters = struct.pack("@HP", len(program) // 8, ctypes.addressof(kept))
    if libc.syscall(machine.seccomp, _FILTER, _ALL_THREADS, filters) != 0:
        raise Broken(f"calls cannot be refused to a process: {os.strerror(ctypes.get_errno())}")


def _library() -> ctypes.CDLL:
    """Ready to confine: without it only root could."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise Broken(f"a process cannot be confined: {os.strerror(ctypes.get_errno())}")
    return libc


@dataclass(frozen=True, slots=True)
class _Bound:
    """A call that is allowed with these values of one argument alone, or (`refused`) with all but these."""

    call: int
    argument: int
    values: tuple[int, ...]
    refused: bool = False
    how: int = _EQUAL

    def steps(self) -> list[tuple[int, int, int, int]]:
        """The kernel compares as many bits as it then takes these arguments for: 32."""
        hit, miss = (_REFUSE, _ALLOW) if self.refused else (_ALLOW, _REFUSE)
        count = len(self.values)
        compared = [(self.how, count - at, 0, value) for at, value in enumerate(self.values)]
        return [
            (_EQUAL, 0, count + 3, self.call),
            (_LOAD, 0, 0, _ARGUMENTS + 8 * self.argument),
            *compared,
            (_RETURN, 0, 0, miss),
            (_RETURN, 0, 0, hit),
        ]


def _bounds(numbers: Mapping[str, int]) -> list[_Bound]:
    """What a process may do to itself alone: glibc ends it by a signal to its own thread, and asks for its limits.

    It may start threads, and no process: that would outlive it.
    """
    return [
        _Bound(numbers["clone"], 0, (_THREAD,), how=_HAS),
        _Bound(numbers["tgkill"], 0, (os.getpid(),)),
        _Bound(numbers["prlimit64"], 0, (0,)),
        _Bound(numbers["fcntl"], 1, _SET_OWNER, refused=True),
        _Bound(numbers["ioctl"], 1, _SET_OWNER_OR_TYPE, refused=True),
    ]


def _program(arch: int, refused: list[int], bounds: list[_Bound]) -> bytes:
    """In the kernel's filter language: another architecture and each of these calls is refused, all else allowed."""
    checks = [(_EQUAL, number) for number in refused] + [(_AT_LEAST, _X32)]
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, arch), (_RETURN, 0, 0, _REFUSE), (_LOAD, 0, 0, 0)]
    steps += [(_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _UNKNOWN)]
    steps += [step for bound in bounds for step in bound.steps()]
    steps += [(code, len(checks) - at, 0, number) for at, (code, number) in enumerate(checks)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
