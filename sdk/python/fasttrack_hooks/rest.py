"""Calls the HTTP API of another system from a hook.

It reads and writes JSON, and takes care of what a hook must not get wrong:

- A call, with its retries, ends half a second before the hook's time limit, so that the hook
  can still report the failure.
- A call is retried after a status that passes: 429 and 5xx. It waits as long as the response
  asks for (Retry-After, or the rate limit headers of Okta, PagerDuty and OneLogin), and fails
  at once where that is longer than the hook has.
- Redirects are not followed, and only https is called, or http on this machine: the
  credentials reach the named host and no other.
- An error names the service and says what to do. A reviewer reads it in the request's
  history, so it holds neither the URL nor the response.

An integration of your own is a Client and a call:

    jira = rest.Client("Jira", "https://example.atlassian.net", rest.basic(secret.named("jira-credentials")))
    issue = jira.get(rest.path("rest", "api", "3", "issue", key))
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from http.client import HTTPMessage
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Union
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from .errors import HookError
from .members import Members
from .transport import MAX_BODY, loopback, send

# MAX_PAGES is the number of pages of a list that are read. A longer list is an error: a part
# of it would decide wrongly.
MAX_PAGES = 100

MAX_ERROR_BODY = 4 << 10  # bytes

# Query are the parameters of a URL, or the members of a form.
Query = Mapping[str, Union[str, Sequence[str]]]

# Auth adds credentials to the headers of a request.
Auth = Callable[[Dict[str, str]], None]


class Error(HookError):
    """A response with any status but 2xx.

    body is the start of the response, at most 4 KiB. The error's text leaves it out, since it
    may quote what a reviewer must not see.
    """

    def __init__(self, service: str, status: int, path: str = "", body: bytes = b"", retry_after: Optional[float] = None) -> None:
        super().__init__(_words(service, status, path, retry_after))
        self.service, self.status, self.path, self.body = service, status, path, body[:MAX_ERROR_BODY]


def _words(service: str, status: int, path: str, retry_after: Optional[float]) -> str:
    """Says what happened, for a reviewer, and what to do where that is known."""
    if status in (401, 403):
        return f"{service} refused the credentials: {status}; check the secret and what it may read"
    if status == 404:
        return f"{service} has no {path}: 404"
    if status == 429:
        later = "" if retry_after is None else f"; retry after {retry_after:.0f} s"
        return f"{service} did not respond: 429, too many requests{later}"
    if status // 100 == 3:
        return f"{service} redirects to another address: {status}; check its URL"
    if status // 100 == 4:
        return f"{service} refused the request: {status}"
    return f"{service} did not respond: {status}"


def not_found(err: BaseException) -> bool:
    """Reports whether an exception is a 404."""
    return has_status(err, 404)


def has_status(err: BaseException, status: int) -> bool:
    """Reports whether an exception is an Error of that HTTP status."""
    return isinstance(err, Error) and err.status == status


def bearer(token: Callable[[], str]) -> Auth:
    """Sends a token as "Authorization: Bearer TOKEN"."""

    def auth(headers: Dict[str, str]) -> None:
        headers["Authorization"] = f"Bearer {token()}"

    return auth


def basic(credentials: Callable[[], str]) -> Auth:
    """Sends credentials of the form "user:password" by HTTP's basic authentication."""

    def auth(headers: Dict[str, str]) -> None:
        pair = credentials()
        user, found, password = pair.partition(":")
        if not (found and user and password):
            raise HookError('the credentials must be "user:password"; check the secret')
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()

    return auth


def path(*segments: str) -> str:
    """Joins segments to a path, each escaped: path("users", "a/b") is "/users/a%2Fb"."""
    return "".join("/" + quote(segment, safe="@$&+=:") for segment in segments)


@dataclass(frozen=True)
class Response:
    """A response's JSON and its headers."""

    body: Any
    headers: HTTPMessage


class Client:
    """Calls one service. It is safe for concurrent use.

    service is the name that errors have ("PagerDuty"), base_url is what paths are appended to,
    and no auth sends no credentials. The base URL is https, or http on this machine, as in
    tests. Each call reports a base URL that is invalid.
    """

    def __init__(self, service: str, base_url: str, auth: Optional[Auth] = None) -> None:
        self.service = service
        self._auth = auth
        self._base: Optional[str] = None
        base = base_url.rstrip("/")
        try:
            url = urlsplit(base)
            allowed = url.scheme == "https" or url.scheme == "http" and loopback(url.hostname or "")
            if allowed and url.hostname and "@" not in url.netloc and not url.query and not url.fragment:
                url.port  # noqa: B018 -- which raises for one that is none
                self._base = base
        except ValueError:
            pass

    def get(self, path: str, query: Optional[Query] = None) -> Any:
        """Returns the JSON of path."""
        return self.do("GET", path, query).body

    def post(self, path: str, body: Any) -> Any:
        """Sends body as JSON and returns the response's JSON. See do for when it is sent
        twice."""
        return self.do("POST", path, body=body).body

    def do(self, method: str, path: str, query: Optional[Query] = None, body: Any = None, form: Optional[Query] = None, empty: bool = False) -> Response:
        """Sends a request and returns its response; empty allows one without JSON, of which
        the body is None. body is sent as JSON, form as a form. Any status but 2xx raises
        Error.

        A POST or PATCH is retried only where it had no effect: after 429 and 503, and where no
        connection was made. The hook itself is called at least once, so make what it changes
        repeatable by the run's id.
        """
        url = self._url(path, query)
        content: Optional[bytes] = None
        kind = ""
        if form is not None:
            content, kind = urlencode(form, doseq=True).encode(), "application/x-www-form-urlencoded"
        elif body is not None:
            try:
                content, kind = json.dumps(body, allow_nan=False).encode(), "application/json"
            except (TypeError, ValueError, RecursionError) as err:
                raise HookError(f"call {self.service}: {err}") from None
        return self._send(method, url, content, kind, empty)

    def pages(self, path: str, query: Optional[Query] = None) -> Iterator[Any]:
        """Yields a list page by page. The header of a page links to the next one as rel="next"
        (RFC 8288), as Okta's and GitHub's do. A list of more than MAX_PAGES raises."""
        url = self._url(path, query)
        for _ in range(MAX_PAGES):
            response = self._send("GET", url, None, "", False)
            yield response.body
            link = _next_link(response.headers)
            if not link:
                return
            url = self._linked(link)
        raise HookError(f"{self.service} lists more than {MAX_PAGES} pages")

    def members(self, document: object, path: str = "") -> Members:
        """Returns an object of a response, to read its members by their types."""
        return Members(document, path, self._unexpected)

    def objects(self, document: object) -> List[Members]:
        """Returns a list of objects of a response."""
        if not isinstance(document, list):
            raise self._unexpected(f"it must be a list, got {type(document).__name__}")
        return [self.members(one) for one in document]

    def _unexpected(self, text: str) -> HookError:
        return HookError(f"{self.service} sent unexpected JSON: {text}")

    def _url(self, path: str, query: Optional[Query]) -> str:
        """Returns the address of a path. A segment "." or ".." would lead to another path than
        the one that was written, so it is refused."""
        if self._base is None:
            raise HookError(f"the URL of {self.service} must be https://HOST; http is for this machine alone")
        for segment in path.split("/"):
            if unquote(segment) in (".", ".."):
                raise HookError(f'call {self.service}: "{segment}" can\'t be a segment of a path')
        if any(c in path for c in "?# \r\n\t") or not path.isascii():
            raise HookError(f"call {self.service}: the path is not escaped; use rest.path")
        pairs = urlencode(query, doseq=True) if query else ""
        return self._base + path + (f"?{pairs}" if pairs else "")

    def _linked(self, link: str) -> str:
        """Returns the URL of a link. One of another host is refused: it would get the
        credentials."""
        url = urljoin(f"{self._base}/", link)
        own, to = urlsplit(self._base or ""), urlsplit(url)
        if (to.scheme, to.netloc) != (own.scheme, own.netloc):
            raise HookError(f"{self.service} links to another host for its next page")
        # Parsed and written anew: no character of it is more than data.
        pairs = urlencode(parse_qsl(to.query, keep_blank_values=True))
        return f"{to.scheme}://{to.netloc}{quote(to.path, safe='/%@$&+=:')}" + (f"?{pairs}" if pairs else "")

    def _send(self, method: str, url: str, content: Optional[bytes], kind: str, empty: bool) -> Response:
        where = unquote(urlsplit(url).path)
        reply = send(
            self.service, method, url, self._headers(kind), content, method not in ("POST", "PATCH"),
            lambda status: Error(self.service, status, where),
        )  # fmt: skip
        if reply.status // 100 != 2:
            raise Error(self.service, reply.status, where, reply.body, reply.retry_after)
        if len(reply.body) > MAX_BODY:
            raise HookError(f"{self.service} sent more than {MAX_BODY >> 20} MiB")
        if not reply.body.strip():
            if empty:
                return Response(None, reply.headers)
            raise HookError(f"{self.service} sent an empty response; it must be JSON")
        try:
            return Response(json.loads(reply.body), reply.headers)
        except (ValueError, RecursionError) as err:
            raise self._unexpected(str(err)) from None

    def _headers(self, kind: str) -> Dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "fasttrack"}
        if self._auth is not None:
            self._auth(headers)
        if kind:
            headers["Content-Type"] = kind
        for value in headers.values():
            if not value.isascii() or not value.isprintable():
                raise HookError(f"the credentials for {self.service} hold a line break or another control character; check the secret")
        return headers


def _next_link(headers: HTTPMessage) -> str:
    for line in headers.get_all("Link") or []:
        for link in line.split(", <"):
            target, found, params = link.strip().lstrip("<").partition(">")
            if found and 'rel="next"' in params:
                return target
    return ""
