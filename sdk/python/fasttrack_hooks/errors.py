"""The errors of this package."""

from __future__ import annotations


class HookError(Exception):
    """An error whose text a reviewer reads in the request's history.

    Raise it, or a class of your own derived from it, to say why a hook failed. Of any
    other exception the history shows its class too, and the log its stack.
    """


class InvocationError(HookError):
    """An event that can't be read, or whose flow is unknown."""


class OutcomeError(HookError):
    """An outcome that the engine would refuse."""


class UndeclaredName(HookError):
    """A hook read a name that flows.yaml or the contract doesn't have."""
