"""Compares e-mail addresses as the engine does."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{}~.]{1,64}@(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9.\-]*[A-Za-z0-9])?\Z", re.DOTALL)


def fold(address: str) -> str:
    """Returns the form by which an address is compared: a plain one in lower case, anything
    else unchanged."""
    return address.lower() if _PLAIN.match(address) else address


def equal(a: str, b: str) -> bool:
    """Reports whether a and b are the same address: two plain ones that differ in the case
    of letters at most, any others exactly."""
    return fold(a) == fold(b)
