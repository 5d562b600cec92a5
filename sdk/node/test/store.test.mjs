// The store of hooks, and flows that code hides.
import assert from "node:assert/strict";
import test from "node:test";
import { approve, continue_, serve } from "../index.mjs";
import { event, invocation } from "../testing.mjs";

const accepts = ["transition", "reason", "errors", "puts", "permissions"];

function threeADay(e) {
  const today = e.store.person.get("fast_tracked") ?? 0;
  if (today >= 3) return continue_();
  e.store.person.put("fast_tracked", today + 1, 24 * 3600);
  return approve(`Fast-tracked, ${today + 1} of 3 today.`);
}

const respond = (hooks, options = {}) => serve({ sample: hooks })({ ...invocation(options), accepts });
const puts = (change) => ({ onRequest: (e) => (change(e.store.person), approve("ok")) });

test("what a hook puts is in the response, with the version that it has read", async () => {
  const first = await respond({ onRequest: threeADay }, { personValues: {} });
  assert.deepEqual(first.puts, [{ scope: "person", key: "fast_tracked", value: 1, if_version: "", ttl_seconds: 86400 }]);
  const third = await respond({ onRequest: threeADay }, { personValues: { fast_tracked: 2 } });
  assert.deepEqual([third.transition, third.puts[0].value, third.puts[0].if_version], ["approve", 3, "v1"]);
  assert.deepEqual(await respond({ onRequest: threeADay }, { personValues: { fast_tracked: 3 } }), { version: "1" });
  assert.deepEqual((await respond(puts((v) => v.set("a", [1])), { personValues: {} })).puts, [{ scope: "person", key: "a", value: [1] }]);
  assert.deepEqual((await respond(puts((v) => v.delete("a")), { personValues: { a: 1 } })).puts, [{ scope: "person", key: "a", delete: true, if_version: "v1" }]);
});

test("a put that is invalid fails the hook, also if it catches that", async () => {
  for (const [change, want] of [
    [(v) => v.set("a", "x".repeat(4095)), "store: the value of a: 4097 bytes, more than 4096"],
    [(v) => v.set("a", null), "it is null; delete removes a value"],
    [(v) => v.set("a", undefined), "is no JSON"],
    [(v) => v.set("a", 1, 401 * 24 * 3600), "at most 400 days"],
    [(v) => v.set("a", 1, 0.5), "must be whole seconds"],
  ]) {
    for (const caught of [change, (v) => { try { change(v); } catch { /* as a careless hook does */ } }]) {
      const got = await respond(puts(caught), { personValues: {} });
      assert.match(got.errors[0].error, new RegExp(want));
      assert.equal(got.puts, undefined);
    }
  }
  assert.match((await respond({ onRequest: threeADay })).errors[0].error, /this event has no store of flow "sample"/);
  const named = { getPermissions: (e) => (e.store.flow.set("a", 1), { approvers: [] }) };
  assert.match((await respond(named, { hook: "get_permissions", flowValues: {} })).errors[0].error, /may not put values/);
  const old = serve({ sample: { onRequest: threeADay } })({ ...invocation({ personValues: {} }), accepts: ["transition", "reason", "errors"] });
  await assert.rejects(old, /this engine does not accept puts/);
});

test("a key that flows.yaml does not declare fails the hook", async () => {
  const document = invocation({ personValues: {}, declareFields: [] });
  document.flow.store = { person: ["other", "ids/*"] };
  const got = await serve({ sample: { onRequest: threeADay } })({ ...document, accepts });
  assert.match(got.errors[0].error, /the store of flow "sample" has no "fast_tracked" of scope person; it declares other, ids\/\*/);
});

test("a hook sees what it has put itself, and changes no value by what it reads", () => {
  const e = event({ flowValues: { "ids/a": 1, "ids/b": [2], other: 3 } });
  e.store.flow.put("ids/c", 4);
  e.store.flow.delete("ids/a");
  e.store.flow.get("ids/b").push(7);
  assert.deepEqual(e.store.flow.list("ids/"), ["ids/b", "ids/c"]);
  assert.deepEqual(["ids/a", "ids/b", "ids/c", "ids/x"].map((key) => e.store.flow.get(key)), [undefined, [2], 4, undefined]);
  assert.equal(e.store.puts().length, 2);
});

test("each flow's own hook says whether a person sees it", async () => {
  const team = { getFlows: (v) => v.requester.groups.includes(v.flow.vars.string("team")) };
  const flows = { a: team, b: team, c: {}, d: { getFlows: async () => { throw new Error("Okta did not respond"); } }, e: { getFlows: () => 1 } };
  const got = await serve(flows)({
    version: "1", hook: "get_flows", timeout_seconds: 5, accepts: ["flows", "errors"],
    run: { requester: { id: "ada@example.com", groups: ["sre"] } },
    flows: [{ name: "a", vars: { team: "sre" } }, { name: "b", vars: { team: "dev" } }, { name: "c" }, { name: "d" }, { name: "e" }, { name: "f" }],
  });
  assert.deepEqual(got.flows, ["a"]);
  assert.deepEqual(got.errors.map((e) => e.flow), ["c", "d", "e", "f"]);
  assert.match(got.errors[1].error, /Okta did not respond/);
});
