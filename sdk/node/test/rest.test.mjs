import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import * as rest from "../rest.mjs";
import { within } from "../lib/within.mjs";
import { fails, said, serve } from "./support.mjs";

const answer = (status, body = "", headers = {}) => () => ({ status, body, headers });
const hang = () => {};
const abort = ({ request }) => {
  request.socket.destroy();
};

// inHook calls as a hook with that limit does, and returns its error.
async function inHook(limit, call) {
  const got = await within(undefined, limit, call);
  assert.ok(!got.hung, "the hook's own time is over: it can't say so any more");
  return got.why ?? "";
}

async function closedURL() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

// How a reviewer reads what another system does wrong, and how often it is called.
test("errors", async (t) => {
  for (const [name, c] of Object.entries({
    "refused": { answers: [answer(401)], want: "PagerDuty refused the credentials: 401; check the secret and what it may read", atMost: 1 },
    "not there": { answers: [answer(404)], want: "PagerDuty has no /x: 404", atMost: 1 },
    "a bad request": { answers: [answer(400)], want: "PagerDuty refused the request: 400", atMost: 1 },
    "elsewhere": { answers: [answer(302, "", { Location: "http://127.0.0.1/" })], want: "PagerDuty redirects to another address: 302; check its URL", atMost: 1 },
    "down": { answers: [answer(503)], limit: 2000, want: "PagerDuty did not respond: 503", atMost: 5 },
    "busy for long": { answers: [answer(429, "", { "Retry-After": "60" })], limit: 2000, want: "PagerDuty did not respond: 429, too many requests; retry after 60 s", atMost: 1 },
    "busy until a time": { answers: [answer(429, "", { "X-Rate-Limit-Reset": "1795687260", Date: "Thu, 26 Nov 2026 10:00:00 GMT" })], limit: 2000, want: "PagerDuty did not respond: 429, too many requests; retry after 60 s", atMost: 1 },
    "busy for seconds": { answers: [answer(429, "", { "ratelimit-reset": "60" })], limit: 2000, want: "PagerDuty did not respond: 429, too many requests; retry after 60 s", atMost: 1 },
    "nothing": { answers: [answer(200)], want: "PagerDuty sent an empty response; it must be JSON", atMost: 1 },
    "slow": { answers: [hang], limit: 400, want: "PagerDuty did not respond within 300ms", atMost: 1 },
    "down, then slow": { answers: [answer(503), hang], limit: 1000, want: "PagerDuty did not respond: 503", atMost: 2 },
    "no JSON": { answers: [answer(200, "<html>")], want: "PagerDuty sent unexpected JSON", atMost: 1 },
    "too much": { answers: [answer(200, `"${"x".repeat(5 << 20)}"`)], want: "PagerDuty sent more than 4 MiB", atMost: 1 },
    "nobody there": { base: await closedURL(), limit: 1000, want: "PagerDuty could not be reached: connect: connection refused" },
    "no https": { base: "http://example.com", want: "the URL of PagerDuty must be https://HOST; http is for this machine alone" },
    "credentials in a URL": { base: "https://ada:secret@example.com", want: "the URL of PagerDuty must be https://HOST; http is for this machine alone" },
    "no URL": { base: "example.com", want: "the URL of PagerDuty must be https://HOST; http is for this machine alone" },
  })) {
    await t.test(name, async () => {
      const server = c.base ? { url: c.base, calls: () => 0 } : await serve(...c.answers);
      assert.equal(await inHook(c.limit ?? 10_000, () => new rest.Client("PagerDuty", server.url).get("/x")), c.want);
      assert.ok(server.calls() <= (c.atMost ?? 0), `it was called ${server.calls()} times`);
    });
  }
});

test("what passes is retried", async (t) => {
  for (const [name, first] of Object.entries({
    "a 503": answer(503),
    "a 429": answer(429, "", { "Retry-After": "0" }),
    "a 429 of OneLogin": answer(429, "", { "X-RateLimit-Reset": "0" }),
    "a 429 until now": answer(429, "", { "X-Rate-Limit-Reset": "1795687200", Date: "Thu, 26 Nov 2026 10:00:00 GMT" }),
    "a connection that breaks": abort,
  })) {
    await t.test(name, async () => {
      const { url, calls } = await serve(first, answer(200, '"there"'));
      assert.equal(await new rest.Client("PagerDuty", url).get("/x"), "there");
      assert.equal(calls(), 2);
    });
  }
});

// A call that changes something is sent twice only where the first had no effect.
test("a POST is retried where it had no effect", async (t) => {
  for (const [name, method, first, want] of [
    ["POST, 503", "POST", answer(503), 2],
    ["POST, 429", "POST", answer(429, "", { "Retry-After": "0" }), 2],
    ["POST, 500", "POST", answer(500), 1],
    ["PATCH, 502", "PATCH", answer(502), 1],
    ["POST, a broken connection", "POST", abort, 1],
    ["PUT, 500", "PUT", answer(500), 2],
    ["DELETE, a broken connection", "DELETE", abort, 2],
  ]) {
    await t.test(name, async () => {
      const { url, calls } = await serve(first, answer(200, "{}"));
      const { error } = await said(() => new rest.Client("Jira", url).do({ method, path: "/x", body: { a: 1 } }));
      assert.equal(error === "", want === 2, error);
      assert.equal(calls(), want);
    });
  }
});

// What is sent: bodies as JSON or as a form, also in a retry, and credentials.
test("what is sent", async (t) => {
  for (const [name, auth, request, want] of [
    ["a GET", rest.bearer(() => "t"), { path: rest.path("users", "a/b@c"), query: { q: "a b" } }, "GET|/users/a%2Fb%40c?q=a+b|Bearer t||"],
    ["JSON", rest.basic(() => "u:p:q"), { method: "POST", path: "/x", body: [1] }, "POST|/x|Basic dTpwOnE=|application/json|[1]"],
    ["a form", undefined, { method: "POST", path: "/x", body: new URLSearchParams({ a: "b" }) }, "POST|/x||application/x-www-form-urlencoded|a=b"],
    ["no JSON", undefined, { method: "POST", path: "/x", body: () => {} }, "call Jira: the body is no JSON"],
    ["out of the path", undefined, { path: rest.path("users", "..", "admin") }, 'call Jira: ".." can\'t be a segment of a path'],
    ["out of the path, hidden", undefined, { path: "/users/%2e%2E/admin" }, 'call Jira: "%2e%2E" can\'t be a segment of a path'],
    ["out of the path, by a backslash", undefined, { path: "/users/x\\..\\..\\admin" }, 'call Jira: ".." can\'t be a segment of a path'],
    ["a query in the path", undefined, { path: "/users/x?admin=1" }, 'call Jira: "x?admin=1" can\'t be a segment of a path'],
    ["a secret with a newline", rest.bearer(() => "t\n"), { path: "/x" }, "the credentials for Jira hold a line break or another character that can't be sent; check the secret"],
    ["half a pair", rest.basic(() => "user"), { path: "/x" }, 'the credentials must be "user:password"; check the secret'],
  ]) {
    await t.test(name, async () => {
      let got = "";
      const see = ({ request, method, headers, body }) => {
        got = [method, request.url, headers.authorization ?? "", headers["content-type"] ?? "", body].join("|");
        return { body: {} };
      };
      const { url, calls } = await serve(answer(503), see);
      const { error } = await said(() => new rest.Client("Jira", url + "/", auth).do(request));
      assert.equal(error || got, want);
      assert.equal(calls(), error ? 0 : 2);
    });
  }
});

test("an error keeps what the service says, but not in its text", async () => {
  const { url } = await serve(answer(409, "x".repeat(5000)));
  await assert.rejects(new rest.Client("Jira", url).post("/x"), (error) => {
    assert.ok(error instanceof rest.RestError);
    assert.deepEqual([error.body.length, error.path, error.service, error.message], [4096, "/x", "Jira", "Jira refused the request: 409"]);
    return rest.hasStatus(error, 409) && !rest.notFound(error);
  });
});

// Pages follow links on their own host alone, and stop when the reader does.
test("pages", async (t) => {
  for (const [name, links, stopAt, want] of [
    ["one page", [""], "", "0"],
    ["another kind of link", ['<HOST/1>; rel="self"'], "", "0"],
    ["three", ['<HOST/1?after=a,b>; rel="next"', '<HOST/1>; rel="self", </2>; rel="next"', ""], "", "0 1 2"],
    ["the reader has enough", ['<HOST/1>; rel="next"', '<HOST/2>; rel="next"', ""], "1", "0 1"],
    ["another host", ['<https://evil.example/1>; rel="next"'], "", "0 Okta links to another host for its next page"],
    ["another scheme", ['<https:HOST/1>; rel="next"'], "", "0 Okta links to another host for its next page"],
    ["an error", ['<HOST/9>; rel="next"'], "", "0 Okta has no /9: 404"],
    ["no end", ['<HOST/0>; rel="next"'], "", "0 ".repeat(100) + "Okta lists more than 100 pages"],
  ]) {
    await t.test(name, async () => {
      const { url } = await serve(({ path, headers }) => {
        const link = links[Number(path.slice(1))];
        if (link === undefined) return { status: 404 };
        const host = `http://${headers.host}`;
        return { body: [path.slice(1)], headers: { Link: link.replaceAll("https:HOST", host.replace("http:", "https:")).replaceAll("HOST", host) } };
      });
      const got = [];
      try {
        for await (const page of new rest.Client("Okta", url).pages("/0")) {
          got.push(...page);
          if (page[0] === stopAt) break;
        }
      } catch (error) {
        got.push(error.message);
      }
      assert.equal(got.join(" "), want);
    });
  }
});

// A call that is not awaited would decide by a promise, which is always true.
test("a hook that does not await a call fails", async () => {
  const { url } = await serve(hang);
  const got = await within(undefined, 5000, () => {
    new rest.Client("PagerDuty", url).get("/x").catch(() => {});
    return "approve";
  });
  assert.deepEqual(got, { failure: "invalid", why: "it returned before PagerDuty responded; await each call" });
});

test("a call outside of a hook has a limit of its own", async () => {
  const { url } = await serve(answer(404));
  await fails(() => new rest.Client("Jira", url).get("/x"), "Jira has no /x: 404");
});
