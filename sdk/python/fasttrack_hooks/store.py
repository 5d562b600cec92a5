"""What the hooks of a flow keep between requests."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Dict, List, Mapping, Optional, Sequence

from .declared import Reads
from .errors import OutcomeError
from .text import as_json, size

MAX_PUTS = 10
MAX_VALUE = 4 << 10  # bytes
MAX_KEY = 200  # characters
MAX_KEPT = timedelta(days=400)


@dataclass(frozen=True)
class Put:
    """A change of a value that a hook has made; see Store.puts.

    if_version is the version that the value must have when the outcome takes effect, "" that
    there must be none; None is no condition. ttl_seconds 0 is 90 days.
    """

    scope: str
    key: str
    value: Any = None
    delete: bool = False
    if_version: Optional[str] = None
    ttl_seconds: int = 0

    def wire(self) -> Dict[str, Any]:
        """Returns the put as the response has it."""
        put: Dict[str, Any] = {"scope": self.scope, "key": self.key}
        if self.delete:
            put["delete"] = True
        else:
            put["value"] = self.value
        if self.if_version is not None:
            put["if_version"] = self.if_version
        if self.ttl_seconds:
            put["ttl_seconds"] = self.ttl_seconds
        return put


class Store:
    """The store of an event: small values, which the flow names under store: in flows.yaml.

    What a hook puts is stored together with its outcome, once that takes effect, and else not
    at all.
    """

    def __init__(
        self, reads: Reads, values: Optional[Mapping[str, Mapping[str, Mapping[str, Any]]]] = None, declared: Optional[Mapping[str, Sequence[str]]] = None
    ) -> None:
        self._reads = reads
        self._values = values
        self._declared = declared
        self._puts: List[Put] = []
        self.failed: Optional[Exception] = None

    @property
    def person(self) -> Values:
        """The values of the person who gets the access. No event has those of anybody else."""
        return Values(self, "person")

    @property
    def flow(self) -> Values:
        """The values of the flow."""
        return Values(self, "flow")

    def puts(self) -> List[Put]:
        """Returns what the hook has put so far. It is for tests."""
        return list(self._puts)

    def _read(self, scope: str) -> Mapping[str, Mapping[str, Any]]:
        if self._values is None:
            why = "it has none in flows.yaml, or the engine is older than stores"
            if self._declared is not None:
                why = "the request is too large to be sent together with it"
            self._reads.refuse(f'this event has no store of flow "{self._reads.flow}": {why}')
        return (self._values or {}).get(scope) or {}

    def _check(self, scope: str, key: str) -> Mapping[str, Mapping[str, Any]]:
        values = self._read(scope)
        if self._declared is not None:
            names = self._declared.get(scope) or ()
            if not any(name == key or name.endswith("*") and key.startswith(name[:-1]) and key != name[:-1] for name in names):
                has = "it declares " + (", ".join(names) or "none")
                self._reads.refuse(f'the store of flow "{self._reads.flow}" has no "{key}" of scope {scope}; {has}')
        return values

    def _add(self, put: Put) -> None:
        self._puts = [p for p in self._puts if (p.scope, p.key) != (put.scope, put.key)] + [put]

    def _fail(self, text: str) -> None:
        if self.failed is None:
            self.failed = OutcomeError("store: " + text)


class Values:
    """The values of one scope of a store."""

    def __init__(self, store: Store, scope: str) -> None:
        self._store = store
        self._scope = scope

    def get(self, key: str, default: Any = None) -> Any:
        """Returns the value of a key, or default if there is none. What the hook itself has put
        counts. A key that flows.yaml does not declare fails the hook."""
        values = self._store._check(self._scope, key)
        for put in self._store.puts():
            if (put.scope, put.key) == (self._scope, key):
                return default if put.delete else copy.deepcopy(put.value)
        return copy.deepcopy(values[key]["value"]) if key in values else default

    def list(self, prefix: str = "") -> List[str]:
        """Returns the keys that begin with prefix and have a value, in order."""
        keys = set(self._store._read(self._scope))
        for put in self._store.puts():
            if put.scope == self._scope:
                (keys.discard if put.delete else keys.add)(put.key)
        return sorted(key for key in keys if key.startswith(prefix))

    def put(self, key: str, value: Any, ttl: timedelta = timedelta(0)) -> None:
        """Keeps a value for so long, at most 400 days; 0 is 90 days.

        It holds if nobody has changed the value since this event was sent: else nothing of the
        outcome counts, and the hook is called again with what there is then. So a counter is
        exact.
        """
        self._put(key, value, ttl, conditional=True)

    def set(self, key: str, value: Any, ttl: timedelta = timedelta(0)) -> None:
        """Keeps a value as put does, whatever there is by then."""
        self._put(key, value, ttl, conditional=False)

    def delete(self, key: str) -> None:
        """Removes the value of a key, under the condition of put."""
        values = self._store._check(self._scope, key)
        self._store._add(Put(self._scope, key, delete=True, if_version=_version(values, key)))

    def _put(self, key: str, value: Any, ttl: timedelta, conditional: bool) -> None:
        values = self._store._check(self._scope, key)
        try:
            kept = as_json(value)
        except (OutcomeError, TypeError, ValueError, RecursionError) as err:
            self._store._fail(f"the value of {key}: {err}")
            return
        seconds = ttl.total_seconds()
        if kept is None:
            self._store._fail(f"the value of {key}: it is null; delete removes a value")
        elif size(kept) > MAX_VALUE:
            self._store._fail(f"the value of {key}: {size(kept)} bytes, more than {MAX_VALUE}")
        elif len(key) > MAX_KEY:
            self._store._fail(f"a key of {len(key)} characters, more than {MAX_KEY}")
        elif seconds < 0 or ttl > MAX_KEPT or seconds != int(seconds):
            self._store._fail(f"the value of {key}: kept for {ttl}: must be whole seconds, at most 400 days")
        else:
            version = _version(values, key) if conditional else None
            self._store._add(Put(self._scope, key, kept, if_version=version, ttl_seconds=int(seconds)))


def _version(values: Mapping[str, Mapping[str, Any]], key: str) -> str:
    return str(values[key]["version"]) if key in values else ""
