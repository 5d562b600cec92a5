"""The response of a whole function."""

import contextlib
import io
import json
import threading
import time
import unittest
from typing import Any, List

from fasttrack_hooks import (
    KEEP,
    Event,
    HookError,
    Hooks,
    InvocationError,
    OutcomeError,
    Permissions,
    approve,
    continue_,
    deny,
    ignore,
    serve,
)
from fasttrack_hooks.testing import event, invocation

from .respond import quiet, respond

ALL = ["transition", "reason", "message", "duration_seconds", "checks", "permissions", "notifications", "output", "subscriptions", "errors", "flows"]


def fine(e: Event) -> Any:
    e.check("looked", True)
    return approve("fine")


class Invocations(unittest.TestCase):
    def test_members_that_the_engine_accepts(self) -> None:
        handler = serve({"sample": Hooks(on_request=fine), "*": Hooks()})
        first = {
            "version": "1", "transition": "approve", "reason": "fine",
            "checks": [{"name": "looked", "passed": True}], "subscriptions": ["on_request"],
        }  # fmt: skip
        for more, want in [
            ({"later": 1}, first),
            ({"accepts": None}, first),
            ({"accepts": ALL}, {**first, "flows": ["*", "sample"]}),
            ({"accepts": ["transition", "errors", "later"]}, {"version": "1", "transition": "approve"}),
        ]:
            with self.subTest(more=more):
                self.assertEqual(quiet(lambda: handler({**invocation(), **more})), want)

    def test_what_decides_is_never_left_out(self) -> None:
        def fails(e: Event) -> Any:
            raise HookError("oh")

        for hooks in [Hooks(on_request=fine), Hooks(on_request=fails), Hooks(get_permissions=lambda e: Permissions(KEEP, timeout_seconds=60))]:
            with self.subTest(hooks=hooks), self.assertRaisesRegex(OutcomeError, "this engine does not accept"):
                respond(hooks, {**invocation(), "accepts": ["reason"]})

    def test_versions(self) -> None:
        for version, known in {
            "1": True, "1.0": True, "1.1": True, "1.27": True, "2": False, "0": False, "": False, "1.": False, "1.x": False, "10": False,
            "1.1.1": False, "01": False, "1\n": False, "1.٣": False,
        }.items():  # fmt: skip
            with self.subTest(version=version):
                document = {**invocation(), "version": version}
                if known:
                    self.assertEqual(respond(Hooks(), document)["version"], "1")
                else:
                    with self.assertRaisesRegex(InvocationError, "unsupported contract version"):
                        respond(Hooks(), document)

    def test_what_can_not_be_read(self) -> None:
        for document in [
            None, [], "x", {}, {"version": "1"}, {"version": 1}, {"version": "1", "hook": "on_request", "run": 7},
            {**invocation(), "accepts": "all"}, {**invocation(), "accepts": [1]}, {**invocation(), "timeout_seconds": "1"}, {**invocation(), "trial": 1},
            {**invocation(), "flow": {"fields": "a"}}, {**invocation(), "event": {"at": "yesterday"}}, {**invocation(), "event": {"at": "2026-13-01T00:00:00Z"}},
        ]:  # fmt: skip
            with self.subTest(document=document), self.assertRaises(InvocationError):
                respond(Hooks(on_request=fine), document)  # type: ignore[arg-type]

    def test_flows(self) -> None:
        handler = serve({"b": Hooks(), "a": Hooks(on_request=fine)})
        document = {"version": "1", "hook": "none", "accepts": ["flows", "subscriptions"], "run": {"flow": {"name": "x"}}}
        self.assertEqual(handler(document), {"version": "1", "subscriptions": [], "flows": ["a", "b"]})
        self.assertEqual(handler({**invocation(), "hook": "resume"}), {})
        with self.assertRaisesRegex(InvocationError, 'flow "sample" has no hooks in this function, which has hooks for a, b; add them'):
            handler(invocation())
        # An empty Hooks is the flow's own all the same.
        self.assertEqual(respond(Hooks(), invocation())["subscriptions"], [])
        self.assertEqual(quiet(lambda: serve({"sample": Hooks(), "*": Hooks(on_request=fine)})(invocation())), {"version": "1", "subscriptions": []})

    def test_many_flows_are_not_listed(self) -> None:
        for n, listed in [(1000, True), (1001, False)]:
            handler = serve({**{f"flow-{i}": Hooks() for i in range(n - 1)}, "*": Hooks()})
            self.assertEqual("flows" in handler({**invocation(), "accepts": ALL}), listed)

    def test_mistakes_at_the_start(self) -> None:
        for call, want in [
            (lambda: serve({"a": fine}), 'the hooks of flow "a" must be Hooks'),
            (lambda: Hooks(on_request=approve("x")), "on_request must be a function, got Approval"),
            (lambda: Hooks(prefetch={"a": []}), "prefetch of a must be a function, got list"),
            (lambda: Hooks(on_reqest=fine), "on_reqest"),
        ]:
            with self.subTest(want=want), self.assertRaisesRegex(TypeError, want):
                call()  # type: ignore[no-untyped-call]


class Reducers(unittest.TestCase):
    """They run with on_request, each for itself, unless it decided."""

    def hooks(self, on_request: Any) -> Hooks:
        def fails(e: Event) -> Any:
            raise HookError("no list")

        return Hooks(on_request=on_request, get_permissions=lambda e: Permissions(["group:sre"]), get_notifications=fails)

    def test_one_invocation(self) -> None:
        def fails(e: Event) -> Any:
            raise HookError("oh")

        permissions = {"permissions": {"approvers": ["group:sre"], "viewers": []}}
        no_list = {"hook": "get_notifications", "error": "no list"}
        for on_request, hook, want in [
            (lambda e: continue_(), "on_request", {**permissions, "errors": [no_list]}),
            (fails, "on_request", {**permissions, "errors": [{"hook": "on_request", "error": "oh"}, no_list]}),
            (lambda e: deny("no"), "on_request", {"transition": "deny", "reason": "no"}),
            (lambda e: deny("no"), "get_permissions", {**permissions, "errors": [no_list]}),
            (lambda e: deny("no"), "get_notifications", {"errors": [no_list]}),
            (lambda e: deny("no"), "on_approve", {}),
        ]:
            with self.subTest(hook=hook, want=want):
                got = respond(self.hooks(on_request), invocation(hook))
                self.assertEqual(got, {"version": "1", **want, "subscriptions": ["on_request", "get_permissions", "get_notifications"]})

    def test_output(self) -> None:
        for keeps in (False, True):
            read: List[Any] = []

            def on_request(e: Event) -> Any:
                e.output({"team": "<sre>"})
                return continue_()

            def get_permissions(e: Event) -> Permissions:
                read.append(e.step("on_request").lookup("team"))
                if keeps:
                    e.output(1)
                return Permissions([])

            got = respond(Hooks(on_request=on_request, get_permissions=get_permissions), invocation())
            self.assertEqual(read, ["<sre>"])
            self.assertEqual(got["output"], {"team": "<sre>"})
            if keeps:
                self.assertIn("an invocation keeps one at most", got["errors"][0]["error"])
            else:
                self.assertNotIn("errors", got)

    def test_null_is_an_output(self) -> None:
        def on_request(e: Event) -> Any:
            e.output(None)
            return continue_()

        self.assertIn("output", respond(Hooks(on_request=on_request), invocation()))

    def test_each_hook_has_a_copy(self) -> None:
        def on_request(e: Event) -> Any:
            e.fields.strings("l").append("changed")
            e.flow.vars.lookup("list").append("changed")
            e.context.decode()["a"] = "changed"
            return continue_()

        def get_permissions(e: Event) -> Permissions:
            if e.fields.strings("l") != ["a"] or e.flow.vars.strings("list") != ["a"] or e.context.lookup("a") != "b":
                raise HookError("the event of another hook was changed")
            return Permissions([])

        document = invocation(fields={"l": ["a"]}, vars={"list": ["a"]}, context={"a": "b"})
        self.assertNotIn("errors", respond(Hooks(on_request=on_request, get_permissions=get_permissions), document))

    def test_room_for_long_lists(self) -> None:
        people = [f"{'x' * 100}-{i}@example.com" for i in range(1000)]
        got = respond(Hooks(get_permissions=lambda e: Permissions(people)), invocation("get_permissions"))
        self.assertEqual(len(got["permissions"]["approvers"]), 1000)
        got = respond(Hooks(get_permissions=lambda e: Permissions(people)), invocation("get_permissions", context="x" * (140 << 10)))
        self.assertIn("bytes, more than", got["errors"][0]["error"])

    def test_halves_of_characters(self) -> None:
        def on_request(e: Event) -> Any:
            e.output({"text": "\ud83d"})
            return approve("a\ud83d and \U0001f600")

        got = respond(Hooks(on_request=on_request), invocation())
        self.assertEqual((got["reason"], got["output"]), ("a\ufffd and \U0001f600", {"text": "\ufffd"}))
        json.dumps(got, ensure_ascii=False).encode()


class Limits(unittest.TestCase):
    def setUp(self) -> None:
        self.forever = threading.Event()
        self.addCleanup(self.forever.set)

    def hang(self, e: Event) -> Any:
        e.check("on call", False)
        self.forever.wait()
        return approve("too late")

    def test_a_hook_that_hangs(self) -> None:
        got = respond(Hooks(on_approve=self.hang), {**invocation("on_approve"), "timeout_seconds": 1})
        self.assertEqual(got, {"version": "1", "subscriptions": ["on_approve"], "errors": [{"hook": "on_approve", "error": "it did not return within 1s"}]})

    def test_evidence_of_a_failed_hook_is_kept(self) -> None:
        def fails(e: Event) -> Any:
            e.check("on call", False, "P123")
            raise HookError("x")

        got = respond(Hooks(on_approve=fails), invocation("on_approve"))
        self.assertEqual(got["checks"], [{"name": "on call", "passed": False, "detail": "P123"}])

    def test_the_function_ends(self) -> None:
        """A hook that hangs does not take the others' responses with it when the function's own
        time is short."""

        class Context:
            def get_remaining_time_in_millis(self) -> int:
                return 500

        started = time.monotonic()
        got = respond(Hooks(on_request=self.hang, get_permissions=lambda e: Permissions([])), invocation(), Context())
        self.assertLess(time.monotonic() - started, 0.5)
        self.assertRegex(got["errors"][0]["error"], "it did not return within 0.[23]")
        self.assertIn("no time was left", got["errors"][1]["error"])

    def test_time_of_a_hook(self) -> None:
        from fasttrack_hooks import remaining

        seen: List[float] = []
        for more in ({}, {"timeout_seconds": 1}, {"timeout_seconds": 5000}):
            respond(Hooks(after_deny=lambda e: seen.append(remaining())), {**invocation("after_deny"), **more})
        self.assertEqual([round(left, 1) for left in seen], [9.5, 0.7 if seen[1] < 0.75 else 0.8, 899.5])
        self.assertEqual(remaining(), 9)


class Log(unittest.TestCase):
    def test_lines(self) -> None:
        def fails(e: Event) -> Any:
            raise ValueError("secret of the request")

        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            serve({"sample": Hooks(on_request=fails, get_permissions=lambda e: Permissions(None))})(invocation(fields={"a": "a value"}))
        lines = [json.loads(line) for line in out.getvalue().splitlines()]
        self.assertEqual([(line["level"], line["msg"]) for line in lines], [("ERROR", "exception"), ("ERROR", "hook"), ("WARN", lines[2]["msg"]), ("INFO", "hook")])
        self.assertEqual((lines[0]["type"], "in fails" in lines[0]["stack"]), ("ValueError", True))
        self.assertEqual({k: v for k, v in lines[1].items() if k not in ("time", "took_ms")}, {
            "level": "ERROR", "msg": "hook", "run_id": "01JDBX0000000000000000TEST", "flow": "sample", "hook": "on_request", "outcome": "error",
        })  # fmt: skip
        self.assertIn("no approvers: only the flow's admins may decide", lines[2]["msg"])
        self.assertNotIn("secret of the request\"", out.getvalue())
        self.assertNotIn("a value", out.getvalue())


class Guard(unittest.TestCase):
    def test_a_forgotten_return_lets_nothing_through(self) -> None:
        def on_approve(e: Event) -> Any:
            if e.user.email != "grace@example.com":
                ignore("Only Grace may approve.")

        got = respond(Hooks(on_approve=on_approve), invocation("on_approve", by_user="linus@example.com"))
        self.assertIn("no outcome", got["errors"][0]["error"])

    def test_a_hook_is_a_function(self) -> None:
        self.assertEqual(fine(event()), approve("fine"))


if __name__ == "__main__":
    unittest.main()
