const maxBody = 4 << 10; // bytes

// RestError is a response with any status but 2xx. body is its start, at most 4 KiB; the
// text leaves it out, since it may quote what a reviewer must not see.
export class RestError extends Error {
  constructor(service, status, path, body = Buffer.alloc(0), retryAfter = "") {
    super(textOf(service, status, path, retryAfter));
    this.name = "RestError";
    Object.assign(this, { service, status, path, body: body.subarray(0, maxBody).toString("utf8") });
  }
}

// textOf says what happened, for a reviewer, and what to do where that is known.
function textOf(service, status, path, retryAfter) {
  switch (true) {
    case status === 401 || status === 403:
      return `${service} refused the credentials: ${status}; check the secret and what it may read`;
    case status === 404:
      return `${service} has no ${path}: 404`;
    case status === 429 && retryAfter !== "":
      return `${service} did not respond: 429, too many requests; retry after ${retryAfter} s`;
    case status === 429:
      return `${service} did not respond: 429, too many requests`;
    case status >= 300 && status < 400:
      return `${service} redirects to another address: ${status}; check its URL`;
    case status >= 400 && status < 500:
      return `${service} refused the request: ${status}`;
  }
  return `${service} did not respond: ${status}`;
}
