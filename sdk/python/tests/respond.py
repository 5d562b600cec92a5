"""What the tests share."""

import contextlib
import io
from typing import Any, Callable, Dict

from fasttrack_hooks import Hooks, serve
from fasttrack_hooks.testing import invocation

Document = Dict[str, Any]


def respond(hooks: Hooks, document: Document, context: Any = None) -> Document:
    """Returns the response of a function that has hooks for every flow."""
    return quiet(lambda: serve({"*": hooks})(document, context))


def quiet(call: Callable[[], Any]) -> Any:
    """Calls without the log lines."""
    with contextlib.redirect_stdout(io.StringIO()):
        return call()


def returning(hook: str, outcome: Any, **options: Any) -> Document:
    """Returns the response where a hook returns an outcome."""
    return respond(Hooks(**{hook: lambda e: outcome}), invocation(hook, **options))
