"""Tests of the store of hooks, and of flows that code hides."""

from __future__ import annotations

import unittest
from datetime import timedelta
from typing import Any, Callable, Dict

from fasttrack_hooks import Event, FromRequest, Hooks, Permissions, UndeclaredName, Viewer, approve, continue_, serve, testing

ALL = ["transition", "reason", "errors", "puts", "permissions"]


def three_a_day(e: Event) -> FromRequest:
    today = e.store.person.get("fast_tracked", 0)
    if today >= 3:
        return continue_()
    e.store.person.put("fast_tracked", today + 1, timedelta(hours=24))
    return approve(f"Fast-tracked, {today + 1} of 3 today.")


def respond(hook: Callable[[Event], Any], name: str = "on_request", **options: Any) -> Dict[str, Any]:
    document = testing.invocation(name, **options)
    document["accepts"] = ALL
    return serve({"sample": Hooks(**{name: hook})})(document)


def puts(change: Callable[[Any], None]) -> Callable[[Event], FromRequest]:
    def hook(e: Event) -> FromRequest:
        change(e.store.person)
        return approve("ok")

    return hook


class StoreTest(unittest.TestCase):
    def test_puts(self) -> None:
        first = respond(three_a_day, person_values={})
        self.assertEqual(first["puts"], [{"scope": "person", "key": "fast_tracked", "value": 1, "if_version": "", "ttl_seconds": 86400}])
        third = respond(three_a_day, person_values={"fast_tracked": 2})
        self.assertEqual((third["transition"], third["puts"][0]["value"], third["puts"][0]["if_version"]), ("approve", 3, "v1"))
        self.assertEqual(respond(three_a_day, person_values={"fast_tracked": 3}), {"version": "1"})
        self.assertEqual(respond(puts(lambda v: v.set("a", [1])), person_values={})["puts"], [{"scope": "person", "key": "a", "value": [1]}])
        self.assertEqual(respond(puts(lambda v: v.delete("a")), person_values={"a": 1})["puts"], [{"scope": "person", "key": "a", "delete": True, "if_version": "v1"}])

    def test_failures(self) -> None:
        for name, change, want in (
            ("too large", lambda v: v.set("a", "x" * 4095), "store: the value of a: 4097 bytes, more than 4096"),
            ("null", lambda v: v.set("a", None), "it is null; delete removes a value"),
            ("kept too long", lambda v: v.set("a", 1, timedelta(days=401)), "at most 400 days"),
            ("no JSON", lambda v: v.set("a", object()), "store: the value of a: "),
        ):
            with self.subTest(name):
                got = respond(puts(change), person_values={})
                self.assertIn(want, got["errors"][0]["error"])
                self.assertNotIn("puts", got)
        self.assertIn('this event has no store of flow "sample"', respond(three_a_day)["errors"][0]["error"])

        def names_people(e: Event) -> Permissions:
            e.store.flow.set("a", 1)
            return Permissions(approvers=["a@example.com"])

        self.assertIn("may not put values", respond(names_people, "get_permissions", flow_values={})["errors"][0]["error"])

    def test_undeclared(self) -> None:
        document = testing.invocation(person_values={}, declare_fields=[])
        document["flow"]["store"] = {"person": ["other", "ids/*"]}
        document["accepts"] = ALL
        got = serve({"sample": Hooks(on_request=three_a_day)})(document)
        self.assertIn('the store of flow "sample" has no "fast_tracked" of scope person; it declares other, ids/*', got["errors"][0]["error"])
        with self.assertRaises(UndeclaredName):
            three_a_day(testing.event())

    def test_reads_its_own(self) -> None:
        e = testing.event(flow_values={"ids/a": 1, "ids/b": [2], "other": 3})
        e.store.flow.put("ids/c", 4)
        e.store.flow.delete("ids/a")
        e.store.flow.get("ids/b").append(7)
        self.assertEqual(e.store.flow.list("ids/"), ["ids/b", "ids/c"])
        self.assertEqual([e.store.flow.get(key) for key in ("ids/a", "ids/b", "ids/c", "ids/x")], [None, [2], 4, None])
        self.assertEqual(len(e.store.puts()), 2)


class GetFlowsTest(unittest.TestCase):
    def test_get_flows(self) -> None:
        def team(v: Viewer) -> bool:
            return v.flow.vars.string("team") in v.requester.groups

        def broken(v: Viewer) -> bool:
            raise RuntimeError("Okta did not respond")

        flows = {"a": Hooks(get_flows=team), "b": Hooks(get_flows=team), "c": Hooks(), "d": Hooks(get_flows=broken), "e": Hooks(get_flows=lambda v: 1)}  # type: ignore[arg-type,return-value]
        got = serve(flows)(
            {
                "version": "1", "hook": "get_flows", "timeout_seconds": 5, "accepts": ["flows", "errors"],
                "run": {"requester": {"id": "ada@example.com", "groups": ["sre"]}},
                "flows": [{"name": "a", "vars": {"team": "sre"}}, {"name": "b", "vars": {"team": "dev"}}, {"name": "c"}, {"name": "d"}, {"name": "e"}, {"name": "f"}],
            }
        )  # fmt: skip
        self.assertEqual(got["flows"], ["a"])
        self.assertEqual([e["flow"] for e in got["errors"]], ["c", "d", "e", "f"])
        self.assertEqual([e["error"][:24] for e in got["errors"]][:3], ["the flow's hooks have no", "RuntimeError: Okta did n", "it returned int; it must"])


if __name__ == "__main__":
    unittest.main()
