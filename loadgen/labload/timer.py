"""A periodic timer of the kernel's as a file descriptor.

The event loop's own timers are exact to a millisecond only, which is longer than a fast server
needs for its answer. Python has these calls since 3.13; the lab also runs on 3.11.
"""

import ctypes
import os
from contextlib import suppress

_libc = ctypes.CDLL(None, use_errno=True)
_MONOTONIC, _NONBLOCK = 1, os.O_NONBLOCK


class _Itimerspec(ctypes.Structure):
    """Interval and first expiry, each as seconds and nanoseconds."""

    _fields_ = tuple(
        (name, ctypes.c_long) for name in ("every_s", "every_ns", "first_s", "first_ns")
    )


class Timer:
    """Readable whenever an interval has passed since it was last read."""

    def __init__(self) -> None:
        self.fd = int(_libc.timerfd_create(_MONOTONIC, _NONBLOCK))
        if self.fd < 0:
            raise _os_error()

    def every(self, interval_ns: int) -> None:
        """Start over with this interval; 0 stops it."""
        seconds, nanoseconds = divmod(interval_ns, 1_000_000_000)
        setting = _Itimerspec(seconds, nanoseconds, seconds, nanoseconds)
        if _libc.timerfd_settime(self.fd, 0, ctypes.byref(setting), None):
            raise _os_error()

    def read(self) -> None:
        """It is readable again when another interval has passed."""
        with suppress(BlockingIOError):  # another setting came in between
            os.read(self.fd, 8)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.fd)


def _os_error() -> OSError:
    code = ctypes.get_errno()
    return OSError(code, os.strerror(code))
