"""Reads the secrets of hooks: from AWS Secrets Manager, or from the environment on your own
machine."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from dataclasses import dataclass
from typing import Callable, Dict

from .errors import HookError
from .rest import Error
from .sigv4 import signed
from .transport import Reply, send
from .within import remaining

# How long a value is used before it is read again, and how long one is used that can't be
# read again, in seconds.
FRESH = 5 * 60
STALE = 60 * 60


def get(name: str) -> str:
    """Store.get in Lambda's own region."""
    return _own.get(name)


def named(name: str) -> Callable[[], str]:
    """Store.named in Lambda's own region."""
    return _own.named(name)


def variable(name: str) -> str:
    """Returns the environment variable of a secret: FASTTRACK_SECRET_ and the name in capitals,
    with _ for what is neither a letter nor a digit."""
    return "FASTTRACK_SECRET_" + re.sub("[^A-Z0-9]", "_", re.sub("[a-z]", lambda letter: letter[0].upper(), name))


@dataclass(frozen=True)
class _Kept:
    text: str
    at: float


class Store:
    """Reads secrets and keeps them for a while. url is that of the service, such as a VPC
    endpoint or a test's server; an empty one is AWS's of Lambda's own region. Keep the store:
    it keeps what it has read."""

    def __init__(self, url: str = "", now: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._now = now
        self._lock = threading.Lock()
        self._kept: Dict[str, _Kept] = {}

    def get(self, name: str) -> str:
        """Returns the text of a secret. name is its name or ARN in Secrets Manager, which the
        stack's parameter HookSecretArns must list. If the environment variable
        FASTTRACK_SECRET_<NAME> is set, it returns its value; see variable.

        A value is kept for five minutes. If it can't be read again then, it is used for up to
        an hour.
        """
        own = os.environ.get(variable(name), "")
        if own:
            return own
        with self._lock:
            kept = self._kept.get(name)
        age = self._now() - kept.at if kept else STALE
        if kept and age < FRESH:
            return kept.text
        try:
            text = _read(name, self._url)
        except _Final as err:
            raise HookError(str(err)) from None
        except HookError as err:
            if kept and age < STALE:
                return kept.text
            raise HookError(str(err)) from None
        with self._lock:
            self._kept[name] = _Kept(text, self._now())
        return text

    def named(self, name: str) -> Callable[[], str]:
        """Returns a function that gets the secret, in the form in which clients of other
        systems take their tokens."""
        return lambda: self.get(name)


_own = Store()


class _Final(HookError):
    """An error that a value which was read before doesn't help with."""


def _read(name: str, url: str) -> str:
    region = os.environ.get("AWS_REGION", "")
    if not os.environ.get("AWS_ACCESS_KEY_ID") or not region:
        raise _Final(f"secret {name} could not be read: there are no credentials of AWS here; set {variable(name)}")
    url = url or os.environ.get("AWS_ENDPOINT_URL", "") or f"https://secretsmanager.{region}.{_domain(region)}"
    body = json.dumps({"SecretId": name}).encode()
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager.GetSecretValue"}
    def call() -> Reply:
        try:
            return send("AWS", "POST", url, signed("secretsmanager", region, url, headers, body), body, True, lambda status: Error("AWS", status))
        except HookError as err:
            raise HookError(f"secret {name} could not be read: {err}") from None

    reply = call()
    for wait in (0.1, 0.3):  # AWS throttles with a status that says nothing of it
        if b"ThrottlingException" in reply.body and wait < remaining():
            time.sleep(wait)
            reply = call()
    return _text(name, reply)


def _text(name: str, reply: Reply) -> str:
    try:
        document = json.loads(reply.body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise HookError(f"secret {name} could not be read: AWS did not respond: {reply.status}")
    if reply.status != 200:
        code = str(document.get("__type") or reply.headers.get("x-amzn-ErrorType") or reply.status).rpartition("#")[2].partition(":")[0]
        if code == "ResourceNotFoundException":
            raise _Final(f"secret {name} not found: create it in Secrets Manager, or set {variable(name)}")
        if code == "AccessDeniedException":
            raise HookError(
                f"secret {name} not found, or the hooks may not read it: create it in Secrets Manager, "
                "and list its ARN in the stack's parameter HookSecretArns"
            )
        raise HookError(f"secret {name} could not be read: {code}: {document.get('message') or document.get('Message') or ''}")
    text = document.get("SecretString")
    if not isinstance(text, str) or not text:
        raise _Final(f"secret {name} holds no text")
    return text


def _domain(region: str) -> str:
    """Returns the domain of a region's partition."""
    for prefix, domain in {"cn-": "amazonaws.com.cn", "eusc-": "amazonaws.eu"}.items():
        if region.startswith(prefix):
            return domain
    return "amazonaws.com"
