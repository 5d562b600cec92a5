"""Calls a hook within its time limit."""

from __future__ import annotations

import contextvars
import threading
import time
import traceback
from dataclasses import dataclass
from typing import Any, Callable, List, Optional

from . import log
from .errors import HookError

# MARGIN, in seconds, is left of the function's own time limit for its response: a function
# that ends without one fails all its hooks.
MARGIN = 0.2

# What a call to another system is limited by; see remaining.
_deadline: contextvars.ContextVar[Optional[float]] = contextvars.ContextVar("deadline", default=None)

# The limit of a call where the hook has no deadline, and what is left of one, for the hook
# to report the failure; in seconds.
_ALONE = 9.0
_REPORT = 0.5


@dataclass(frozen=True)
class Returned:
    """The result of calling a hook. failure is the kind of failure, "" for none; why
    describes it. hung reports that the hook may still be running."""

    outcome: Any = None
    failure: str = ""
    why: str = ""
    hung: bool = False


def remaining() -> float:
    """Returns how long a call to another system may take, in seconds.

    It ends half a second before the hook's time limit, or after three quarters of what is
    left if that is less than two seconds. Outside of a hook it is nine seconds.
    """
    end = _deadline.get()
    if end is None:
        return _ALONE
    left = end - time.monotonic()
    return max(0.0, left - min(_REPORT, left / 4))


def within(limit: float, end: Optional[float], call: Callable[[], Any]) -> Returned:
    """Calls a hook until its limit, or until end, when the function's own time is over.

    A hook that still runs then is abandoned: it has a copy of the event, and what it returns
    is dropped.
    """
    started = time.monotonic()
    if end is not None:
        limit = min(limit, end - started - MARGIN)
    if limit <= 0:
        return Returned(failure="timeout", why="no time was left to call it: the function's own time limit is too short for its hooks")
    returned: List[Returned] = []

    def run() -> None:
        _deadline.set(started + limit)
        returned.append(_attempt(call))

    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True)
    try:
        thread.start()
    except RuntimeError as err:
        return Returned(failure="error", why=f"it could not be called: {err}")
    thread.join(limit)
    # A copy: the hook may return right now.
    got = list(returned)
    if got:
        return got[0]
    if not thread.is_alive():
        return Returned(failure="exit", why="it ended its thread without returning")
    return Returned(failure="timeout", why=f"it did not return within {round(limit, 3):g}s", hung=True)


def _attempt(call: Callable[[], Any]) -> Returned:
    try:
        return Returned(outcome=call())
    except HookError as err:
        return Returned(failure="error", why=_text(err))
    except Exception as err:
        # The stack without the exception's text, which could quote the request.
        log.line("ERROR", "exception", type=type(err).__name__, stack="".join(traceback.format_tb(err.__traceback__)))
        return Returned(failure="error", why=f"{type(err).__name__}: {_text(err)}")
    except SystemExit:
        return Returned(failure="exit", why="it called sys.exit")
    except BaseException as err:
        return Returned(failure="exit", why=f"it raised {type(err).__name__}")


def _text(err: BaseException) -> str:
    """Returns the text of an exception, which may be the author's code and raise."""
    try:
        return str(err)
    except BaseException as other:
        return f"its text can't be read: {type(other).__name__}"
