// The test calls the hook with events, and a server of its own stands for PagerDuty.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { approve, continue_ } from "@fasttrack-dev/hooks";
import { event } from "@fasttrack-dev/hooks/testing";

import { approveOnCall } from "./index.mjs";

process.env.FASTTRACK_SECRET_PAGERDUTY_TOKEN = "key"; // the secret pagerduty-token, on this machine

const oncalls = [{ user: { id: "U1", email: "ada@example.com" }, schedule: { id: "P123" } }];
const server = createServer((request, response) => {
  const found = request.url.startsWith("/oncalls");
  response.writeHead(found ? 200 : 404).end(JSON.stringify(found ? { oncalls } : {}));
});
before(() => once(server.listen(0, "127.0.0.1"), "listening"));
after(() => server.close());

function outcome(byUser, path = "") {
  const url = `http://127.0.0.1:${server.address().port}${path}`;
  return approveOnCall(event({ flow: "on-call", byUser, vars: { pagerduty_url: url, pagerduty_schedule: "P123" } }));
}

test("on call", async () => {
  assert.deepEqual(await outcome("ada@example.com"), approve("ada@example.com is on call."));
});

test("not on call", async () => {
  assert.deepEqual(await outcome("eve@example.com"), continue_());
});

test("a machine", async () => {
  assert.deepEqual(await outcome(""), continue_());
});

test("a failed call approves nothing", async () => {
  await assert.rejects(outcome("ada@example.com", "/elsewhere"));
});
