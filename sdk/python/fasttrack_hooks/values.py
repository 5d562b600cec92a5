"""The values that a hook reads: fields, vars, and documents of any shape."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Dict, List, Mapping, Optional, Type, TypeVar

from .declared import Names, Reads

T = TypeVar("T")

# Names of the types, which the accessors hide inside of a class.
_Int = int
_Bool = bool


def _is(value: object, kind: Type[T]) -> bool:
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


class _Values:
    """Values by name. Each accessor returns the zero value for one that is absent or of
    another type; lookup distinguishes them."""

    def __init__(self, values: Mapping[str, Any], names: Optional[Names] = None) -> None:
        self._values: Dict[str, Any] = dict(values)
        self._names = names or Names("", None, Reads())

    def lookup(self, name: str) -> Any:
        """Returns a value as JSON has it; None if it is absent."""
        self._names.check(name)
        return self._values.get(name)

    def _get(self, name: str, kind: Type[T], zero: T) -> T:
        value = self.lookup(name)
        return value if _is(value, kind) else zero

    def string(self, name: str) -> str:
        """Returns a value that is a string."""
        return self._get(name, str, "")

    def int(self, name: str) -> _Int:
        """Returns a value that is a whole number."""
        return self._get(name, int, 0)

    def bool(self, name: str) -> _Bool:
        """Returns a value that is true or false."""
        return self._get(name, bool, False)

    def strings(self, name: str) -> List[str]:
        """Returns a value that is a list of strings."""
        value = self._get(name, list, [])
        return value if all(isinstance(v, str) for v in value) else []

    def all(self) -> Dict[str, Any]:
        """Returns a copy of all values."""
        return copy.deepcopy(self._values)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._values!r})"


class Vars(_Values):
    """Settings of flows.yaml. Reading a var that the flow does not declare fails the hook."""


@dataclass(frozen=True)
class Target:
    """What access is requested to. Targets differ in what they set, so any name of settings
    may be read."""

    id: str = ""
    label: str = ""
    settings: Vars = field(default_factory=lambda: Vars({}))


class Fields(_Values):
    """The values of a request. lookup returns None for one that is absent or withheld.

    Reading a name that the flow does not declare in flows.yaml fails the hook.
    """

    def duration(self, name: str) -> timedelta:
        """Returns a duration field."""
        return timedelta(seconds=self.int(name))

    def target(self, name: str) -> Target:
        """Returns a target field."""
        value = self.lookup(name)
        if not isinstance(value, dict):
            return Target()
        texts = [value.get(member, "") for member in ("id", "label")]
        settings = value.get("settings") or {}
        if not all(isinstance(text, str) for text in texts) or not isinstance(settings, dict):
            return Target()
        return Target(texts[0], texts[1], Vars(settings))


class JSON:
    """A document of any shape, such as the context of a request or the output of an earlier
    step. An absent document does not read as an empty one."""

    def __init__(self, document: Any = None) -> None:
        self._document = document

    def lookup(self, member: str) -> Optional[str]:
        """Returns a member that is a string. It returns None if the document or the member is
        absent, or of another type, so that neither passes for an empty text."""
        if not isinstance(self._document, dict):
            return None
        value = self._document.get(member)
        return value if isinstance(value, str) else None

    def decode(self) -> Any:
        """Returns the document, None if it is absent."""
        return copy.deepcopy(self._document)

    def __repr__(self) -> str:
        return f"JSON({self._document!r})"
