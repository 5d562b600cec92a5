"""How a reviewer reads what another system does wrong, and how often it is called."""

import socket
import threading
import time
import unittest
from typing import Any, List
from unittest import mock

from fasttrack_hooks import HookError, rest, transport, within

from .server import Reply, Request, sent, serve, serve_all


def closed_port() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


def until(seconds: float) -> Any:
    """Has a hook end after a time."""
    token = within._deadline.set(time.monotonic() + seconds)
    return token


class Client(unittest.TestCase):
    def setUp(self) -> None:
        self.addCleanup(within._deadline.set, None)

    def test_errors(self) -> None:
        long = [("Retry-After", "60")]
        for replies, limit, want, at_most in [
            ([Reply(401)], 0, "PagerDuty refused the credentials: 401; check the secret and what it may read", 1),
            ([Reply(404)], 0, "PagerDuty has no /x: 404", 1),
            ([Reply(400)], 0, "PagerDuty refused the request: 400", 1),
            ([Reply(501)], 0, "PagerDuty did not respond: 501", 1),
            ([Reply(302, headers=[("Location", "http://127.0.0.1/")])], 0, "PagerDuty redirects to another address: 302; check its URL", 1),
            ([Reply(503)], 1, "PagerDuty did not respond: 503", 5),
            ([Reply(429, headers=long)], 2, "PagerDuty did not respond: 429, too many requests; retry after 60 s", 1),
            (
                [Reply(429, headers=[("X-Rate-Limit-Reset", "1795687260"), ("Date", "Thu, 26 Nov 2026 10:00:00 GMT")])], 2,
                "PagerDuty did not respond: 429, too many requests; retry after 60 s", 1,
            ),
            ([Reply(429, headers=[("ratelimit-reset", "60")])], 2, "PagerDuty did not respond: 429, too many requests; retry after 60 s", 1),
            ([Reply(204)], 0, "PagerDuty sent an empty response; it must be JSON", 1),
            ([Reply(hang=True)], 0.4, "PagerDuty did not respond within 0.", 1),
            ([Reply(503), Reply(hang=True)], 1, "PagerDuty did not respond: 503", 2),
            ([Reply(200, "<html>")], 0, "PagerDuty sent unexpected JSON: Expecting value: line 1 column 1 (char 0)", 1),
            ([Reply(200, "[" * 100000)], 0, "PagerDuty sent unexpected JSON: ", 1),
            ([Reply(200, b'"' + b"x" * (5 << 20) + b'"')], 0, "PagerDuty sent more than 4 MiB", 1),
        ]:  # fmt: skip
            with self.subTest(want=want):
                base, requests = serve_all(self, *replies)
                within._deadline.set(time.monotonic() + limit if limit else None)
                with self.assertRaises(HookError) as raised:
                    rest.Client("PagerDuty", base).get("/x")
                self.assertTrue(str(raised.exception).startswith(want), raised.exception)
                self.assertLessEqual(len(requests), at_most)
                if limit:
                    self.assertLess(time.monotonic(), within._deadline.get() or 0, "the hook's own time is over: it can't say so any more")

    def test_addresses(self) -> None:
        only = "the URL of PagerDuty must be https://HOST; http is for this machine alone"
        for base, want in [
            (closed_port(), "PagerDuty could not be reached: Connection refused"),
            ("http://example.com", only),
            ("https://ada:secret@example.com", only),
            ("example.com", only),
            ("file:///etc/passwd", only),
            ("https://example.com:x", only),
            ("", only),
        ]:
            with self.subTest(base=base):
                until(1)
                with self.assertRaises(HookError) as raised:
                    rest.Client("PagerDuty", base).get("/x")
                self.assertEqual(str(raised.exception), want)

    def test_what_passes_is_retried(self) -> None:
        for first in [
            Reply(503),
            Reply(429, headers=[("Retry-After", "0")]),
            Reply(429, headers=[("X-RateLimit-Reset", "0")]),
            Reply(429, headers=[("X-Rate-Limit-Reset", "1795687200"), ("Date", "Thu, 26 Nov 2026 10:00:00 GMT")]),
            Reply(close=True),
            Reply(200, '"the', short=True),
            Reply(200, "1", short=True),
        ]:
            with self.subTest(first=first):
                base, requests = serve_all(self, first, sent("there"))
                self.assertEqual((rest.Client("PagerDuty", base).get("/x"), len(requests)), ("there", 2))

    def test_retries_of_a_post(self) -> None:
        """A call that changes something is sent twice only where the first had no effect."""
        for method, first, calls in [
            ("POST", Reply(503), 2),
            ("POST", Reply(429, headers=[("Retry-After", "0")]), 2),
            ("POST", Reply(500), 1),
            ("PATCH", Reply(502), 1),
            ("POST", Reply(close=True), 1),
            ("PUT", Reply(500), 2),
            ("DELETE", Reply(close=True), 2),
        ]:
            with self.subTest(method=method, first=first):
                base, requests = serve_all(self, first, sent({}))
                call = lambda: rest.Client("Jira", base).do(method, "/x", body={"a": 1})  # noqa: E731
                if calls == 2:
                    call()
                else:
                    with self.assertRaises(HookError):
                        call()
                self.assertEqual(len(requests), calls)

    def test_what_is_sent(self) -> None:
        def see(r: Request) -> Reply:
            seen.append("|".join([r.method, r.target, r.headers.get("Authorization", ""), r.headers.get("Content-Type", ""), r.body]))
            return sent({})

        for auth, request, want in [
            (rest.bearer(lambda: "t"), {"path": rest.path("users", "a/b@c"), "query": {"q": "a b"}}, "GET|/users/a%2Fb@c?q=a+b|Bearer t||"),
            (rest.basic(lambda: "u:p:q"), {"method": "POST", "path": "/x", "body": [1]}, "POST|/x|Basic dTpwOnE=|application/json|[1]"),
            (None, {"method": "POST", "path": "/x", "form": {"a": ["b", "c"]}}, "POST|/x||application/x-www-form-urlencoded|a=b&a=c"),
            (None, {"method": "POST", "path": "/x", "body": {"a": print}}, "call Jira: Object of type builtin_function_or_method is not JSON serializable"),
            (None, {"path": rest.path("users", "..", "admin")}, 'call Jira: ".." can\'t be a segment of a path'),
            (None, {"path": "/users/%2e%2E/admin"}, 'call Jira: "%2e%2E" can\'t be a segment of a path'),
            (None, {"path": "/users/a b"}, "call Jira: the path is not escaped; use rest.path"),
            (rest.bearer(lambda: "t\n"), {"path": "/x"}, "the credentials for Jira hold a line break or another control character; check the secret"),
            (rest.basic(lambda: "user"), {"path": "/x"}, 'the credentials must be "user:password"; check the secret'),
        ]:
            with self.subTest(want=want):
                seen: List[str] = []
                base, requests = serve_all(self, Reply(503), see)
                try:
                    rest.Client("Jira", base + "/", auth).do(**{"method": "GET", **request})  # type: ignore[arg-type]
                except HookError as err:
                    self.assertEqual((str(err), requests), (want, []))
                else:
                    self.assertEqual((seen, len(requests)), ([want], 2))

    def test_the_body_of_an_error(self) -> None:
        base, _ = serve_all(self, Reply(409, "x" * 5000))
        with self.assertRaises(rest.Error) as raised:
            rest.Client("Jira", base).post("/x", {})
        err = raised.exception
        self.assertEqual((len(err.body), err.path, err.service, str(err)), (4096, "/x", "Jira", "Jira refused the request: 409"))
        self.assertEqual((rest.has_status(err, 409), rest.not_found(err), rest.not_found(ValueError())), (True, False, False))

    def test_an_empty_response(self) -> None:
        base, _ = serve_all(self, Reply(204))
        self.assertIsNone(rest.Client("Jira", base).do("DELETE", "/x", empty=True).body)

    def test_pages(self) -> None:
        """They follow links on their own host alone, and stop when the reader does."""
        for links, stop_at, want in [
            ([""], "", "0"),
            (['<HOST/1>; rel="self"'], "", "0"),
            (['<HOST/1?after=a,b>; rel="next"', '<HOST/1>; rel="self", </2>; rel="next"', ""], "", "0 1 2"),
            (['<HOST/1>; rel="next"', '<HOST/2>; rel="next"', ""], "1", "0 1"),
            (['<https://evil.example/1>; rel="next"'], "", "0 Okta links to another host for its next page"),
            (['<https:HOST/1>; rel="next"'], "", "0 Okta links to another host for its next page"),
            (['<HOST/9>; rel="next"'], "", "0 Okta has no /9: 404"),
            (['<HOST/0>; rel="next"'], "", "0 " * 100 + "Okta lists more than 100 pages"),
        ]:
            with self.subTest(links=links):
                host = ""

                def page(r: Request) -> Reply:
                    n = int(r.path[1:])
                    if n >= len(links):
                        return Reply(404)
                    return sent([str(n)], ("Link", links[n].replace("https:HOST", host.replace("http:", "https:")).replace("HOST", host)))

                host, _ = serve(self, page)
                got: List[str] = []
                try:
                    for listed in rest.Client("Okta", host).pages("/0"):
                        got += listed
                        if stop_at in listed:
                            break
                except HookError as err:
                    got.append(str(err))
                self.assertEqual(" ".join(got), want)

    def test_a_proxy(self) -> None:
        """A service behind a proxy is called through it, this machine never."""
        with mock.patch.object(transport, "getproxies", return_value={"https": "http://127.0.0.1:9"}):
            through = transport._connection(transport.urlsplit("https://api.example.com"), 1)
            self.assertEqual((through.host, through.port, through._tunnel_host), ("127.0.0.1", 9, "api.example.com"))  # type: ignore[attr-defined]
            self.assertEqual(transport._connection(transport.urlsplit("https://127.0.0.1:1"), 1).port, 1)

    def test_a_response_that_drips(self) -> None:
        """The limit is that of the whole response, not of each piece of it."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(5)

            def drip() -> None:
                peer, _ = server.accept()
                with peer:
                    peer.recv(4096)
                    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                    try:
                        for _ in range(50):
                            peer.sendall(b"x")
                            time.sleep(0.1)
                    except OSError:
                        pass

            threading.Thread(target=drip, daemon=True).start()
            until(0.8)
            with self.assertRaisesRegex(HookError, r"did not respond within \d(\.\d)?s"):
                rest.Client("Okta", f"http://127.0.0.1:{server.getsockname()[1]}").get("/x")

    def test_members(self) -> None:
        client = rest.Client("Okta", "https://example.okta.com")
        for read, want in [
            (lambda: client.members([]), "Okta sent unexpected JSON: it must be an object, got list"),
            (lambda: client.objects({}), "Okta sent unexpected JSON: it must be a list, got dict"),
            (lambda: client.members({"a": {"b": 1}}).object("a").get("b", str, ""), "Okta sent unexpected JSON: a.b must be a string, got int"),
            (lambda: client.members({"a": [1]}).objects("a"), "Okta sent unexpected JSON: a must be an object, got int"),
        ]:
            with self.assertRaises(HookError) as raised:
                read()  # type: ignore[no-untyped-call]
            self.assertEqual(str(raised.exception), want)


if __name__ == "__main__":
    unittest.main()
