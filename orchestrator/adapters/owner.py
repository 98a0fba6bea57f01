"""The process that started a run, and whether it still runs."""

from __future__ import annotations

import getpass
import os
import socket
from pathlib import Path
from typing import Self

import msgspec

PROC = Path("/proc")


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Identifies a process. Process ids are reused; these fields together are not.

    ``boot``: the kernel's id of this boot. ``namespace``: the PID namespace of ``pid``.
    ``started``: clock ticks from boot to the process's start.
    """

    boot: str
    namespace: str
    pid: int
    started: str
    user: str
    host: str

    @classmethod
    def me(cls) -> Self:
        """This process."""
        return cls(
            boot=_read(PROC / "sys/kernel/random/boot_id"),
            namespace=_namespace(),
            pid=os.getpid(),
            started=_started(os.getpid()),
            user=_user(),
            host=socket.gethostname(),
        )

    @classmethod
    def decoded(cls, text: str) -> Self | None:
        """Decode the text of `encoded`; None for any other text."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.MsgspecError:
            return None

    def encoded(self) -> str:
        """One line for a label."""
        return msgspec.json.encode(self).decode()

    def lives(self, seen_at: float) -> bool | None:
        """Whether the process still runs; None if that cannot be seen from here.

        Args:
            seen_at: a moment at which it ran, in unix seconds.
        """
        me = Owner.me()
        if (self.boot, self.namespace) != (me.boot, me.namespace):
            return False if seen_at < _booted() else None
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass  # it runs, as another user
        now = _started(self.pid)
        return not now or now == self.started  # a host may hide other users' processes

    def __str__(self) -> str:
        return f"process {self.pid} of {self.user} on {self.host}"


def _started(pid: int) -> str:
    """Field 22 of ``/proc/<pid>/stat`` (proc(5)); empty if it cannot be read."""
    # The second field, the program's name in parentheses, may hold blanks and parentheses.
    fields = _read(PROC / str(pid) / "stat").rpartition(")")[2].split()
    return fields[19] if len(fields) > 19 else ""


def _booted() -> float:
    """When this host was booted, in unix seconds; 0 if unknown."""
    lines = _read(PROC / "stat").splitlines()
    return next((float(line.split()[1]) for line in lines if line.startswith("btime ")), 0.0)


def _namespace() -> str:
    try:
        return str((PROC / "self/ns/pid").readlink())
    except OSError:
        return ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # this user id has no name
        return str(os.getuid())


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
