"""What a response says of an outcome, and which outcomes fail their hook."""

import unittest
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fasttrack_hooks import (
    KEEP,
    Check,
    Escalation,
    Event,
    HookError,
    Hooks,
    Notification,
    Permissions,
    Requirement,
    approve,
    continue_,
    deescalate,
    deny,
    escalate,
    expire,
    ignore,
    revoke,
)
from fasttrack_hooks.testing import invocation

from .respond import respond, returning


# Each form of a destination.
DESTINATIONS = [
    "sns", "webhook", "slack:#ops", "slack:C0123ABCD", "slack:@grace@example.com", "slack:@requester", "email:ops@example.com", "teams:ops",
    "grace@example.com", "group:sre", "admins", "everyone", "arn:aws:iam::123456789012:role/ci", "https://idp.example.com|00u1",
]


class Outcomes(unittest.TestCase):
    def test_responses(self) -> None:
        on_call = Check("on call", True)
        for hook, outcome, want in [
            (
                "on_request",
                approve("yes").because(on_call).for_(timedelta(minutes=30)),
                {"transition": "approve", "reason": "yes", "duration_seconds": 1800, "checks": [{"name": "on call", "passed": True}]},
            ),
            ("on_request", deny("no").because(on_call), {"transition": "deny", "reason": "no", "checks": [{"name": "on call", "passed": True}]}),
            ("on_request", approve(""), {"transition": "approve"}),
            ("after_request", continue_(), {}),
            ("on_approve", ignore("not you"), {"transition": "ignore", "message": "not you"}),
            ("on_deny", deny("better"), {"transition": "deny", "reason": "better"}),
            ("on_expire", expire("late"), {"transition": "expire", "reason": "late"}),
            ("on_escalate", escalate("go"), {"transition": "escalate", "reason": "go"}),
            ("on_deescalate", deescalate("end"), {"transition": "deescalate", "reason": "end"}),
            ("after_escalate", revoke("stop"), {"transition": "revoke", "reason": "stop"}),
            ("while_active", revoke("over"), {"transition": "revoke", "reason": "over"}),
            ("on_revoke", ignore("keep"), {"transition": "ignore", "message": "keep"}),
            ("after_approve", None, {}),
            ("get_permissions", Permissions(None), {"permissions": {"approvers": [], "viewers": []}}),
            ("get_permissions", Permissions([]), {"permissions": {"approvers": [], "viewers": []}}),
            ("get_permissions", Permissions(KEEP, KEEP, timeout_seconds=60), {"permissions": {"timeout_seconds": 60}}),
            ("get_permissions", Permissions(KEEP, ["everyone"]), {"permissions": {"viewers": ["everyone"]}}),
            (
                "get_permissions",
                Permissions(("group:sre",), self_approval=False, approvals=[Requirement(1, from_="admins"), Requirement(2)]),
                {"permissions": {"approvers": ["group:sre"], "viewers": [], "self_approval": False, "approvals": [{"from": "admins", "count": 1}, {"count": 2}]}},
            ),
            ("get_permissions", Permissions(KEEP, KEEP, approvals=2), {"permissions": {"approvals": [{"count": 2}]}}),
            ("get_notifications", None, {}),
            ("get_notifications", [], {"notifications": []}),
            ("get_notifications", [Notification(DESTINATIONS, 600)], {"notifications": [{"to": DESTINATIONS, "wait_seconds": 600}]}),
        ]:
            with self.subTest(hook=hook, outcome=outcome):
                self.assertEqual(returning(hook, outcome), {"version": "1", **want, "subscriptions": [hook]})

    def test_each_hook_refuses_what_the_contract_refuses(self) -> None:
        verbs = {f("x").transition: f("x") for f in (approve, deny, ignore, expire, escalate, deescalate, revoke)}
        # As the schema has it, which the types and tables are made of.
        for hook, may in {
            "on_request": {"approve", "deny"},
            "get_permissions": set(),
            "get_notifications": set(),
            "after_request": {"approve", "deny"},
            "on_approve": {"approve", "deny", "ignore"},
            "after_approve": set(),
            "on_deny": {"deny", "ignore"},
            "after_deny": set(),
            "on_expire": {"approve", "deny", "expire"},
            "after_expire": set(),
            "after_cancel": set(),
            "on_escalate": {"escalate", "deescalate"},
            "after_escalate": {"revoke", "deescalate"},
            "while_active": {"revoke"},
            "on_deescalate": {"deescalate"},
            "after_deescalate": set(),
            "on_revoke": {"revoke", "ignore"},
            "after_revoke": set(),
            "after_fail": set(),
        }.items():
            for transition, outcome in verbs.items():
                with self.subTest(hook=hook, transition=transition):
                    got = returning(hook, outcome)
                    if transition in may:
                        self.assertEqual(got.get("transition"), transition)
                    else:
                        self.assertNotIn("transition", got)
                        self.assertEqual([e["hook"] for e in got["errors"]], [hook])

    def test_outcomes_compare(self) -> None:
        self.assertEqual(approve("a").because(Check("b", True)), approve("a").because(Check("b", True)))
        self.assertNotEqual(approve("a"), deny("a"))
        self.assertNotEqual(approve("a"), approve("a").for_(timedelta(hours=1)))
        self.assertEqual(str(ignore("Only Grace may approve.")), "ignore: Only Grace may approve.")


@dataclass(frozen=True)
class Forged(Escalation):
    """Embeds an outcome."""


class Failures(unittest.TestCase):
    """An outcome that the engine would refuse is the failure of its hook, so that the outcomes
    of the others stand."""

    def fails(self, got: Any, hook: str, want: str) -> None:
        self.assertEqual([e["hook"] for e in got.get("errors", [])], [hook], got)
        self.assertIn(want, got["errors"][0]["error"])
        self.assertNotIn("transition", got)
        self.assertNotIn("reason", got)

    def test_outcomes(self) -> None:
        long = Check("a", True, "x" * 1001)
        wide = [Check("ö" * 1000, True, "ö" * 1000)] * 30
        for outcome, want in [
            (None, "no outcome; return continue_() to go on"),
            (True, "it returned bool, which is no outcome"),
            ("approve", "it returned str"),
            (approve, "it returned function"),
            (ignore("x" * 2001), "its message: 2001 characters, more than 2000"),
            (approve("x" * 2001), "its reason: 2001 characters"),
            (approve("a\rb"), "control character U+000D"),
            (deny("\x7f"), "control character U+007F"),
            (deny("\x85"), "control character U+0085"),
            (approve("x").because(Check("", True)), "it has no name"),
            (approve("x").because(Check("a\tb", True)), "a check's name"),
            (deny("x").because(long), "detail: 1001 characters"),
            (approve("x").because(*[Check("a", True)] * 51), "51 checks in one invocation, more than 50"),
            (approve("x").because(*wide), "bytes, more than 49152"),
            (approve("x").for_(timedelta(milliseconds=500)), "whole seconds"),
            (approve("x").for_(timedelta(0)), "whole seconds"),
            (approve("x").for_(timedelta(seconds=-1)), "whole seconds"),
            (escalate("x"), "it returned escalate(), which is no outcome of this hook; its outcomes: approve(), deny(), ignore(), continue_()"),
        ]:
            with self.subTest(want=want):
                self.fails(returning("on_approve", outcome), "on_approve", want)
        self.fails(returning("on_escalate", Forged("go")), "on_escalate", "it returned Forged, which is no outcome")
        self.fails(returning("after_deny", continue_()), "after_deny", "after_deny returns nothing")

    def test_what_a_hook_does(self) -> None:
        class Mute(Exception):
            def __str__(self) -> str:
                raise ValueError

        def raising(err: BaseException) -> Any:
            def hook(e: Event) -> Any:
                raise err

            return hook

        async def later(e: Event) -> Any:
            return approve("x")

        def then(act: Any) -> Any:
            def hook(e: Event) -> Any:
                act(e)
                return approve("x")

            return hook

        loop: Any = []
        loop.append(loop)
        for hook, want in [
            (raising(HookError("PagerDuty did not respond: 503")), "PagerDuty did not respond: 503"),
            (raising(ValueError("oh")), "ValueError: oh"),
            (raising(HookError("\n")), "it failed without saying why"),
            (raising(HookError("a\nb\u2028c")), "a b c"),
            (raising(HookError("x" * 1001)), "x" * 999 + "…"),
            (raising(Mute()), "Mute: its text can't be read: ValueError"),
            (raising(SystemExit(0)), "it called sys.exit"),
            (raising(KeyboardInterrupt()), "it raised KeyboardInterrupt"),
            (later, "a coroutine: a hook is a plain function"),
            (lambda: approve("x"), "TypeError"),
            (then(lambda e: e.check("a\tb", True)), "a check's name"),
            (then(lambda e: e.check("a", [])), "must be True or False, got list"),
            (then(lambda e: e.output(print)), "output: Object of type"),
            (then(lambda e: e.output(float("nan"))), "output: "),
            (then(lambda e: e.output(loop)), "output: "),
            (then(lambda e: e.output("x" * (9 << 10))), "more than 8192"),
            (lambda e: approve(None), "approve: the reason must be a string, got NoneType"),
        ]:
            with self.subTest(want=want[:40]):
                self.fails(respond(Hooks(on_approve=hook), invocation("on_approve")), "on_approve", want)

    def test_people(self) -> None:
        thousand = ["a@example.com"] * 1001
        for permissions, want in [
            (Permissions(["sre"]), 'approvers: "sre" is neither'),
            (Permissions([], ["group:"]), 'viewers: "group:" is neither'),
            (Permissions(thousand), "1001 of them"),
            (Permissions([KEEP, "a@example.com"]), "KEEP can't be combined"),  # type: ignore[list-item]
            (Permissions("a@example.com"), "approvers must be a list, got str"),  # type: ignore[arg-type]
            (Permissions([7]), "must be a string, got int"),  # type: ignore[list-item]
            (Permissions([], approvals=[Requirement(0)]), "a count in approvals must be 1 to 20"),
            (Permissions([], approvals=0), "a count in approvals must be 1 to 20"),
            (Permissions([], approvals=True), "a count in approvals must be 1 to 20"),
            (Permissions([], approvals=[Requirement(11), Requirement(10)]), "21 people in approvals, more than 20"),
            (Permissions([], approvals=[Requirement(1, from_="x")]), '"x" is neither'),
            (Permissions([], timeout_seconds=-1), "timeout_seconds must be 0 to 2592000"),
            (Permissions([], self_approval=1), "self_approval must be True"),  # type: ignore[arg-type]
            (None, "it must return Permissions"),
            ([], "it must return Permissions"),
        ]:
            with self.subTest(want=want):
                hooks: Any = {"on_request": lambda e: continue_(), "get_permissions": lambda e: permissions, "get_notifications": lambda e: []}
                got = respond(Hooks(**hooks), invocation())
                self.fails(got, "get_permissions", want)
                self.assertNotIn("permissions", got)
                self.assertEqual(got["notifications"], [])

    def test_notifications(self) -> None:
        for notifications, want in [
            ([Notification([])], "to names nobody"),
            ([Notification([""])], "an empty name"),
            ([Notification("grace@example.com")], "to must be a list, got str"),  # type: ignore[arg-type]
            ([Notification(["a@example.com"] * 101)], "names 101"),
            ([Notification(["a"], 2592001)], "wait_seconds must be 0 to 2592000"),
            ([Notification(["x" * 321])], "321 characters"),
            ([Notification(["a"])] * 51, "51 notifications"),
            (["a@example.com"], "it must be a list of Notification"),
            (Notification(["a"]), "it must be a list of Notification"),
        ]:
            with self.subTest(want=want):
                self.fails(returning("get_notifications", notifications), "get_notifications", want)


if __name__ == "__main__":
    unittest.main()
