"""Looks up in PagerDuty who is on call, and whether there is an incident, by its REST API
(https://developer.pagerduty.com/api-reference/)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Callable, Dict, Iterator, List, Optional, Tuple, Union

from . import email as emails
from . import rest
from .errors import HookError
from .members import Members

# The base URLs of PagerDuty's regions.
URL = "https://api.pagerduty.com"
EU = "https://api.eu.pagerduty.com"

PAGE_SIZE = 100  # the largest page that PagerDuty returns


@dataclass(frozen=True)
class User:
    """A person in PagerDuty."""

    id: str
    name: str
    email: str


@dataclass(frozen=True)
class _Kind:
    """A kind of things that have an id and a name, and what the API calls it."""

    word: str
    list: str


_SCHEDULES = _Kind("schedule", "schedules")
_POLICIES = _Kind("escalation policy", "escalation_policies")
_SERVICES = _Kind("service", "services")


@dataclass(frozen=True)
class Rotation:
    """Says whose duty counts: that of a schedule, of the levels of a policy, or of
    any_schedule."""

    kind: _Kind
    id_or_name: str
    levels: int = 0  # of a policy
    any: bool = False  # any schedule; an empty name is none

    def counts(self, entry: Members, id: str) -> bool:
        """Reports whether an entry of PagerDuty's list is of the rotation of that id."""
        if self.kind is _POLICIES:
            return entry.object("escalation_policy").get("id", str, "") == id and 1 <= entry.get("escalation_level", int, 0) <= self.levels
        if entry.values.get("schedule") is None:
            return False
        return self.any or entry.object("schedule").get("id", str, "") == id


def schedule(id_or_name: str) -> Rotation:
    """Returns the rotation of a schedule, by its id or name."""
    return Rotation(_SCHEDULES, id_or_name)


def policy(id_or_name: str, levels: int) -> Rotation:
    """Returns the rotation of an escalation policy, by its id or name, down to the highest
    level that counts: 1 is who is called first. A whole policy can't be named, since its last
    level is often everybody."""
    return Rotation(_POLICIES, id_or_name, levels)


def any_schedule() -> Rotation:
    """Returns the rotation of all schedules that an escalation policy uses, at any level.
    People who stand in an escalation policy without a schedule are always on call, so they
    don't count."""
    return Rotation(_SCHEDULES, "", any=True)


@dataclass(frozen=True)
class Incidents:
    """Says which open incidents count: triggered or acknowledged ones that fit each member
    that is set.

    service is the id or the name of the incident's service, urgency "high" or "low", assignee
    the e-mail of a person to whom the incident is assigned, and since the earliest time at
    which it was created.
    """

    service: str = ""
    urgency: str = ""
    assignee: str = ""
    since: Optional[datetime] = None


class Client:
    """Calls the account at url, URL if it is empty. token returns an API key, such as
    secret.named("pagerduty-token"); a read-only one suffices."""

    def __init__(self, url: str, token: Callable[[], str]) -> None:
        def auth(headers: Dict[str, str]) -> None:
            headers["Authorization"] = f"Token token={token()}"
            headers["Accept"] = "application/vnd.pagerduty+json;version=2"

        self._rest = rest.Client("PagerDuty", url or URL, auth)

    def is_on_call(self, email: str, rotation: Rotation) -> bool:
        """Reports whether the person of that e-mail is on call now. Letters of either case are
        the same.

        A schedule or policy that PagerDuty doesn't have raises, and so does a schedule that no
        escalation policy uses: PagerDuty lists nobody of it as on call, whoever is on duty. A
        person whom PagerDuty doesn't have is not on call.
        """
        if not email:
            raise HookError("PagerDuty: the person has no e-mail")
        users = self._person_on_call(email, rotation) if rotation.any else self.users_on_call(rotation)
        return any(emails.equal(u.email, email) for u in users)

    def users_on_call(self, rotation: Rotation) -> List[User]:
        """Returns who is on call now, each person once."""
        if rotation.any:
            return self._on_calls(rotation, "", {})[0]
        if not rotation.id_or_name:
            raise HookError("PagerDuty: the schedule or escalation policy has no name")
        if rotation.kind is _POLICIES and rotation.levels < 1:
            raise HookError(f"PagerDuty: the level of policy must be 1 or more, got {rotation.levels}")
        if _is_id(rotation.id_or_name):
            users = self._on_call_of(rotation, rotation.id_or_name)
            if users is not None:
                return users
        return self._on_call_of(rotation, self._by_name(rotation.kind, rotation.id_or_name)) or []

    def has_incident(self, of: Incidents) -> bool:
        """Reports whether there is such an incident now. A service that PagerDuty doesn't have
        raises. An assignee whom it doesn't have has no incident."""
        if not of.service and not of.assignee:
            raise HookError("PagerDuty: Incidents must have a service or an assignee; any incident anywhere says little")
        query: Dict[str, Union[str, List[str]]] = {"statuses[]": ["triggered", "acknowledged"]}
        if of.urgency:
            if of.urgency not in ("high", "low"):
                raise HookError(f'PagerDuty: the urgency of Incidents must be "high" or "low", got "{of.urgency}"')
            query["urgencies[]"] = of.urgency
        if of.since is None:
            query["date_range"] = "all"  # PagerDuty looks at the last month otherwise
        else:
            query["since"], query["until"] = _time(of.since), _time(datetime.now(timezone.utc) + timedelta(minutes=1))
        if of.assignee:
            assignee = self._user_id(of.assignee)
            if not assignee:
                return False
            query["user_ids[]"] = assignee
        if not of.service:
            return self._has_incident(query)
        if _is_id(of.service):
            if self._has_incident({**query, "service_ids[]": of.service}):
                return True
            if self._thing(_SERVICES, of.service) is not None:
                return False
        return self._has_incident({**query, "service_ids[]": self._by_name(_SERVICES, of.service)})

    def _has_incident(self, query: rest.Query) -> bool:
        return any(page.objects("incidents") for page in self._pages("/incidents", query))

    def _person_on_call(self, email: str, rotation: Rotation) -> List[User]:
        """Returns the person of that e-mail, if on call: of a large account it reads one page
        where everybody on call would be many."""
        id = self._user_id(email)
        return self._on_calls(rotation, "", {"user_ids[]": id})[0] if id else []

    def _on_call_of(self, rotation: Rotation, id: str) -> Optional[List[User]]:
        """Returns who is on call in the rotation of that id; None for an unknown one."""
        filter = "escalation_policy_ids[]" if rotation.kind is _POLICIES else "schedule_ids[]"
        users, listed = self._on_calls(rotation, id, {filter: id})
        if listed:
            return users
        # Nobody is on call, or PagerDuty can't say who: the difference is an error.
        thing = self._thing(rotation.kind, id)
        if thing is None:
            return None
        if rotation.kind is _SCHEDULES and not thing.object("schedule").objects("escalation_policies"):
            raise HookError(f"no escalation policy of PagerDuty uses the schedule {rotation.id_or_name}, so nobody of it is ever on call; add it to one")
        return []

    def _on_calls(self, rotation: Rotation, id: str, query: rest.Query) -> Tuple[List[User], bool]:
        """Reads PagerDuty's list by a filter of the query. The filter is PagerDuty's: an entry
        of another rotation does not count. It returns False for an empty list."""
        users: Dict[str, User] = {}
        listed = False
        for page in self._pages("/oncalls", {**query, "include[]": "users"}):
            for entry in page.objects("oncalls"):
                listed = True
                user = entry.object("user")
                if rotation.counts(entry, id) and not user.get("deleted_at", str, ""):
                    one = User(user.get("id", str, ""), user.get("name", str, ""), user.get("email", str, ""))
                    users.setdefault(one.id, one)
        return list(users.values()), listed

    def _thing(self, kind: _Kind, id: str) -> Optional[Members]:
        """Returns the thing of that id; None if there is none."""
        try:
            return self._rest.members(self._rest.get(rest.path(kind.list, id)))
        except rest.Error as err:
            if rest.not_found(err):
                return None
            raise

    def _by_name(self, kind: _Kind, name: str) -> str:
        """Returns the id of the one thing of that whole name. PagerDuty's search also finds
        parts of names, in letters of either case."""
        found = [
            thing.get("id", str, "")
            for page in self._pages("/" + kind.list, {"query": name})
            for thing in page.objects(kind.list)
            if thing.get("name", str, "") == name
        ]
        if not found:
            raise HookError(f"PagerDuty has no {kind.word} {name}")
        if len(found) > 1:
            raise HookError(f"PagerDuty has {len(found)} {kind.list.replace('_', ' ')} of the name {name}; use the id")
        return found[0]

    def _user_id(self, email: str) -> str:
        """Returns the id of the person of an e-mail, "" if PagerDuty has none. Its search also
        finds parts of names."""
        for page in self._pages("/users", {"query": email}):
            for user in page.objects("users"):
                if emails.equal(user.get("email", str, ""), email):
                    return user.get("id", str, "")
        return ""

    def _pages(self, path: str, query: rest.Query) -> Iterator[Members]:
        """Yields the pages of a list by offset, until the last one."""
        for n in range(rest.MAX_PAGES):
            page = self._rest.members(self._rest.get(path, {**query, "limit": str(PAGE_SIZE), "offset": str(n * PAGE_SIZE)}))
            yield page
            if not page.get("more", bool, False):
                return
        raise HookError(f"PagerDuty lists more than {rest.MAX_PAGES} pages")


def _is_id(text: str) -> bool:
    """Reports whether a text has the form of PagerDuty's ids, such as PI7DH85. A name may have
    it too."""
    return re.fullmatch("[A-Z0-9]{2,}", text) is not None


def _time(at: datetime) -> str:
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
