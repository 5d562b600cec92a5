"""Reads the members of a JSON object by their types."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Tuple, Type, TypeVar

from .errors import HookError

T = TypeVar("T")


class Members:
    """The members of an object. One that is absent or null reads as the zero value, one of
    another type is refused."""

    def __init__(self, values: object, path: str, refuse: Callable[[str], HookError]) -> None:
        self._path = path
        self._refuse = refuse
        if not isinstance(values, dict):
            raise self.wrong(f"{path or 'it'} must be an object, got {type(values).__name__}")
        self.values: Dict[str, Any] = values

    def wrong(self, text: str) -> HookError:
        """Returns the error of a wrong member."""
        return self._refuse(text)

    def name(self, member: str) -> str:
        """Returns the path of a member."""
        return f"{self._path}.{member}" if self._path else member

    def get(self, member: str, kind: Type[T], zero: T) -> T:
        """Returns a member of a type."""
        value = self.values.get(member)
        if value is None:
            return zero
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.wrong(f"{self.name(member)} must be {_WORDS[kind]}, got {type(value).__name__}")
        return value

    def object(self, member: str) -> Members:
        """Returns a member that is an object; an absent one is empty."""
        return Members(self.get(member, dict, {}), self.name(member), self._refuse)

    def objects(self, member: str) -> Tuple[Members, ...]:
        """Returns a member that is a list of objects."""
        return tuple(Members(one, self.name(member), self._refuse) for one in self.get(member, list, []))

    def ints(self, member: str) -> Tuple[int, ...]:
        """Returns a member that is a list of whole numbers; an absent one is empty."""
        listed = self.get(member, list, [])
        if not all(isinstance(one, int) and not isinstance(one, bool) for one in listed):
            raise self.wrong(f"{self.name(member)} must be a list of whole numbers")
        return tuple(listed)

    def texts(self, member: str) -> Optional[List[str]]:
        """Returns a member that is a list of strings; None if it is absent."""
        if self.values.get(member) is None:
            return None
        listed = self.get(member, list, [])
        if not all(isinstance(one, str) for one in listed):
            raise self.wrong(f"{self.name(member)} must be a list of strings")
        return list(listed)


_WORDS: Dict[type, str] = {str: "a string", int: "a whole number", bool: "true or false", dict: "an object", list: "a list"}
