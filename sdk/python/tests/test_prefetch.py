"""The options of a field."""

import threading
import unittest
from typing import Any, Dict, List

from fasttrack_hooks import HookError, Hooks, Option, Search, email
from fasttrack_hooks.testing import invocation, search

from .respond import respond


def asked(query: str = "pri", value: str = "", **more: Any) -> Dict[str, Any]:
    document = invocation("prefetch", vars={"team": "sre"}, fields={"urgency": "Normal"}, **more)
    document.update({"field": "schedule", "query": query, "timeout_seconds": 1})
    if value:
        document["value"] = value
    return document


class Prefetch(unittest.TestCase):
    def got(self, find: Any, document: Dict[str, Any]) -> Dict[str, Any]:
        return respond(Hooks(prefetch={"schedule": find} if find else {}), document)

    def test_options(self) -> None:
        hang = threading.Event()
        self.addCleanup(hang.set)

        def fails(s: Search) -> List[Option]:
            raise HookError("no response")

        def looks(s: Search) -> List[Option]:
            return [Option(s.query, s.field), Option(s.requester.email), Option(s.flow.vars.string("team")), Option(s.fields.string("urgency"))]

        def misspells(s: Search) -> List[Option]:
            s.fields.string("urgncy")
            return []

        for find, want in [
            (looks, {"options": [{"value": "pri", "label": "schedule"}, {"value": "ada@example.com"}, {"value": "sre"}, {"value": "Normal"}]}),
            (lambda s: [], {"options": []}),
            (fails, {"options": [], "errors": [{"hook": "prefetch", "error": "no response"}]}),
            (lambda s: hang.wait(), {"options": [], "errors": [{"hook": "prefetch", "error": "it did not return within 1s"}]}),
            (lambda s: [Option("", "x")], {"options": [], "errors": [{"hook": "prefetch", "error": "an option has no value"}]}),
            (lambda s: None, {"options": [], "errors": [{"hook": "prefetch", "error": "it returned NoneType; it must be a list of Option"}]}),
            (lambda s: ["a"], {"options": [], "errors": [{"hook": "prefetch", "error": "it returned list; it must be a list of Option"}]}),
            (misspells, {"options": [], "errors": [{"hook": "prefetch", "error": 'flow "sample" has no field "urgncy"; it declares urgency'}]}),
            (None, {"options": [], "errors": [{"hook": "prefetch", "error": 'the flow\'s hooks have no prefetch for the field "schedule"'}]}),
        ]:
            with self.subTest(want=want):
                self.assertEqual(self.got(find, asked(declare_fields=["urgency"], declare_vars=["team"])), {"version": "1", **want})

    def test_a_value_is_not_lost_among_many(self) -> None:
        for find in (lambda s: [Option(str(i)) for i in range(999, -1, -1) if s.query in str(i)], lambda s: [Option(s.value)]):
            self.assertEqual(self.got(find, asked("7", "7")), {"version": "1", "options": [{"value": "7"}]})
        self.assertEqual(self.got(lambda s: [Option("Ada@example.com"), Option("x")], asked("ada@example.com", "ada@example.com"))["options"], [{"value": "Ada@example.com"}])

    def test_more(self) -> None:
        def says(s: Search) -> List[Option]:
            s.more()
            return [Option("a")]

        for find, count in [(lambda s: [Option("x")] * 1000, 100), (says, 1), (lambda s: [Option("x" * 1000)] * 100, 48)]:
            self.assertNotIn("more", self.got(find, asked()))
            got = self.got(find, {**asked(), "accepts": ["options", "more", "errors"]})
            self.assertEqual((len(got["options"]), got["more"]), (count, True))

    def test_a_search_of_a_test(self) -> None:
        s = search("service", value="a", fields={"b": "c"}, trial=True)
        self.assertEqual((s.field, s.query, s.value, s.fields.string("b"), s.trial(), s.requester.email), ("service", "a", "a", "c", True, "ada@example.com"))


class Addresses(unittest.TestCase):
    def test_equal(self) -> None:
        for a, b, want in [
            ("Ada@Example.com", "ada@example.com", True),
            ("ada@example.com", "ada@example.com.", False),
            ("ADA", "ada", False),
            ("ada@example\u212a.com", "ada@examplek.com", False),  # a Kelvin sign
            ("ada@example.com\n", "ada@example.com", False),
            ('"A"@example.com', '"a"@example.com', False),
            ("A@example.com ", "a@example.com ", False),
            ("A" * 64 + "@a.b", "a" * 64 + "@a.b", True),
            ("A" * 65 + "@a.b", "a" * 65 + "@a.b", False),
            ("A@" + "a" * 253, "a@" + "a" * 253, True),
            ("A@" + "a" * 254, "a@" + "a" * 254, False),
            ("A@-a.b", "a@-a.b", False),
            ("A@b", "a@b", True),
        ]:
            with self.subTest(a=a, b=b):
                self.assertEqual(email.equal(a, b), want)


if __name__ == "__main__":
    unittest.main()
