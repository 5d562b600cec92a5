import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { invocation } from "@fasttrack-dev/hooks/testing";
import { handler } from "./index.mjs";

// One server stands for PagerDuty and Okta: Ada is on call and deploys, Eve is a
// contractor.
const answers = {
  "/oncalls": { oncalls: [{ user: { id: "U1", email: "ada@example.com" }, schedule: { id: "P123" }, escalation_policy: { id: "E1" }, escalation_level: 1 }] },
  "/api/v1/users/ada@example.com": { id: "1", status: "ACTIVE", profile: { login: "ada@example.com" } },
  "/api/v1/users/eve@example.com": { id: "2", status: "ACTIVE", profile: { login: "eve@example.com" } },
  "/api/v1/users/ada@example.com/groups": [{ id: "g-deployers" }],
  "/api/v1/users/eve@example.com/groups": [{ id: "g-contractors" }],
};

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  const name = /"(.*)"/.exec(searchParams.get("search"))?.[1];
  const answer = name ? [{ id: `g-${name}`, profile: { name } }] : answers[decodeURIComponent(pathname)];
  response.writeHead(answer ? 200 : 404);
  response.end(JSON.stringify(answer ?? {}));
});

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.FASTTRACK_SECRET_PAGERDUTY_TOKEN = process.env.FASTTRACK_SECRET_OKTA_TOKEN = "token";
});
after(() => server.close());

// decided returns what the hooks decide for somebody's request.
async function decided(flow, byUser, fields = {}) {
  const url = `http://127.0.0.1:${server.address().port}`;
  const vars = { pagerduty_url: url, pagerduty_schedule: "P123", okta_url: url, never: "contractors", always: "deployers" };
  const { transition, reason, errors } = await handler(invocation({ flow, vars, byUser, fields }));
  assert.equal(errors, undefined);
  return transition ? `${transition}: ${reason}` : "people decide";
}

test("everything goes", async () => {
  assert.equal(await decided("everything-goes", "eve@example.com"), "approve: Everything goes!");
});

test("emergencies are approved", async () => {
  const target = { id: "prod-ro", label: "Production read-only" };
  assert.equal(await decided("aws-access", "ada@example.com", { urgency: "Emergency", target }), "approve: ada@example.com was fast tracked Production read-only AWS access.");
  assert.equal(await decided("aws-access", "ada@example.com", { urgency: "Normal", target }), "people decide");
});

test("who is on call is approved", async () => {
  assert.equal(await decided("on-call", "ada@example.com"), "approve: ada@example.com is on call.");
  assert.equal(await decided("on-call", "eve@example.com"), "people decide");
});

test("groups decide", async () => {
  assert.equal(await decided("groups", "ada@example.com"), "approve: ada@example.com is in the group deployers.");
  assert.equal(await decided("groups", "eve@example.com"), "deny: eve@example.com is in the group contractors.");
});
