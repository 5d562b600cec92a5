"""Who is on call in PagerDuty, and whether there is an incident."""

import unittest
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, List

from fasttrack_hooks import HookError, pagerduty
from fasttrack_hooks.pagerduty import Incidents, Rotation, any_schedule, policy, schedule

from .server import Reply, Request, sent, serve


def on_call(id: str, schedule: str, policy: str, level: int) -> Dict[str, Any]:
    return {
        "user": {"id": id, "email": f"{id}@example.com"}, "escalation_policy": {"id": policy}, "escalation_level": level,
        "schedule": {"id": schedule} if schedule else None,
    }  # fmt: skip


GONE = on_call("gone", "P2", "E1", 1)
GONE["user"]["deleted_at"] = "2026-01-01T00:00:00Z"

NAMES = {
    "/schedules": {"P0": "payments primary", "P1": "Payments primary", "P3": "PRIMARY", "P4": "Twice", "P5": "Twice"},
    "/escalation_policies": {"E1": "Payments", "E2": "Payments, at night"},
    "/services": {"S0": "Billing API v2", "S1": "Billing API"},
}


def on_calls(r: Request) -> List[Dict[str, Any]]:
    if r.of("schedule_ids[]") == "P1":
        many = [on_call(f"u{i}", "P1", "E", 1) for i in range(150)]
        return many + [on_call("Ada", "P1", "E", 1), on_call("Ada", "P1", "E2", 2), on_call("eve", "P9", "E", 1)]
    if r.of("schedule_ids[]") == "P3":
        return [on_call("grace", "P3", "E", 1)]
    if r.of("user_ids[]") == "U-ada@example.com":
        return [on_call("everybody", "", "E1", 3), on_call("ada", "P7", "E9", 2)]
    if r.of("user_ids[]") == "U-perm@example.com":
        return [on_call("perm", "", "E1", 3)]
    if r.of("escalation_policy_ids[]") == "E1":
        return [GONE, on_call("grace", "P2", "E1", 1), on_call("linus", "", "E1", 2), on_call("everybody", "", "E1", 3)]
    if not {"user_ids[]", "schedule_ids[]", "escalation_policy_ids[]"} & set(r.query):
        return [on_call("grace", "P2", "E1", 1), on_call("linus", "", "E1", 2), on_call("ada", "P7", "E9", 2), on_call("grace", "P3", "E", 1)]
    return []


def account(r: Request) -> Reply:
    """Responds as PagerDuty's documentation says
    (https://developer.pagerduty.com/api-reference/3a6b910f11050-list-all-of-the-on-calls):
    lists come in pages by offset and limit, filters are exact, and query finds parts of names
    in letters of either case. The schedule P1, "Payments primary", has 150 people on call before
    Ada; the policy E1, "Payments", has Grace first, then Linus, then everybody. PRIMARY is the
    name of a schedule, though it has the form of an id."""
    if r.headers["Authorization"] != "Token token=k" or r.headers["Accept"] != "application/vnd.pagerduty+json;version=2":
        return Reply(401)
    offset, limit = int(r.of("offset") or 0), int(r.of("limit") or 0)
    if r.path == "/oncalls":
        if r.of("include[]") != "users":
            return Reply(400)
        found = on_calls(r)
        return sent({"oncalls": found[offset : offset + limit], "more": offset + limit < len(found)})
    if r.path in NAMES:
        things = [{"id": id, "name": name} for id, name in NAMES[r.path].items() if r.of("query").lower() in name.lower()]
        n = offset // 100  # one a page: a name is found on a later page too
        return sent({r.path[1:]: things[n : n + 1], "more": n + 1 < len(things)})
    if r.path == "/schedules/EMPTY":
        return sent({"schedule": {"id": "EMPTY", "escalation_policies": [{"id": "E"}]}})
    if r.path == "/schedules/UNUSED":
        return sent({"schedule": {"id": "UNUSED", "escalation_policies": []}})
    if r.path == "/users":
        users = [u for u in ("perm@example.com", "bada@example.com", "ada@example.com") if r.of("query") in u]
        return sent({"users": [{"id": f"U-{u}", "email": u} for u in users], "more": False})
    if r.path == "/services/S1":
        return sent({"service": {"id": "S1"}})
    if r.path == "/incidents":
        return incidents(r)
    return Reply(404)


def incidents(r: Request) -> Reply:
    if r.query.get("statuses[]") != ["triggered", "acknowledged"]:
        return Reply(400)
    made = datetime.now(timezone.utc) - timedelta(hours=1)
    late = r.of("date_range") != "all" and made <= datetime.strptime(r.of("since"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    other = r.of("service_ids[]") not in ("", "S1") or r.of("urgencies[]") == "low" or r.of("user_ids[]") not in ("", "U-ada@example.com")
    return sent({"incidents": [] if late or other else [{"id": "I1"}], "more": False})


class PagerDuty(unittest.TestCase):
    def setUp(self) -> None:
        self.url, _ = serve(self, account)
        self.client = pagerduty.Client(self.url, lambda: "k")

    def test_is_on_call(self) -> None:
        for email, rotation, want in [
            ("ada@example.com", schedule("P1"), True),
            ("eve@example.com", schedule("P1"), False),
            ("ada@example.com", schedule("EMPTY"), False),
            ("ada@example.com", schedule("UNUSED"), "no escalation policy of PagerDuty uses the schedule UNUSED, so nobody of it is ever on call; add it to one"),
            ("gone@example.com", policy("E1", 2), False),
            ("ada@example.com", schedule("P404"), "PagerDuty has no schedule P404"),
            ("ada@example.com", schedule("Payments primary"), True),
            ("ada@example.com", schedule("Payments"), "PagerDuty has no schedule Payments"),
            ("ada@example.com", schedule("PAYMENTS primary"), "PagerDuty has no schedule PAYMENTS primary"),
            ("grace@example.com", schedule("PRIMARY"), True),
            ("ada@example.com", schedule("Twice"), "PagerDuty has 2 schedules of the name Twice; use the id"),
            ("linus@example.com", policy("Payments", 2), True),
            ("ada@example.com", any_schedule(), True),
            ("perm@example.com", any_schedule(), False),
            ("x@example.com", any_schedule(), False),
            ("grace@example.com", policy("E1", 1), True),
            ("linus@example.com", policy("E1", 1), False),
            ("linu\u017f@example.com", policy("E1", 2), False),
            ("linus@example.com", policy("E1", 2), True),
            ("everybody@example.com", policy("E1", 2), False),
            ("ada@example.com", policy("E404", 1), "PagerDuty has no escalation policy E404"),
            ("ada@example.com", policy("E1", 0), "PagerDuty: the level of policy must be 1 or more, got 0"),
            ("ada@example.com", schedule(""), "PagerDuty: the schedule or escalation policy has no name"),
            ("", schedule("P1"), "PagerDuty: the person has no e-mail"),
        ]:
            with self.subTest(email=email, rotation=rotation):
                self.assertEqual(said(lambda: self.client.is_on_call(email, rotation)), want)

    def test_users_on_call(self) -> None:
        self.assertEqual(len(self.client.users_on_call(schedule("P1"))), 151)
        self.assertEqual([u.email for u in self.client.users_on_call(any_schedule())], ["grace@example.com", "ada@example.com"])
        self.assertIsInstance(any_schedule(), Rotation)

    def test_has_incident(self) -> None:
        now = datetime.now(timezone.utc)
        for of, want in [
            (Incidents("S1"), True),
            (Incidents("Billing API"), True),
            (Incidents("Billing"), "PagerDuty has no service Billing"),
            (Incidents("S1", "high", "ada@example.com", now - timedelta(hours=2)), True),
            (Incidents("S1", since=now - timedelta(minutes=1)), False),
            (Incidents("S1", "low"), False),
            (Incidents(assignee="nobody@example.com"), False),
            (Incidents(assignee="ada@example.com"), True),
            (Incidents("S404"), "PagerDuty has no service S404"),
            (Incidents(), "PagerDuty: Incidents must have a service or an assignee; any incident anywhere says little"),
            (Incidents("S1", "P1"), 'PagerDuty: the urgency of Incidents must be "high" or "low", got "P1"'),
        ]:
            with self.subTest(of=of):
                self.assertEqual(said(lambda: self.client.has_incident(of)), want)

    def test_a_refused_key(self) -> None:
        client = pagerduty.Client(self.url, lambda: "wrong")
        self.assertEqual(said(lambda: client.is_on_call("ada@example.com", schedule("P1"))), "PagerDuty refused the credentials: 401; check the secret and what it may read")


def said(call: Any) -> Any:
    """Returns what a call returns, or the text of its error."""
    try:
        return call()
    except HookError as err:
        return str(err)


if __name__ == "__main__":
    unittest.main()
