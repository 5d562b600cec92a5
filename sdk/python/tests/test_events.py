"""What a hook reads of an event."""

import unittest
from datetime import datetime, timedelta, timezone
from typing import Any, List

from fasttrack_hooks import Counts, Event, Hooks, Recent, SameTarget, Source, Target, UndeclaredName, User, Vars, approve, continue_
from fasttrack_hooks.declared import Reads
from fasttrack_hooks.invocation import Invocation
from fasttrack_hooks.testing import event, invocation, person, target

from .respond import respond


class Events(unittest.TestCase):
    def test_nothing_said(self) -> None:
        e = event()
        self.assertEqual((e.hook, e.name, e.channel, e.user.email, e.requester.email), ("on_request", "request", "api", "ada@example.com", "ada@example.com"))
        self.assertEqual((e.flow.name, e.run.status, e.context.lookup("a"), e.recent(), e.by_hook(), e.trial()), ("sample", "requested", None, None, False, False))
        self.assertEqual(e.at, datetime(2026, 11, 23, 10, tzinfo=timezone.utc))
        self.assertEqual((e.run.duration, e.run.starts_at, e.run.withheld, e.run.history, e.run.override_of), (timedelta(0), None, (), (), None))

    def test_people(self) -> None:
        e = event("on_approve", by_user=person("grace@example.com", "sre"), reason="fine", status="pending")
        self.assertEqual((e.name, e.user, e.reason, e.run.status), ("approve", User("user", "grace@example.com", "grace@example.com", groups=("sre",)), "fine", "pending"))
        self.assertEqual((e.requester.email, e.actor("request").email, e.actor("deny")), ("ada@example.com", "ada@example.com", User()))
        e = event("on_approve", by_hook="on_request")
        self.assertEqual((e.by_hook(), e.user), (True, User("hook", "on_request")))
        e = event("get_permissions", requester=person("eve@example.com", "dev"), why="prod is down", duration=timedelta(hours=1), actors={"approve": "grace@example.com"})
        self.assertEqual((e.name, e.requester.groups, e.actor("request").email, e.user.email), ("request", ("dev",), "eve@example.com", "ada@example.com"))
        self.assertEqual((e.run.reason, e.run.duration, e.actor("approve").email), ("prod is down", timedelta(hours=1), "grace@example.com"))
        e = event(source=Source("slack", "C0123ABCD", True))
        self.assertEqual((e.run.source.channel, e.run.source.place, e.run.source.verified, event().run.source), ("slack", "C0123ABCD", True, Source("api")))
        e = event(machine="arn:aws:iam::123456789012:role/ci", context={"diff.txt": "", "n": 1})
        self.assertEqual((e.requester.machine, e.requester.type, e.requester.id), (True, "user", "arn:aws:iam::123456789012:role/ci"))
        self.assertEqual((e.context.lookup("diff.txt"), e.context.lookup("n"), e.context.decode()), ("", None, {"diff.txt": "", "n": 1}))

    def test_values(self) -> None:
        e = event(
            flow="f", label="F", vars={"a": ["b"], "n": 3, "no": "text", "mixed": ["a", 1]}, withheld=["pin"], steps={"on_request": {"team": "sre"}},
            fields={"s": "x", "i": 7, "b": True, "d": 60, "l": ["a", "b"], "t": target("p", "P", low_risk=True), "odd": {"id": 7}},
        )  # fmt: skip
        f, v = e.fields, e.flow.vars
        self.assertEqual((e.flow.label, v.strings("a"), v.int("n"), v.int("no"), v.strings("mixed"), v.lookup("none")), ("F", ["b"], 3, 0, [], None))
        self.assertEqual((f.string("s"), f.int("i"), f.bool("b"), f.duration("d"), f.strings("l")), ("x", 7, True, timedelta(minutes=1), ["a", "b"]))
        self.assertEqual((f.target("t").id, f.target("t").label, f.target("t").settings.bool("low_risk")), ("p", "P", True))
        self.assertEqual((f.lookup("pin"), f.string("none"), f.int("s"), f.int("b"), f.bool("i"), f.string("i")), (None, "", 0, 0, False, ""))
        self.assertEqual((f.target("none").id, f.target("s").id, f.target("odd").id, f.strings("s")), ("", "", "", []))
        self.assertEqual((e.run.withheld, e.step("on_request").lookup("team"), e.step("on_approve").decode()), (("pin",), "sre", None))
        self.assertEqual(f.all()["i"], 7)
        self.assertIsInstance(Target().settings, Vars)

    def test_strategy_output(self) -> None:
        self.assertEqual(event("after_escalate", strategy_output={"user": "tmp_ada_1"}).step("escalate").lookup("user"), "tmp_ada_1")

    def test_recent_of(self) -> None:
        hour, day = timedelta(hours=1), timedelta(days=1)
        e = event(recent_of={(hour, "", "prod"): Counts(requested=3, denied=1), (day, "deploy", ""): Counts(requested=9, escalated=2)})
        self.assertEqual(e.recent_of(hour, target="prod"), Counts(3, 0, 1, 0))
        self.assertEqual((e.recent_of(day, "deploy"), e.recent_of(hour, "deploy", "prod")), (Counts(9, 0, 0, 2), Counts()))
        self.assertIsNone(event().recent_of(hour))
        for window, flow, target in ((timedelta(minutes=1), "", ""), (hour, "other", ""), (hour, "", "dev"), (timedelta(seconds=0.5), "", "")):
            with self.assertRaises(UndeclaredName):
                e.recent_of(window, flow, target)
        many = invocation()
        many["run"]["recent_counts"] = {"windows": [], "uncounted": [3600], "flows": ["sample"], "counts": []}
        self.assertIsNone(Invocation(many).event("on_request", Reads()).recent_of(hour))

    def test_recent(self) -> None:
        want = Recent(timedelta(hours=1), 4, 3, 1, 3, SameTarget(2, 0))
        self.assertEqual(event(recent=want).recent(), want)

    def test_context(self) -> None:
        for context in (None, {}, "x", {"diff.txt": None}, {"diff.txt": ["+++ b/main.tf"]}):
            self.assertIsNone(event(context=context).context.lookup("diff.txt"))

    def test_times(self) -> None:
        for text, want in {
            "2026-11-23T10:00:00Z": datetime(2026, 11, 23, 10, tzinfo=timezone.utc),
            "2026-11-23T10:00:00.123456789Z": datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=timezone.utc),
            "2026-11-23T11:00:00.5+01:00": datetime(2026, 11, 23, 10, 0, 0, 500000, tzinfo=timezone.utc),
        }.items():
            seen: List[datetime] = []
            document = invocation("after_deny", history=[{"seq": 1, "event": "request", "at": text, "actor": {"type": "user", "id": "ada@example.com"}}])
            document["event"]["at"] = text
            document["run"]["access"] = {"starts_at": text, "ends_at": text}
            respond(Hooks(after_deny=lambda e: seen.extend([e.at, e.run.history[0].at, e.run.starts_at, e.run.ends_at])), document)  # type: ignore[list-item]
            self.assertEqual(seen, [want] * 4)


class Declared(unittest.TestCase):
    def test_undeclared(self) -> None:
        e = event(flow="aws-access", fields={"urgency": "Emergency"}, declare_fields=["target", "urgency"], declare_vars=[])
        self.assertEqual((e.fields.string("urgency"), e.fields.target("target").id), ("Emergency", ""))
        for read, want in [
            (lambda: e.fields.string("urgncy"), 'flow "aws-access" has no field "urgncy"; it declares target, urgency'),
            (lambda: e.fields.lookup("x"), 'flow "aws-access" has no field "x"; it declares target, urgency'),
            (lambda: e.flow.vars.strings("v"), 'flow "aws-access" has no var "v"; it declares none'),
            (lambda: e.step("on_reqest"), 'unknown step "on_reqest"; known: escalate, on_request'),
            (lambda: e.actor("aprove"), 'unknown event "aprove"; known: request, approve'),
        ]:
            with self.subTest(want=want), self.assertRaisesRegex(UndeclaredName, want):
                read()  # type: ignore[no-untyped-call]

    def test_fails_the_hook_that_catches_it(self) -> None:
        def on_request(e: Event) -> Any:
            try:
                e.fields.bool("sensitve")
            except Exception:
                pass
            return approve("nothing sensitive")

        got = respond(Hooks(on_request=on_request), invocation(declare_fields=["sensitive"]))
        self.assertNotIn("transition", got)
        self.assertIn('has no field "sensitve"', got["errors"][0]["error"])

    def test_an_older_engine_declares_nothing(self) -> None:
        def on_request(e: Event) -> Any:
            e.fields.bool("anything")
            return continue_()

        self.assertNotIn("errors", respond(Hooks(on_request=on_request), invocation()))

    def test_an_unknown_option(self) -> None:
        with self.assertRaisesRegex(TypeError, "unknown option feilds; known: by_user"):
            event(feilds={})  # type: ignore[call-arg]


if __name__ == "__main__":
    unittest.main()
