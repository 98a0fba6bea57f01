"""A periodic kernel timer as a file descriptor (timerfd).

The event loop's own timers are exact only to a millisecond, which is longer than a fast server
takes to answer. Python has these calls since 3.13, but the lab also runs on 3.11.
"""

import ctypes
import os
from contextlib import suppress

_libc = ctypes.CDLL(None, use_errno=True)
_MONOTONIC, _NONBLOCK, _ABSOLUTE = 1, os.O_NONBLOCK, 1
SECOND = 1_000_000_000


class _Itimerspec(ctypes.Structure):
    """Interval and first expiry, each as seconds and nanoseconds."""

    _fields_ = tuple(
        (name, ctypes.c_long) for name in ("every_s", "every_ns", "first_s", "first_ns")
    )


class Timer:
    """Readable when an interval has passed since the last read."""

    def __init__(self) -> None:
        self.fd = int(_libc.timerfd_create(_MONOTONIC, _NONBLOCK))
        if self.fd < 0:
            raise _os_error()

    def every(self, interval_ns: int, first_ns: int) -> None:
        """Start over: readable at `first_ns` of `perf_counter_ns`, then at every interval."""
        self._set(_Itimerspec(*divmod(interval_ns, SECOND), *divmod(first_ns, SECOND)))

    def stop(self) -> None:
        """Stop: it does not become readable again."""
        self._set(_Itimerspec())

    def read(self) -> None:
        """Read it: it becomes readable again when another interval has passed."""
        with suppress(BlockingIOError):  # the timer was set again in between
            os.read(self.fd, 8)

    def _set(self, setting: _Itimerspec) -> None:
        if _libc.timerfd_settime(self.fd, _ABSOLUTE, ctypes.byref(setting), None):
            raise _os_error()

    def close(self) -> None:
        """Close the file descriptor."""
        os.close(self.fd)


def _os_error() -> OSError:
    code = ctypes.get_errno()
    return OSError(code, os.strerror(code))
