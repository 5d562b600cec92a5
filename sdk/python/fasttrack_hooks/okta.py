"""Looks up people and groups in Okta, by its management API
(https://developer.okta.com/docs/api/)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Callable, Dict, List

from . import rest
from .errors import HookError
from .members import Members
from .values import Vars


@dataclass(frozen=True)
class User:
    """A person in Okta. status is Okta's, such as "ACTIVE".

    profile are the person's attributes, those of Okta and those that the organization added,
    such as "department".
    """

    id: str
    login: str
    email: str
    status: str
    profile: Vars

    def active(self) -> bool:
        """Reports whether the person can sign in. Those who never did (STAGED, PROVISIONED),
        are kept out (LOCKED_OUT, SUSPENDED) or have left (DEPROVISIONED) can't, and neither can
        a status that this package doesn't know."""
        return self.status in ("ACTIVE", "PASSWORD_EXPIRED", "RECOVERY")


class Client:
    """Calls the organization at url, such as https://example.okta.com. token returns an API
    token, such as secret.named("okta-token"); that of a read-only administrator suffices."""

    def __init__(self, url: str, token: Callable[[], str]) -> None:
        def auth(headers: Dict[str, str]) -> None:
            headers["Authorization"] = f"SSWS {token()}"

        self._rest = rest.Client("Okta", url, auth)

    def user(self, login: str) -> User:
        """Returns the person of that login, which is an e-mail in most organizations. A person
        whom Okta doesn't know, and one who can't sign in, raises."""
        if not login:
            raise HookError("Okta: the person has no e-mail, so no login")
        try:
            found = _user(self._rest.members(self._rest.get(rest.path("api", "v1", "users", login))))
        except rest.Error as err:
            raise _unknown(login, err) from None
        if not found.active():
            raise HookError(f"user {login} is {found.status or 'of unknown status'} in Okta, and can't sign in")
        return found

    def in_group(self, login: str, id_or_name: str) -> bool:
        """Reports whether the person of that login is in the group of that id or name.

        A group or a person that Okta doesn't know, and a person who can't sign in, such as a
        suspended one, raises and is not False: a rule that says "never these" must not let them
        through.
        """
        want = self._group(id_or_name)
        self.user(login)
        try:
            for page in self._rest.pages(rest.path("api", "v1", "users", login, "groups")):
                if any(group.get("id", str, "") == want for group in self._rest.objects(page)):
                    return True
        except rest.Error as err:
            raise _unknown(login, err) from None
        return False

    def users_in_group(self, id_or_name: str) -> List[User]:
        """Returns the people in the group of that id or name who can sign in."""
        where = rest.path("api", "v1", "groups", self._group(id_or_name), "users")
        users = [_user(one) for page in self._rest.pages(where, {"limit": "200"}) for one in self._rest.objects(page)]
        return [u for u in users if u.active()]

    def _group(self, id_or_name: str) -> str:
        """Returns the id of a group, by that id or by its whole name."""
        if not id_or_name:
            raise HookError("Okta: the group's name is empty")
        if re.fullmatch("00g[0-9A-Za-z]{17}", id_or_name):
            try:
                return self._rest.members(self._rest.get(rest.path("api", "v1", "groups", id_or_name))).get("id", str, "")
            except rest.Error as err:
                if not rest.not_found(err):
                    raise
        quoted = id_or_name.replace("\\", "\\\\").replace('"', '\\"')
        groups = self._rest.objects(self._rest.get("/api/v1/groups", {"search": f'profile.name eq "{quoted}"'}))
        found = [g.get("id", str, "") for g in groups if g.object("profile").get("name", str, "") == id_or_name]
        if not found:
            raise HookError(f"Okta has no group {id_or_name}")
        if len(found) > 1:
            raise HookError(f"Okta has {len(found)} groups of the name {id_or_name}; use the group's id")
        return found[0]


def _user(of: Members) -> User:
    profile = Vars(of.object("profile").values)
    return User(of.get("id", str, ""), profile.string("login"), profile.string("email"), of.get("status", str, ""), profile)


def _unknown(login: str, err: rest.Error) -> HookError:
    return HookError(f"Okta has no user {login}") if rest.not_found(err) else err
