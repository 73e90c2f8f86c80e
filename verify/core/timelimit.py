"""A time limit for code that knows nothing of it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["TimeLimitReached", "at_most"]


class TimeLimitReached(BaseException):
    """The time is up. No `Exception`, so that nothing on the way takes it for its own failure."""


@contextmanager
def at_most(seconds: float | None) -> Iterator[None]:
    """Raise `TimeLimitReached` in the enclosed code when it takes longer.

    Compiled code is interrupted when it returns to Python. Without effect for None, outside the
    main thread, and on systems without alarm signals.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if seconds is None or not in_main or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeLimitReached

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
