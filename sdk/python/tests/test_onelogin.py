"""People and roles in OneLogin."""

import base64
import re
import unittest
from typing import Any

from fasttrack_hooks import onelogin

from .server import Reply, Request, sent, serve
from .test_pagerduty import said


class OneLogin(unittest.TestCase):
    def setUp(self) -> None:
        self.tokens = 0
        self.revoked = False
        self.url, _ = serve(self, self.account)
        self.client = onelogin.Client(self.url, lambda: "id:secret")

    def account(self, r: Request) -> Reply:
        """Responds as OneLogin's documentation says. Only the newest token is good, and none
        once revoked is set."""
        if r.path == "/auth/oauth2/v2/token":
            if r.headers["Authorization"] != "Basic " + base64.b64encode(b"id:secret").decode() or r.body != "grant_type=client_credentials":
                return Reply(401)
            self.tokens += 1
            self.revoked = False
            return sent({"access_token": f"token{self.tokens}", "expires_in": 36000})
        if r.headers["Authorization"] != f"Bearer token{self.tokens}" or self.revoked:
            return Reply(401)
        return self.api(r)

    def api(self, r: Request) -> Reply:
        if r.path == "/api/2/roles":
            roles = {"admin": [{"id": 7, "name": "admin"}], "twice": [{"id": 1, "name": "twice"}, {"id": 2, "name": "twice"}]}
            return sent(roles.get(r.of("name"), []))
        if r.path == "/api/2/roles/7":
            return sent({"id": 7, "name": "admin"})
        if r.path == "/api/2/roles/7/users":
            if not r.of("cursor"):
                return sent([{"id": 1, "name": "Ada", "email": "ada@example.com"}], ("After-Cursor", "second"))
            return sent([{"id": n, "name": name, "email": f"{name.lower()}@example.com"} for n, name in ((3, "Cy"), (4, "Sue"), (5, "Un"), (6, "Six"))])
        if r.path == "/api/2/users":
            return self.users(r)
        one = re.fullmatch(r"/api/2/users/(\d+)", r.path)
        if not one:
            return Reply(404)
        id = int(one[1])
        if id == 1:
            return sent({"id": 1, "status": 1, "state": 1, "role_ids": [3, 7]})
        if id == 2:
            return sent({"id": 2, "status": 1, "state": 1, "role_ids": None})
        return sent({"id": id, "status": id - 100 if id < 110 else 1, "state": id - 110 if id >= 110 else 1, "role_ids": [7]})

    def users(self, r: Request) -> Reply:
        if r.of("user_ids") == "1,3,4,5,6":
            return sent([{"id": 1, "status": 1, "state": 1}, {"id": 3, "status": 1, "state": 1}, {"id": 4, "status": 2, "state": 1}, {"id": 5, "status": 1, "state": 3}])
        email = r.of("email")
        numbered = re.fullmatch(r"user(\d+)@example\.com", email)
        if numbered:
            return sent([{"id": int(numbered[1]), "email": email}])
        return sent({
            "ada@example.com": [{"id": 1, "email": "Ada@example.com"}],
            "u\u017fer@example.com": [{"id": 1, "email": "user@example.com"}],  # whom OneLogin takes for user
            "eve@example.com": [{"id": 2, "email": "eve@example.com"}],
            "two@example.com": [{"id": 1, "email": "two@example.com"}, {"id": 2, "email": "two@example.com"}],
        }.get(email, []))  # fmt: skip

    def test_has_role(self) -> None:
        for email, role, want in [
            ("ada@example.com", "admin", True),
            ("ada@example.com", "7", True),
            ("eve@example.com", "admin", False),
            ("u\u017fer@example.com", "admin", "OneLogin has no user u\u017fer@example.com"),
            ("x@example.com", "admin", "OneLogin has no user x@example.com"),
            ("two@example.com", "admin", "OneLogin has 2 users of the e-mail two@example.com"),
            ("ada@example.com", "adm", "OneLogin has no role adm"),
            ("ada@example.com", "8", "OneLogin has no role 8"),
            ("ada@example.com", "twice", "OneLogin has 2 roles of the name twice; use the role's id"),
            ("ada@example.com", "", "OneLogin: the role's name is empty"),
            ("", "admin", "OneLogin: the person has no e-mail"),
        ]:
            with self.subTest(email=email, role=role):
                self.assertEqual(said(lambda: self.client.has_role(email, role)), want)
        self.assertEqual(self.tokens, 1, "one token serves all calls")
        self.revoked = True
        self.assertEqual((said(lambda: self.client.has_role("ada@example.com", "admin")), self.tokens), (True, 2))

    def test_only_an_active_approved_person_has_a_role(self) -> None:
        for id in [*range(100, 109), *range(110, 119)]:
            got: Any = said(lambda: self.client.has_role(f"user{id}@example.com", "admin"))
            if id in (101, 111):
                self.assertIs(got, True)
            else:
                self.assertIn("can't sign in to OneLogin", got)

    def test_users_in_role(self) -> None:
        self.assertEqual([u.email for u in self.client.users_in_role("admin")], ["ada@example.com", "cy@example.com"])

    def test_credentials(self) -> None:
        for credentials, want in {
            "id:wrong": "OneLogin refused the credentials: 401; check the secret and what it may read",
            "nonsense": 'the credentials must be "user:password"; check the secret',
        }.items():
            client = onelogin.Client(self.url, lambda: credentials)
            self.assertEqual(said(lambda: client.has_role("ada@example.com", "admin")), want)


if __name__ == "__main__":
    unittest.main()
