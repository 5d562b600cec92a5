"""Refuses names that a flow doesn't declare: a misspelt one would silently read as absent."""

from __future__ import annotations

from typing import Optional, Sequence

from .errors import UndeclaredName


class Reads:
    """Keeps the first name of an event that was read and isn't declared. It is raised too;
    kept, it fails a hook that catches every exception."""

    def __init__(self, flow: str = "") -> None:
        self.flow = flow
        self.mistake: Optional[UndeclaredName] = None

    def refuse(self, text: str) -> None:
        """Raises, and keeps, a mistake."""
        mistake = UndeclaredName(text)
        if self.mistake is None:
            self.mistake = mistake
        raise mistake

    def known(self, kind: str, name: str, names: Sequence[str]) -> None:
        """Refuses a name that is not in the contract."""
        if name not in names:
            self.refuse(f'unknown {kind} "{name}"; known: {", ".join(names)}')


class Names:
    """The names that a flow declares of one kind, such as "field". None, from an older
    engine, allows every name."""

    def __init__(self, kind: str, declared: Optional[Sequence[str]], reads: Reads) -> None:
        self._kind = kind
        self._declared = declared
        self._reads = reads

    def check(self, name: str) -> None:
        """Refuses a name that is not declared."""
        if self._declared is None or name in self._declared:
            return
        has = "it declares " + (", ".join(self._declared) or "none")
        self._reads.refuse(f'flow "{self._reads.flow}" has no {self._kind} "{name}"; {has}')
