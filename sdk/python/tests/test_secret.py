"""Secrets, of Secrets Manager and of the environment."""

import json
import os
import unittest
from datetime import datetime, timezone
from typing import Any, Dict
from unittest import mock

from fasttrack_hooks import secret
from fasttrack_hooks.sigv4 import signed

from .server import Reply, Request, serve
from .test_pagerduty import said

AWS = {"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}


class Secrets(unittest.TestCase):
    def setUp(self) -> None:
        environment = mock.patch.dict(os.environ, AWS)
        environment.start()
        self.addCleanup(environment.stop)
        self.clock = 0.0
        self.reply: Any = {"SecretString": "first"}
        self.status = 200
        self.url, self.requests = serve(self, self.manager)
        self.store = secret.Store(self.url, lambda: self.clock)

    def manager(self, r: Request) -> Reply:
        authorization = r.headers["Authorization"]
        if r.headers["X-Amz-Target"] != "secretsmanager.GetSecretValue" or "/eu-west-1/secretsmanager/" not in authorization or "x-amz-security-token" not in authorization:
            return Reply(400, json.dumps({"__type": "InvalidSignatureException"}))
        if json.loads(r.body)["SecretId"] != "okta-token":
            return Reply(400, json.dumps({"__type": "com.amazonaws.secretsmanager#ResourceNotFoundException", "Message": "Secrets Manager can't find it."}))
        return Reply(self.status, json.dumps(self.reply))

    def test_environment(self) -> None:
        with mock.patch.dict(os.environ, {"FASTTRACK_SECRET_PROD_OKTA_TOKEN2": "s"}):
            self.assertEqual((secret.get("prod/okta-token2"), secret.named("prod/okta-token2")()), ("s", "s"))
        self.assertEqual(secret.variable("prod/ökta"), "FASTTRACK_SECRET_PROD__KTA")

    def test_a_machine_without_credentials(self) -> None:
        with mock.patch.dict(os.environ, {"AWS_ACCESS_KEY_ID": ""}):
            want = "secret okta-token could not be read: there are no credentials of AWS here; set FASTTRACK_SECRET_OKTA_TOKEN"
            self.assertEqual(said(lambda: self.store.get("okta-token")), want)

    def test_kept(self) -> None:
        """A value is kept, read anew, and kept for longer while it can't be."""
        broken = {"__type": "InternalServiceError", "message": "oh"}
        for later, status, reply, want, calls in [
            (0, 200, {"SecretString": "first"}, "first", 1),
            (240, 200, {"SecretString": "second"}, "first", 1),
            (60, 200, {"SecretString": "second"}, "second", 2),
            (1800, 400, broken, "second", 3),
            (1860, 400, broken, "secret okta-token could not be read: InternalServiceError: oh", 4),
            (0, 200, {"SecretString": "third"}, "third", 5),
        ]:
            self.clock += later
            self.status, self.reply = status, reply
            self.assertEqual((said(lambda: self.store.named("okta-token")()), len(self.requests)), (want, calls))

    def test_errors(self) -> None:
        denied = "secret okta-token not found, or the hooks may not read it: create it in Secrets Manager, and list its ARN in the stack's parameter HookSecretArns"
        for name, status, reply, want in [
            ("pagerduty-token", 200, {}, "secret pagerduty-token not found: create it in Secrets Manager, or set FASTTRACK_SECRET_PAGERDUTY_TOKEN"),
            ("okta-token", 200, {}, "secret okta-token holds no text"),
            ("okta-token", 200, {"SecretString": ""}, "secret okta-token holds no text"),
            ("okta-token", 200, {"SecretBinary": "AA=="}, "secret okta-token holds no text"),
            ("okta-token", 400, {"__type": "AccessDeniedException", "Message": "no policy allows it"}, denied),
            ("okta-token", 400, {"__type": "ThrottlingException", "message": "slow down"}, "secret okta-token could not be read: ThrottlingException: slow down"),
            ("okta-token", 403, [], "secret okta-token could not be read: AWS did not respond: 403"),
        ]:
            self.status, self.reply = status, reply
            with self.subTest(want=want):
                self.assertEqual(said(lambda: self.store.get(name)), want)

    def test_throttled(self) -> None:
        replies = [Reply(400, json.dumps({"__type": "ThrottlingException"})), Reply(200, json.dumps({"SecretString": "s"}))]
        url, _ = serve(self, lambda r: replies.pop(0))
        self.assertEqual(secret.Store(url).get("okta-token"), "s")

    def test_endpoint_of_the_environment(self) -> None:
        with mock.patch.dict(os.environ, {"AWS_ENDPOINT_URL": self.url}):
            self.assertEqual(secret.Store().get("okta-token"), "first")

    def test_domains(self) -> None:
        for region, want in {"eu-west-1": "amazonaws.com", "cn-north-1": "amazonaws.com.cn", "us-gov-west-1": "amazonaws.com"}.items():
            self.assertEqual(secret._domain(region), want)

    def test_signature(self) -> None:
        """As AWS's own SDK for Python signs it (botocore 1.43)."""
        headers: Dict[str, str] = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager.GetSecretValue"}
        got = signed("secretsmanager", "eu-west-1", "https://secretsmanager.eu-west-1.amazonaws.com", headers, b'{"SecretId": "a"}', datetime(2026, 11, 24, 10, tzinfo=timezone.utc))
        self.assertEqual(got["Authorization"], SIGNATURE)


SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential=a/20261124/eu-west-1/secretsmanager/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
    "Signature=9336c4539cfe399d2b2c1409f9bdbc0de87975c8482fccbfcf5438cac53d2d9e"
)


if __name__ == "__main__":
    unittest.main()
