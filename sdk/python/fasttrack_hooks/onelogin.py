"""Looks up people and roles in OneLogin, by its API
(https://developers.onelogin.com/api-docs/2/)."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass
from typing import Callable, Dict, List, Optional, Set

from . import email as emails
from . import rest
from .errors import HookError
from .members import Members

EARLY = 60.0  # seconds before its expiry at which a token is renewed
IDS_AT_ONCE = 50  # people who are looked up in one call


@dataclass(frozen=True)
class User:
    """A person in OneLogin."""

    id: int
    name: str
    email: str


class Client:
    """Calls the account at url, such as https://example.onelogin.com. credentials returns the
    id and the secret of API credentials as "id:secret", such as
    secret.named("onelogin-credentials"); the scope "read users" suffices. Keep the client for
    later calls: it keeps its access token."""

    def __init__(self, url: str, credentials: Callable[[], str]) -> None:
        self._access = _Access(url, credentials)
        self._rest = rest.Client("OneLogin", url, self._access.auth)

    def has_role(self, email: str, role: str) -> bool:
        """Reports whether the person of that e-mail has the role of that name, or of that id
        if it is a number. A role or a person that OneLogin doesn't know, and a person who can't
        sign in, such as a suspended one, raises and is not False."""
        if not email:
            raise HookError("OneLogin: the person has no e-mail")
        id = self._role(role)
        users = [u for u in self._list("/api/2/users", {"email": email}) if emails.equal(u.get("email", str, ""), email)]
        if not users:
            raise HookError(f"OneLogin has no user {email}")
        if len(users) > 1:
            raise HookError(f"OneLogin has {len(users)} users of the e-mail {email}")
        # A list leaves the roles out.
        user = self._rest.members(self._get(f"/api/2/users/{users[0].get('id', int, 0)}").body)
        if not _active(user):
            status, state = user.get("status", int, 0), user.get("state", int, 0)
            raise HookError(f"user {email} can't sign in to OneLogin: status {status}, state {state}; only status 1, state 1 can")
        return id in user.get("role_ids", list, [])

    def users_in_role(self, role: str) -> List[User]:
        """Returns the people who have the role of that name or id and can sign in."""
        members = [_user(u) for u in self._list(f"/api/2/roles/{self._role(role)}/users", {})]
        # The list of a role leaves out the status.
        active: Set[int] = set()
        for n in range(0, len(members), IDS_AT_ONCE):
            ids = ",".join(str(u.id) for u in members[n : n + IDS_AT_ONCE])
            active.update(u.get("id", int, 0) for u in self._list("/api/2/users", {"user_ids": ids}) if _active(u))
        return [u for u in members if u.id in active]

    def _role(self, role: str) -> int:
        """Returns the id of a role, by that id or by its whole name."""
        if not role:
            raise HookError("OneLogin: the role's name is empty")
        if re.fullmatch("[0-9]+", role):
            try:
                self._get(f"/api/2/roles/{int(role)}")
            except rest.Error as err:
                raise (HookError(f"OneLogin has no role {role}") if rest.not_found(err) else err) from None
            return int(role)
        found = [r.get("id", int, 0) for r in self._list("/api/2/roles", {"name": role}) if r.get("name", str, "") == role]
        if not found:
            raise HookError(f"OneLogin has no role {role}")
        if len(found) > 1:
            raise HookError(f"OneLogin has {len(found)} roles of the name {role}; use the role's id")
        return found[0]

    def _list(self, path: str, query: rest.Query) -> List[Members]:
        """Reads all pages of a list, by the cursor that comes with each
        (https://developers.onelogin.com/api-docs/2/getting-started/using-query-parameters)."""
        found: List[Members] = []
        cursor = ""
        for _ in range(rest.MAX_PAGES):
            response = self._get(path, {**query, "limit": "100", **({"cursor": cursor} if cursor else {})})
            found += self._rest.objects(response.body)
            following = response.headers.get("After-Cursor", "")
            if following in ("", cursor):
                return found
            cursor = following
        raise HookError(f"OneLogin lists more than {rest.MAX_PAGES} pages")

    def _get(self, path: str, query: Optional[rest.Query] = None) -> rest.Response:
        """Gets a path. It gets another token where the first is refused."""
        try:
            return self._rest.do("GET", path, query)
        except rest.Error as err:
            if not rest.has_status(err, 401):
                raise
        self._access.forget()
        return self._rest.do("GET", path, query)


class _Access:
    """Holds the token that calls are made with (OAuth 2.0 client credentials,
    https://developers.onelogin.com/api-docs/2/oauth20-tokens/generate-tokens-2)."""

    def __init__(self, url: str, credentials: Callable[[], str]) -> None:
        self._rest = rest.Client("OneLogin", url, rest.basic(credentials))
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0

    def auth(self, headers: Dict[str, str]) -> None:
        """Adds a token that is valid for another minute at least."""
        with self._lock:
            if time.time() >= self._until:
                response = self._rest.do("POST", "/auth/oauth2/v2/token", form={"grant_type": "client_credentials"})
                got = self._rest.members(response.body)
                token = got.get("access_token", str, "")
                if not token:
                    raise HookError("OneLogin returned no token for the credentials; check the secret")
                self._token, self._until = token, time.time() + got.get("expires_in", int, 0) - EARLY
            headers["Authorization"] = f"Bearer {self._token}"

    def forget(self) -> None:
        """Drops a token that OneLogin refused: tokens can be revoked."""
        with self._lock:
            self._until = 0.0


def _active(user: Members) -> bool:
    """Reports whether a person can sign in. By OneLogin's documentation only those of status 1
    can, and none whose state is unapproved, rejected or unlicensed."""
    return user.get("status", int, 0) == 1 and user.get("state", int, 0) == 1


def _user(of: Members) -> User:
    return User(of.get("id", int, 0), of.get("name", str, ""), of.get("email", str, ""))
