"""People and groups in Okta."""

import unittest
from typing import Any, Dict, List

from fasttrack_hooks import okta

from .server import Reply, Request, sent, serve
from .test_pagerduty import said

DEPLOYERS = "00g1emaKYZTWRYYRRTSK"

# Those of Okta's users, but ACTIVE, and one that it doesn't have.
STATUSES = ["STAGED", "PROVISIONED", "PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT", "SUSPENDED", "DEPROVISIONED", "TOMORROW"]


def group(id: str, name: str) -> Dict[str, Any]:
    return {"id": id, "profile": {"name": name}}


def user(name: str, status: str) -> Dict[str, Any]:
    return {"id": name, "status": status, "created": "2026-01-01T00:00:00.000Z", "profile": {
        "login": f"{name}@example.com", "email": f"{name}@example.com", "secondEmail": None,
        "department": "Payments", "costCenters": ["c1", "c2"], "onCall": True,  # the last two are the organization's own
    }}  # fmt: skip


GROUPS = {
    'profile.name eq "deployers"': [group(DEPLOYERS, "deployers")],
    'profile.name eq "a \\"b\\""': [group("00gquoted", 'a "b"')],
    'profile.name eq "twice"': [group("1", "twice"), group("2", "twice")],
}
USERS = {"ada": user("ada", "ACTIVE"), "eve": user("eve", "ACTIVE"), **{f"is-{s}": user(f"is-{s}", s) for s in STATUSES}}
GROUPS_OF = {"ada": [[group("00g0", "Everyone")], [group(DEPLOYERS, "deployers")]], "eve": [[group("00g0", "Everyone")]]}


class Okta(unittest.TestCase):
    def setUp(self) -> None:
        self.url, _ = serve(self, self.organization)
        self.client = okta.Client(self.url, lambda: "k")

    def organization(self, r: Request) -> Reply:
        """Responds as Okta's documentation says: lists come in pages that a Link header joins."""
        if r.headers["Authorization"] != "SSWS k":
            return Reply(401)
        if r.path == "/api/v1/groups":
            return self.page(r, [GROUPS.get(r.of("search"), [])])
        if r.path == f"/api/v1/groups/{DEPLOYERS}":
            return sent(group(DEPLOYERS, "deployers"))
        if r.path == f"/api/v1/groups/{DEPLOYERS}/users":
            return self.page(r, [[user("ada", "ACTIVE"), *(user(f"is-{s}", s) for s in STATUSES)], [user("cy", "ACTIVE")]])
        name, found, rest = r.path.partition("/api/v1/users/")[2].partition("@example.com")
        if name not in USERS or not found:
            return Reply(404)
        if rest == "/groups":
            return self.page(r, GROUPS_OF.get(name, [[group(DEPLOYERS, "deployers")]]))
        return sent(USERS[name])

    def page(self, r: Request, pages: List[Any]) -> Reply:
        n = int(r.of("after") or 0)
        links = [("Link", f'<{self.url}{r.path}>; rel="self"')]
        if n + 1 < len(pages):
            links.append(("Link", f'<{self.url}{r.path}?after={n + 1}>; rel="next"'))
        return sent(pages[n], *links)

    def test_who_can_not_sign_in_is_neither_in_a_group_nor_out_of_it(self) -> None:
        for status in STATUSES:
            with self.subTest(status=status):
                login = f"is-{status}@example.com"
                want: Any = status in ("PASSWORD_EXPIRED", "RECOVERY") or f"user {login} is {status} in Okta, and can't sign in"
                self.assertEqual(said(lambda: self.client.in_group(login, "deployers")), want)

    def test_in_group(self) -> None:
        for login, name, want in [
            ("ada@example.com", "deployers", True),
            ("ada@example.com", DEPLOYERS, True),
            ("eve@example.com", "deployers", False),
            ("eve@example.com", 'a "b"', False),
            ("x@example.com", "deployers", "Okta has no user x@example.com"),
            ("ada@example.com", "deploy", "Okta has no group deploy"),
            ("ada@example.com", "00g1emaKYZTWRYYRR404", "Okta has no group 00g1emaKYZTWRYYRR404"),
            ("ada@example.com", "twice", "Okta has 2 groups of the name twice; use the group's id"),
            ("ada@example.com", "", "Okta: the group's name is empty"),
            ("", "deployers", "Okta: the person has no e-mail, so no login"),
        ]:
            with self.subTest(login=login, name=name):
                self.assertEqual(said(lambda: self.client.in_group(login, name)), want)

    def test_users_in_group(self) -> None:
        self.assertEqual([u.id for u in self.client.users_in_group("deployers")], ["ada", "is-PASSWORD_EXPIRED", "is-RECOVERY", "cy"])

    def test_user(self) -> None:
        """A user comes with the profile, custom attributes too."""
        u = self.client.user("ada@example.com")
        self.assertEqual((u.id, u.login, u.email, u.status), ("ada", "ada@example.com", "ada@example.com", "ACTIVE"))
        p = u.profile
        self.assertEqual((p.string("department"), p.strings("costCenters"), p.bool("onCall")), ("Payments", ["c1", "c2"], True))
        self.assertEqual((p.string("secondEmail"), p.string("onCall"), p.strings("department"), p.bool("absent")), ("", "", [], False))
        for login, want in {
            "x@example.com": "Okta has no user x@example.com",
            "": "Okta: the person has no e-mail, so no login",
            "is-SUSPENDED@example.com": "user is-SUSPENDED@example.com is SUSPENDED in Okta, and can't sign in",
        }.items():
            self.assertEqual(said(lambda: self.client.user(login)), want)

    def test_a_refused_token(self) -> None:
        client = okta.Client(self.url, lambda: "wrong")
        self.assertEqual(said(lambda: client.in_group("ada@example.com", "deployers")), "Okta refused the credentials: 401; check the secret and what it may read")


if __name__ == "__main__":
    unittest.main()
