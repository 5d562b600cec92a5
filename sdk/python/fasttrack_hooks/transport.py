"""Sends HTTP requests, and repeats them where that is of use."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Callable, Dict, Optional
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from .errors import HookError
from .within import remaining

# The limits on one call: the bytes of a response, the seconds of an attempt, and how often it
# is repeated after which waits.
MAX_BODY = 4 << 20
ATTEMPT = 4.0
RETRIES = 4
WAIT_MIN, WAIT_MAX = 0.2, 2.0

# The headers that say when a rate limit ends, where a 429 has no Retry-After: Okta's as
# seconds of the Unix epoch, by its own clock
# (https://developer.okta.com/docs/reference/rl-best-practices/), PagerDuty's
# (https://support.pagerduty.com/main/docs/rest-api-rate-limits) and OneLogin's
# (https://developers.onelogin.com/api-docs/2/oauth20-tokens/get-rate-limit) as seconds from
# now.
_RESETS = ("X-Rate-Limit-Reset", "Ratelimit-Reset", "X-Ratelimit-Reset")

# Distinguishes seconds of the Unix epoch from seconds from now: no wait is 30 years.
_EPOCH = 1_000_000_000


@dataclass(frozen=True)
class Reply:
    """A response. retry_after is how long to wait, in seconds, if the service says so."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    retry_after: Optional[float]


class _Broken(Exception):
    """An attempt without a response. sent reports that the request may have reached the
    service, and again that another attempt may succeed."""

    def __init__(self, cause: BaseException, sent: bool, again: bool) -> None:
        super().__init__(str(cause))
        self.cause, self.sent, self.again = cause, sent, again


def loopback(host: str) -> bool:
    """Reports whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def send(
    service: str, method: str, url: str, headers: Dict[str, str], body: Optional[bytes], repeatable: bool,
    unanswered: Callable[[int], HookError],
) -> Reply:  # fmt: skip
    """Sends a request until the service responds, the hook's time is nearly over, or another
    attempt is of no use.

    repeatable reports whether the request may be repeated after any failure. If not, it is
    only where it had no effect. unanswered returns the error for a status that went on until
    the time was over.
    """
    started = time.monotonic()
    end = started + remaining()
    status = 0
    for attempt in range(RETRIES + 1):
        wait = min(WAIT_MIN * 2**attempt, WAIT_MAX)
        try:
            reply = _attempt(urlsplit(url), method, headers, body, min(end, time.monotonic() + ATTEMPT))
        except _Broken as broken:
            over = time.monotonic() + wait >= end
            if broken.again and not over and attempt < RETRIES and (repeatable or not broken.sent):
                time.sleep(wait)
                continue
            if status:
                raise unanswered(status) from None
            raise _unreachable(service, broken.cause, time.monotonic() - started) from None
        if not _passes(reply.status) or attempt == RETRIES or not (repeatable or reply.status in (429, 503)):
            return reply
        status = reply.status
        if reply.retry_after is not None:
            wait = reply.retry_after
        # A wait that is too long for the hook fails at once.
        if time.monotonic() + wait >= end:
            return reply
        time.sleep(wait)
    raise AssertionError("unreachable")


def _passes(status: int) -> bool:
    """Reports whether a status is one that passes."""
    return status == 429 or status >= 500 and status != 501


def _attempt(url: SplitResult, method: str, headers: Dict[str, str], body: Optional[bytes], end: float) -> Reply:
    connection = _connection(url, max(0.001, end - time.monotonic()))
    sent = False
    try:
        connection.connect()
        sent = True
        sock: socket.socket = connection.sock
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        connection.request(method, target, body=body, headers=headers)
        response = connection.getresponse()
        raw = b""
        # At the end of its body a response may close its connection, which has no limit then.
        while len(raw) <= MAX_BODY and not response.isclosed():
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(left)
            chunk = response.read1(1 << 16)
            if not chunk:
                break
            raw += chunk
        if response.length and len(raw) <= MAX_BODY:
            raise http.client.IncompleteRead(raw, response.length)
        return Reply(response.status, response.headers, raw, _retry_after(response.status, response.headers))
    except ssl.SSLCertVerificationError as err:
        raise _Broken(err, sent, again=False) from None
    except (OSError, http.client.HTTPException) as err:
        raise _Broken(err, sent, again=True) from None
    finally:
        connection.close()


def _connection(url: SplitResult, timeout: float) -> http.client.HTTPConnection:
    host, port = url.hostname or "", url.port
    if url.scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=timeout)
    proxy = getproxies().get("https")
    if not proxy or loopback(host) or proxy_bypass(host):
        return http.client.HTTPSConnection(host, port, timeout=timeout)
    at = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    connection = http.client.HTTPSConnection(at.hostname or "", at.port or 8080, timeout=timeout)
    connection.set_tunnel(host, port or 443)
    return connection


def _retry_after(status: int, headers: http.client.HTTPMessage) -> Optional[float]:
    if status not in (429, 503):
        return None
    text = headers.get("Retry-After")
    if text is not None:
        if text.strip().isdigit():
            return float(text)
        at = _date(text)
        return None if at is None else max(0.0, at - time.time())
    if status != 429:
        return None
    for name in _RESETS:
        text = headers.get(name, "").strip()
        if not text.isdigit():
            continue
        wait = float(text)
        if wait >= _EPOCH:
            now = _date(headers.get("Date", ""))
            wait -= time.time() if now is None else now
        return max(wait, 0.0)
    return None


def _date(text: str) -> Optional[float]:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, IndexError):
        return None


def _unreachable(service: str, cause: BaseException, took: float) -> HookError:
    if isinstance(cause, TimeoutError) or isinstance(cause, socket.timeout):
        return HookError(f"{service} did not respond within {round(took, 1):g}s")
    if isinstance(cause, ssl.SSLCertVerificationError):
        return HookError(f"{service} could not be reached: its certificate is invalid: {cause.verify_message}")
    if isinstance(cause, OSError) and cause.strerror:
        return HookError(f"{service} could not be reached: {cause.strerror}")
    return HookError(f"{service} could not be reached: {type(cause).__name__}")
