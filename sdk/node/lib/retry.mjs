// The attempts of one call to another system.
import { setTimeout as sleep } from "node:timers/promises";
import { RestError } from "./resterror.mjs";

const retries = 4;
const attempt = 4000; // ms
const longestWait = 2000; // ms, where the response doesn't say how long

export class Attempts {
  #service;
  #method;
  #limit;
  #status = 0; // of the last response that is retried

  constructor(service, method, limit) {
    this.#service = service;
    this.#method = method;
    this.#limit = limit;
  }

  // fetch calls until there is a response that a retry doesn't better.
  async fetch(url, init) {
    for (let n = 0; ; n++) {
      let response, broken;
      try {
        response = await fetch(url, { ...init, signal: AbortSignal.any([this.#limit.signal, AbortSignal.timeout(attempt)]) });
      } catch (error) {
        broken = error;
      }
      const retryAfter = response && retryAfterOf(response);
      if (response && !passes(response.status)) return { response, retryAfter };
      const wait = waitOf(retryAfter, n);
      if (n === retries || this.#limit.signal.aborted || !this.#repeatable(response, broken) || Date.now() + wait >= this.#limit.end) {
        if (response) return { response, retryAfter };
        throw this.#failed(broken);
      }
      if (response) {
        this.#status = response.status;
        await response.body?.cancel();
      }
      await sleep(wait, undefined, { signal: this.#limit.signal }).catch((error) => {
        throw this.#failed(error);
      });
    }
  }

  // read returns the body of a response, and one byte more of one that is larger.
  async read(response, max) {
    const parts = [];
    let size = 0;
    try {
      for await (const part of response.body ?? []) {
        parts.push(part);
        size += part.length;
        if (size > max) break;
      }
    } catch (error) {
      if (response.ok) throw this.#failed(error);
    }
    return Buffer.concat(parts).subarray(0, max + 1);
  }

  // repeatable reports whether the last attempt may be repeated. One of a method that is
  // not idempotent (RFC 9110, section 9.2.2) may only where it had no effect.
  #repeatable(response, broken) {
    if (this.#method !== "POST" && this.#method !== "PATCH") return true;
    if (response) return response.status === 429 || response.status === 503;
    return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"].includes(codeOf(broken));
  }

  // failed returns the error of a call that has no response. It has no URL in its text.
  #failed(error) {
    if (this.#status !== 0) return new RestError(this.#service, this.#status, "");
    if (this.#limit.signal.aborted || error?.name === "TimeoutError" || error?.name === "AbortError") {
      return new Error(`${this.#service} did not respond within ${this.#limit.elapsed()}`);
    }
    const code = codeOf(error);
    return new Error(`${this.#service} could not be reached: ${reasons[code] ?? code}`);
  }
}

const reasons = {
  ECONNREFUSED: "connect: connection refused",
  ECONNRESET: "the connection broke",
  UND_ERR_SOCKET: "the connection broke",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "its host name could not be looked up",
};

const codeOf = (error) => error?.cause?.code ?? error?.cause?.errors?.[0]?.code ?? error?.code ?? error?.name ?? "unknown";

// passes reports whether a status may be another one soon.
const passes = (status) => status === 429 || (status >= 500 && status !== 501);

// resets are the headers that say when a rate limit ends, where a 429 has no Retry-After:
// Okta's as seconds of the Unix epoch, by its own clock, PagerDuty's and OneLogin's as
// seconds from now.
const resets = ["X-Rate-Limit-Reset", "Ratelimit-Reset", "X-Ratelimit-Reset"];

// epoch distinguishes seconds of the Unix epoch from seconds from now: no wait is 30 years.
const epoch = 1_000_000_000;

// retryAfterOf returns what a response says of when to retry, "" for nothing.
function retryAfterOf({ status, headers }) {
  if (status !== 429 && status !== 503) return "";
  const after = headers.get("Retry-After") ?? "";
  return after === "" && status === 429 ? resetOf(headers) : after;
}

function resetOf(headers) {
  for (const name of resets) {
    const value = headers.get(name) ?? "";
    if (!/^\d+$/.test(value)) continue;
    let wait = Number(value);
    if (wait >= epoch) {
      const now = Date.parse(headers.get("Date") ?? "");
      wait -= Math.floor((Number.isNaN(now) ? Date.now() : now) / 1000);
    }
    return String(Math.max(wait, 0));
  }
  return "";
}

// waitOf returns how many milliseconds to wait after the attempt n: as long as the
// response asks for, in seconds or until a time.
function waitOf(retryAfter, n) {
  if (/^\d+$/.test(retryAfter ?? "")) return Number(retryAfter) * 1000;
  const at = Date.parse(retryAfter ?? "");
  return Number.isNaN(at) ? Math.min(longestWait, 200 * 2 ** n) : Math.max(0, at - Date.now());
}
