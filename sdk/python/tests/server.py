"""A server of HTTP for tests of clients."""

import json
import threading
import unittest
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, List, Tuple, Union
from urllib.parse import parse_qs, urlsplit


@dataclass
class Request:
    method: str
    path: str  # escaped, without the query
    target: str
    query: Dict[str, List[str]]
    headers: Any
    body: str

    def of(self, name: str) -> str:
        return self.query.get(name, [""])[0]


@dataclass
class Reply:
    status: int = 200
    body: Union[str, bytes] = ""
    headers: List[Tuple[str, str]] = field(default_factory=list)
    close: bool = False  # the connection, without a response
    hang: bool = False
    short: bool = False  # ends before the length that it says


def sent(document: Any, *headers: Tuple[str, str]) -> Reply:
    return Reply(200, json.dumps(document), list(headers))


Respond = Callable[[Request], Reply]


def serve(test: unittest.TestCase, respond: Respond) -> Tuple[str, List[Request]]:
    """Serves until the test ends. It returns the server's URL and the list of its requests."""
    requests: List[Request] = []
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            at = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            request = Request(self.command, at.path, self.path, parse_qs(at.query, keep_blank_values=True), self.headers, body)
            requests.append(request)
            reply = respond(request)
            if reply.hang:
                over.wait(10)
            if reply.close or reply.hang:
                self.close_connection = True
                return
            self.send_response_only(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            raw = reply.body if isinstance(reply.body, bytes) else reply.body.encode()
            if reply.status != 204:
                self.send_header("Content-Length", str(len(raw) + reply.short))
            self.end_headers()
            try:
                self.wfile.write(raw)
            except OSError:
                pass  # a client that gave up is no failure

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=lambda: server.serve_forever(0.01), daemon=True).start()
    test.addCleanup(server.server_close)
    test.addCleanup(server.shutdown)
    test.addCleanup(over.set)
    return f"http://127.0.0.1:{server.server_port}", requests


def serve_all(test: unittest.TestCase, *replies: Union[Reply, Respond]) -> Tuple[str, List[Request]]:
    """Serves one reply after the other, and the last from then on."""
    count = [0]

    def respond(request: Request) -> Reply:
        count[0] += 1
        reply = replies[min(count[0], len(replies)) - 1]
        return reply if isinstance(reply, Reply) else reply(request)

    return serve(test, respond)
