// Calls the HTTP API of another system from a hook. It reads and writes JSON, and takes
// care of what a hook must not get wrong: time limits, retries, redirects, credentials,
// and errors that a reviewer may read.
import { isIP } from "node:net";
import { waitFor } from "./lib/limit.mjs";
import { Attempts } from "./lib/retry.mjs";
import { RestError } from "./lib/resterror.mjs";

export { RestError } from "./lib/resterror.mjs";

// MAX_PAGES is the number of pages of a list that are read. A longer list is an error: a
// part of it would answer wrongly.
export const MAX_PAGES = 100;

const maxBody = 4 << 20; // bytes of a response

// bearer sends a token as "Authorization: Bearer TOKEN".
export function bearer(token) {
  return async (headers) => {
    headers.Authorization = `Bearer ${await token()}`;
  };
}

// basic sends credentials of the form "user:password" by HTTP's basic authentication.
export function basic(credentials) {
  return async (headers) => {
    const pair = await credentials();
    if (!/^[^:]+:./s.test(pair)) throw new Error('the credentials must be "user:password"; check the secret');
    headers.Authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  };
}

// path joins segments to a path, each escaped: path("users", "a/b") is "/users/a%2Fb".
export function path(...segments) {
  return segments.map((s) => "/" + encodeURIComponent(s)).join("");
}

// notFound reports whether an error is a 404.
export const notFound = (error) => hasStatus(error, 404);

// hasStatus reports whether an error is a RestError of that HTTP status.
export const hasStatus = (error, status) => error instanceof RestError && error.status === status;

export class Client {
  #service;
  #base;
  #auth;

  constructor(service, baseURL, auth = undefined) {
    this.#service = service;
    this.#base = baseOf(baseURL);
    this.#auth = auth;
  }

  async get(path, query = undefined) {
    return this.#some(await this.do({ path, query })).body;
  }

  async post(path, body = undefined) {
    return (await this.do({ method: "POST", path, body })).body;
  }

  async do({ method = "GET", path, query = undefined, body = undefined }) {
    const url = this.#url(path, query);
    return this.#send(method, url, this.#encode(body));
  }

  async *pages(path, query = undefined) {
    let url = this.#url(path, query);
    for (let n = 1; ; n++) {
      const { body, headers } = this.#some(await this.#send("GET", url, {}));
      yield body;
      url = this.#next(headers);
      if (url === undefined) return;
      if (n === MAX_PAGES) throw new Error(`${this.#service} lists more than ${MAX_PAGES} pages`);
    }
  }

  // url returns the address of a path. A segment "." or ".." would lead to another path
  // than the one that was written, so it is refused.
  #url(path, query) {
    if (!this.#base) throw new Error(`the URL of ${this.#service} must be https://HOST; http is for this machine alone`);
    for (const segment of path.split(/[/\\]/)) {
      if (!plainSegment(segment)) throw new Error(`call ${this.#service}: ${JSON.stringify(segment)} can't be a segment of a path`);
    }
    const search = new URLSearchParams(query ?? []).toString();
    return this.#base + path + (search === "" ? "" : "?" + search);
  }

  #encode(body) {
    if (body === undefined) return {};
    if (body instanceof URLSearchParams) return { body: body.toString(), type: "application/x-www-form-urlencoded" };
    const raw = JSON.stringify(body);
    if (raw === undefined) throw new Error(`call ${this.#service}: the body is no JSON`);
    return { body: raw, type: "application/json" };
  }

  // send calls until the service answers, the hook's time is nearly over, or a retry is
  // of no use.
  #send(method, url, { body, type }) {
    return waitFor(this.#service, async (limit) => {
      const headers = await this.#headers();
      if (type) headers["Content-Type"] = type;
      const attempts = new Attempts(this.#service, method, limit);
      const { response, retryAfter } = await attempts.fetch(url, { method, headers, body, redirect: "manual" });
      const raw = await attempts.read(response, maxBody);
      if (!response.ok) {
        throw new RestError(this.#service, response.status, new URL(url).pathname, raw, retryAfter);
      }
      return { body: this.#decode(raw), headers: response.headers };
    });
  }

  // some returns a response that is not empty.
  #some(response) {
    if (response.body === undefined || response.body === null) throw new Error(`${this.#service} sent an empty response; it must be JSON`);
    return response;
  }

  // decode returns the JSON of a response, undefined for an empty one.
  #decode(raw) {
    if (raw.length > maxBody) throw new Error(`${this.#service} sent more than ${maxBody >> 20} MiB`);
    const text = raw.toString("utf8").trim();
    if (text === "") return undefined;
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`${this.#service} sent unexpected JSON`); // without what it sent
    }
  }

  // headers returns the headers of a request, with credentials.
  async #headers() {
    const headers = { Accept: "application/json", "User-Agent": "fasttrack" };
    await this.#auth?.(headers);
    for (const value of Object.values(headers)) {
      if (/[^\x20-\x7e\xa0-\xff]/.test(value)) {
        throw new Error(`the credentials for ${this.#service} hold a line break or another character that can't be sent; check the secret`);
      }
    }
    return headers;
  }

  // next returns the URL that a page links to as the next (RFC 8288). One of another host
  // is refused: it would get the credentials.
  #next(headers) {
    for (const link of (headers.get("Link") ?? "").split(/,\s*(?=<)/)) {
      const found = /^<([^>]*)>(.*)$/s.exec(link.trim());
      if (!found?.[2].includes('rel="next"')) continue;
      const url = URL.canParse(found[1], this.#base) ? new URL(found[1], this.#base) : undefined;
      if (url?.origin !== new URL(this.#base).origin) throw new Error(`${this.#service} links to another host for its next page`);
      return url.href;
    }
    return undefined;
  }
}

// baseOf returns a base URL without a slash at its end: https, or http on this machine,
// as in tests; undefined for any other.
function baseOf(baseURL) {
  if (!URL.canParse(baseURL)) return undefined;
  const { protocol, hostname, username, password, origin, pathname } = new URL(baseURL);
  if (username || password || !(protocol === "https:" || (protocol === "http:" && isLoopback(hostname)))) return undefined;
  return origin + pathname.replace(/\/+$/, "");
}

function isLoopback(host) {
  return host === "localhost" || host === "[::1]" || (isIP(host) === 4 && host.startsWith("127."));
}

function plainSegment(segment) {
  try {
    const text = decodeURIComponent(segment);
    return text !== "." && text !== ".." && !/[\u0000-\u001f?#]/.test(segment);
  } catch {
    return false;
  }
}
