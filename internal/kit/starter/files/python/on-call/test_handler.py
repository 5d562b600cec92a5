"""The test calls the hook with events, and a server of its own stands for PagerDuty."""

import os
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

from fasttrack_hooks import approve, continue_
from fasttrack_hooks.testing import event

from handler import approve_on_call

ON_CALL = b'{"oncalls": [{"user": {"id": "U1", "email": "ada@example.com"}, "schedule": {"id": "P123"}}]}'


class PagerDuty(BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path.startswith("/oncalls")
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(ON_CALL if found else b"{}")

    def log_message(self, *_):
        pass


# The secret pagerduty-token, on this machine.
@mock.patch.dict(os.environ, FASTTRACK_SECRET_PAGERDUTY_TOKEN="key")
class ApproveOnCall(unittest.TestCase):
    def setUp(self):
        server = HTTPServer(("127.0.0.1", 0), PagerDuty)
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    def outcome(self, email, path=""):
        return approve_on_call(event(flow="on-call", by_user=email, vars={"pagerduty_url": self.url + path, "pagerduty_schedule": "P123"}))

    def test_on_call(self):
        self.assertEqual(self.outcome("ada@example.com"), approve("ada@example.com is on call."))

    def test_not_on_call(self):
        self.assertEqual(self.outcome("eve@example.com"), continue_())

    def test_a_machine(self):
        self.assertEqual(self.outcome(""), continue_())

    def test_a_failed_call_approves_nothing(self):
        with self.assertRaises(Exception):
            self.outcome("ada@example.com", "/elsewhere")
