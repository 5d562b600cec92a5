"""The options of a field, while a person writes a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Tuple

from . import email
from .contract import MAX_OPTION_TEXT, MAX_OPTIONS
from .errors import OutcomeError
from .event import Flow, User
from .text import check_line, size
from .values import Fields


@dataclass(frozen=True)
class Option:
    """One option of a field: its value, and what people see, the value if empty."""

    value: str
    label: str = ""


@dataclass
class Search:
    """What a function of Hooks.prefetch is called with.

    It is called for the options of a field while a person writes a request, and to check the
    chosen value when the request is filed. query is what the person typed so far, "" at
    first. When a value is checked, value and query are that value; during a search value is
    empty. fields are the other fields when a value is checked, without sensitive ones;
    during a search those that the field depends on (depends_on in flows.yaml).

    A function that searches the values of its options can treat both the same: the value is
    accepted if it is the value of an option. A function that searches elsewhere, such as in
    labels, must look at value first.
    """

    field: str
    query: str
    value: str
    requester: User
    flow: Flow
    fields: Fields
    _trial: bool

    def __post_init__(self) -> None:
        self._more = False

    def more(self) -> None:
        """Reports that more options exist than are returned, so that the person is prompted
        to type more. More than 100 returned options report it by themselves."""
        self._more = True

    def trial(self) -> bool:
        """Reports whether the options have no effect; see Event.trial."""
        return self._trial


def fit(options: object, value: str, room: int) -> Tuple[List[Dict[str, Any]], bool]:
    """Returns the options that a response has room for, and whether there are more. Of a value
    that is checked it returns its own, so that it is not lost among many."""
    if not isinstance(options, (list, tuple)) or not all(type(o) is Option for o in options):
        raise OutcomeError(f"it returned {type(options).__name__}; it must be a list of Option")
    # Case is ignored as addresses do; the engine compares exactly.
    found = [o for o in options if value == "" or email.equal(o.value, value)]
    sent: List[Dict[str, Any]] = []
    for option in found[:MAX_OPTIONS]:
        for text in (option.value, option.label):
            check_line("an option", text, MAX_OPTION_TEXT)
        if option.value == "":
            raise OutcomeError("an option has no value")
        one = {"value": option.value, "label": option.label} if option.label else {"value": option.value}
        room -= size(one) + 2
        if room < 0:
            break
        sent.append(one)
    return sent, len(sent) < len(found)
