import assert from "node:assert/strict";
import { test } from "node:test";
import { approve, continue_, deny, ignore, serve } from "../index.mjs";
import { event, invocation } from "../testing.mjs";

function onRequest(e) {
  if (e.fields.string("urgency") !== "Emergency") return continue_();
  return approve(`${e.user.email} was fast tracked ${e.fields.target("target").label} access.`);
}

// A test calls a hook as the function that it is.
test("a hook by itself", () => {
  const target = { id: "prod-ro", label: "Production read-only" };
  assert.deepEqual(
    onRequest(event({ fields: { urgency: "Emergency", target } })),
    approve("ada@example.com was fast tracked Production read-only access."),
  );
  assert.deepEqual(onRequest(event()), continue_());
  assert.notDeepEqual(approve("x"), deny("x"));
});

test("a whole handler", async () => {
  const onApprove = (e) => (e.user.email === "grace@example.com" ? continue_() : ignore("Only Grace may approve."));
  const handler = serve({ sample: { onRequest, onApprove } });
  assert.deepEqual(await handler(invocation({ hook: "on_approve", byUser: "linus@example.com" })), {
    version: "1",
    transition: "ignore",
    message: "Only Grace may approve.",
    subscriptions: ["on_request", "on_approve"],
  });
});
