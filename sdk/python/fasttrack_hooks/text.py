"""Checks texts that people read, by the engine's rules."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from .errors import OutcomeError

MAX_ERROR = 1000  # characters


def must_be_text(what: str, value: object) -> str:
    """Returns value, which must be a string."""
    if not isinstance(value, str):
        raise TypeError(f"{what} must be a string, got {type(value).__name__}")
    return value


def check_line(what: str, text: str, limit: int) -> None:
    """Checks a text of one line. The engine also shows an invisible character as a
    replacement character."""
    must_be_text(what, text)
    if len(text) > limit:
        raise OutcomeError(f"{what}: {len(text)} characters, more than {limit}")
    for c in text:
        if unicodedata.category(c) == "Cc":
            raise OutcomeError(f"{what}: it holds the control character U+{ord(c):04X}")


def check_lines(what: str, text: str, limit: int) -> None:
    """Checks a text that may have line breaks and tabs."""
    must_be_text(what, text)
    if len(text) > limit:
        raise OutcomeError(f"{what}: {len(text)} characters, more than {limit}")
    check_line(what, text.replace("\r\n", "").replace("\n", "").replace("\t", ""), limit)


def clip(text: str) -> str:
    """Shortens an error to one line for the history."""
    line = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    if not line.strip():
        return "it failed without saying why"
    return line if len(line) <= MAX_ERROR else line[: MAX_ERROR - 1] + "…"


def size(document: object) -> int:
    """Returns the number of bytes of a document as JSON, as Lambda's runtime writes it."""
    return len(json.dumps(document))


def as_json(document: object) -> Any:
    """Returns a copy of a document as JSON carries it. It raises for one that is none, and
    puts U+FFFD for half of a surrogate pair, which UTF-8 can't encode."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    return json.loads(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
