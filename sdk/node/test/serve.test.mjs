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

const document = invocation({
  hook: "on_request", flow: "f", vars: { n: 3, list: ["a"] }, requester: "ada@example.com", byUser: { email: "ada@example.com", groups: ["sre"] }, reason: "now", why: "why",
  durationSeconds: 3600, fields: { s: "x", i: 7, b: true, d: 60, l: ["a", "b"], t: { id: "p", label: "P", settings: { low_risk: true } } },
  withheld: ["pin"], steps: { on_request: { a: 1 } }, context: { "diff.txt": "x", n: 1 },
});
const withMembers = (members) => ({ ...structuredClone(document), timeout_seconds: 1, ...members });
const declares = { flow: { name: "f", fields: ["s", "pin", "t"], vars_declared: ["n", "list"], version: "0a1b2c" } };

// An event says what its document does. Each hook has a copy of its own.
test("what an event says", async () => {
  let e;
  const handler = serve({
    f: {
      onRequest(event) {
        e = event;
        event.flow.vars.lookup("list").push("b");
        event.check("looked", false, "at it");
        event.output({ a: 2 });
        return continue_();
      },
      getPermissions(event) {
        if (event.flow.vars.strings("list").length !== 1) throw new Error("the event of another hook was changed");
        return { approvers: event.step("on_request").decode().a === 2 ? ["group:sre"] : [] };
      },
    },
  });
  assert.deepEqual(await handler(document), {
    version: "1", checks: [{ name: "looked", passed: false, detail: "at it" }], permissions: { approvers: ["group:sre"], viewers: [] }, output: { a: 2 },
    subscriptions: ["on_request", "get_permissions"],
  });
  assert.deepEqual([e.hook, e.name, e.channel, e.reason, e.byHook, e.trial], ["on_request", "request", "api", "now", false, false]);
  assert.deepEqual([e.user.groups[0], e.requester.type, e.actor("request").id, e.actor("deny").id], ["sre", "user", "ada@example.com", ""]);
  assert.deepEqual([e.run.reason, e.run.durationSeconds, e.run.withheld[0], e.run.startsAt, e.at.getUTCHours()], ["why", 3600, "pin", undefined, 10]);
  const f = e.fields;
  assert.deepEqual([f.string("s"), f.int("i"), f.bool("b"), f.durationSeconds("d"), f.strings("l").length], ["x", 7, true, 60, 2]);
  assert.deepEqual([f.target("t").label, f.target("t").settings.bool("low_risk"), f.target("t").settings.bool("other")], ["P", true, false]);
  assert.deepEqual([f.lookup("pin"), f.string("none"), f.int("s"), f.target("none").id, f.string("toString")], [undefined, "", 0, "", ""]);
  assert.deepEqual([e.context.lookup("diff.txt"), e.context.lookup("n"), e.step("on_approve").decode()], ["x", undefined, undefined]);
  assert.equal(e.recent, undefined);
  assert.deepEqual({ ...e.run.source }, { channel: "api", place: "", verified: false });
  assert.throws(() => e.run.source.host);
  assert.throws(() => e.run.history.push(1), TypeError);
  assert.throws(() => { e.fields = {}; }, TypeError);
  assert.deepEqual({ ...e.user }, { type: "user", id: "ada@example.com", email: "ada@example.com", name: "", groups: ["sre"], machine: false });
});

// What is counted of earlier requests has a window, a flow and a target; nothing else reads as never.
test("earlier requests are counted by window, flow and target", () => {
  const e = event({ recentOf: [{ windowSeconds: 3600, target: "prod", requested: 3, denied: 1 }, { windowSeconds: 86400, flow: "deploy", requested: 9, escalated: 2 }] });
  assert.deepEqual({ ...e.recentOf(3600, "", "prod") }, { requested: 3, approved: 0, denied: 1, escalated: 0 });
  assert.equal(e.recentOf(86400, "deploy").escalated, 2);
  assert.equal(e.recentOf(3600, "deploy", "prod").requested, 0);
  assert.equal(event().recentOf(3600), undefined);
  for (const wrong of [[60], [3600, "other"], [3600, "", "dev"]]) assert.throws(() => e.recentOf(...wrong), TypeError);
});

// A misspelt name would silently read as an absent value, so the hook fails, even one that
// catches every error.
test("a name that is none fails the hook", async (t) => {
  for (const [name, read, want] of [
    ["declared", (e) => (e.fields.string("s"), e.flow.vars.int("n")), ""],
    ["declared, absent", (e) => e.fields.lookup("pin"), ""],
    ["a target's settings", (e) => e.fields.target("t").settings.bool("any"), ""],
    ["a field", (e) => e.fields.string("urgncy"), 'flow "f" has no field "urgncy"; it declares s, pin, t'],
    ["looked up", (e) => e.fields.lookup("S"), 'no field "S"'],
    ["another type", (e) => e.fields.target("traget"), 'no field "traget"'],
    ["a var", (e) => e.flow.vars.string("pagerduty"), 'flow "f" has no var "pagerduty"; it declares n, list'],
    ["the output of no known hook", (e) => e.step("on_requst"), 'unknown step "on_requst"'],
    ["the actor of no known event", (e) => e.actor("aproved"), 'unknown event "aproved"'],
    ["a known hook", (e) => (e.step("on_approve"), e.step("escalate"), e.actor("deny")), ""],
    ["a member of the event", (e) => e.requestor, 'event has no member "requestor"; it has hook, name'],
    ["a member of a user", (e) => e.user.emial, 'user has no member "emial"'],
    ["a member of the run", (e) => e.run.duration, 'run has no member "duration"'],
    ["a field as a member", (e) => e.fields.urgency, 'fields has no member "urgency"'],
    ["a method that is none", (e) => e.byHook(), "e.byHook is not a function"],
  ]) {
    for (const caught of [false, true]) {
      await t.test(`${name}, caught: ${caught}`, async () => {
        const onRequest = (e) => {
          try {
            read(e);
          } catch (error) {
            if (!caught || name === "a method that is none") throw error;
          }
          return approve("fine");
        };
        const got = await serve({ f: { onRequest } })(withMembers(declares));
        assert.equal(got.transition, want === "" ? "approve" : undefined);
        assert.ok((got.errors?.[0].error ?? "").includes(want), got.errors?.[0].error);
      });
    }
  }
  // An older engine declares nothing, so nothing can be checked.
  const lenient = (e) => (e.fields.string("urgncy") + e.flow.vars.string("x") === "" ? approve("fine") : deny(""));
  assert.equal((await serve({ f: { onRequest: lenient } })(document)).transition, "approve");
  // In a test of a hook the mistake is seen where it is made.
  assert.throws(() => event({ fields: { urgency: "x" }, declareFields: ["urgency"] }).fields.string("urgncy"), /no field "urgncy"/);
  assert.throws(() => event({ feilds: {} }), /unknown option "feilds"/);
});

test("the reducers run with on_request, unless it decided", async () => {
  const getPermissions = () => ({ approvers: ["group:sre"], approvals: [{ count: 2 }], timeoutSeconds: 60 });
  const getNotifications = () => { throw new Error("no list"); };
  const permissions = { approvers: ["group:sre"], viewers: [], approvals: [{ count: 2 }], timeout_seconds: 60 };
  const subscriptions = ["on_request", "get_permissions", "get_notifications"];
  const no = { hook: "get_notifications", error: "no list" };
  for (const [onRequest, want] of [
    [() => continue_(), { permissions, errors: [no] }],
    [() => approve("x"), { transition: "approve", reason: "x" }],
    [() => { throw new Error("503"); }, { permissions, errors: [{ hook: "on_request", error: "503" }, no] }],
  ]) {
    assert.deepEqual(await serve({ f: { onRequest, getPermissions, getNotifications } })(document), { version: "1", ...want, subscriptions });
  }
  // An invocation keeps one output.
  const got = await serve({ f: { onRequest: (e) => (e.output(1), continue_()), getPermissions: (e) => (e.output(2), { approvers: [] }) } })(document);
  assert.deepEqual([got.output, got.errors[0].hook, got.permissions], [1, "get_permissions", undefined]);
  assert.match(got.errors[0].error, /an invocation keeps one/);
});

// What a hook found out before it failed is evidence all the same; what one that hangs
// records is not looked at.
test("evidence of a hook that fails", async () => {
  for (const [fail, want] of [[() => { throw new Error("x"); }, 1], [() => true, 1], [() => new Promise(() => {}), 0]]) {
    const onRequest = (e) => (e.check("on call", false), fail());
    const got = await serve({ f: { onRequest } })(withMembers({}));
    assert.deepEqual([got.errors.length, got.checks?.length ?? 0], [1, want]);
  }
});

// A hook that hangs does not take the others' outcomes with it when the function's own
// time is short; its signal is aborted.
test("responds before the function ends", async () => {
  const end = Date.now() + 600;
  let signal;
  const onRequest = (e) => ((signal = e.signal), new Promise(() => {}));
  const got = await serve({ f: { onRequest, getPermissions: () => ({ approvers: [] }) } })(document, { getRemainingTimeInMillis: () => end - Date.now() });
  assert.ok(Date.now() < end, "the response came after the function's end");
  assert.match(got.errors[0].error, /it did not return within [34]\d\dms/);
  assert.match(got.errors[1].error, /no time was left/);
  assert.ok(signal.aborted);
});

test("flows", async () => {
  const all = { onRequest: () => approve("all") };
  assert.equal((await serve({ f: { onRequest: () => approve("own") }, "*": all })(document)).reason, "own");
  assert.equal((await serve({ g: {}, "*": all })(document)).reason, "all");
  for (const hook of ["on_request", "on_approve", "prefetch"]) {
    await assert.rejects(serve({ h: {}, g: {} })(withMembers({ hook })), /flow "f" has no hooks in this function, which has hooks for g, h; add them/);
  }
  await assert.rejects(serve({ h: {} })(invocation({ flow: "toString" })), /flow "toString" has no hooks/);
  const none = { version: "1", hook: "none", accepts: ["flows", "subscriptions"], run: { flow: { name: "x" } } };
  assert.deepEqual(await serve({ b: {}, a: {} })(none), { version: "1", subscriptions: [], flows: ["a", "b"] });
  assert.deepEqual(await serve({})({ version: "1", hook: "resume" }), {});
  // A function of very many flows does not name them.
  for (const [n, named] of [[300, true], [1001, false]]) {
    const many = Object.fromEntries(Array.from({ length: n }, (_, i) => [`flow-${i}`, {}]));
    const got = await serve({ f: all, ...many })(withMembers({ accepts: ["transition", "reason", "subscriptions", "flows"] }));
    assert.deepEqual([got.transition, got.flows !== undefined], ["approve", named]);
  }
});

// A mistake in the table of hooks shows when the function starts.
test("hooks that could never be called", () => {
  for (const [flows, want] of [
    [undefined, /the flows must be an object of hooks by the flow's name, got undefined/],
    [{ f: { onRequst: () => {} } }, /flow "f": unknown hook "onRequst"; known: onRequest/],
    [{ f: { on_request: () => {} } }, /unknown hook "on_request"/],
    [{ f: { onRequest: "x" } }, /flow "f": onRequest must be a function, got a string/],
    [{ f: { onRequest: null } }, /onRequest must be a function, got null/],
    [{ f: () => {} }, /flow "f": its hooks must be an object/],
    [{ f: { prefetch: () => [] } }, /prefetch must be an object of functions by the field's name/],
    [{ f: { prefetch: { a: [] } } }, /prefetch of "a" must be a function/],
  ]) {
    assert.throws(() => serve(flows), want);
  }
  serve({ f: { onRequest: undefined } });
});

test("a response has only what the engine accepts", async () => {
  const handler = serve({ f: { onRequest: (e) => (e.check("looked", true), approve("fine")) }, "*": {} });
  const checks = [{ name: "looked", passed: true }];
  const all = ["transition", "reason", "message", "duration_seconds", "checks", "permissions", "notifications", "output", "subscriptions", "errors", "flows"];
  for (const [accepts, want] of [
    [undefined, { transition: "approve", reason: "fine", checks, subscriptions: ["on_request"] }],
    [null, { transition: "approve", reason: "fine", checks, subscriptions: ["on_request"] }],
    [all, { transition: "approve", reason: "fine", checks, subscriptions: ["on_request"], flows: ["*", "f"] }],
    [["transition", "errors", "later"], { transition: "approve" }],
  ]) {
    assert.deepEqual(await handler(withMembers({ accepts })), { version: "1", ...want });
  }
  // What decides, limits or reports a failure is never left out in silence.
  for (const hooks of [{ onRequest: () => approve("x") }, { onRequest: () => true }, { getPermissions: () => ({ approvers: [] }) }]) {
    await assert.rejects(serve({ f: hooks })(withMembers({ accepts: ["reason"] })), /this engine does not accept/);
  }
});

test("documents that are not understood", async () => {
  for (const version of ["1", "1.0", "1.1", "1.27"]) await serve({ "*": {} })(withMembers({ version }));
  for (const version of ["2", "0", "", "1.", "1.x", "10", "1.1.1", "01", "1\n", 1, undefined]) await assert.rejects(serve({ "*": {} })(withMembers({ version })), /version/);
  for (const raw of [undefined, null, [], "x", { version: "1" }, { version: "1", hook: "on_request", run: 7 }, withMembers({ timeout_seconds: "1" }), withMembers({ accepts: [1] })]) {
    await assert.rejects(serve({ "*": {} })(raw), Error);
  }
  const { event: e, ...rest } = document;
  await assert.rejects(serve({ "*": {} })({ ...rest, event: { ...e, at: "yesterday" } }), /event.at must be a time/);
});

test("a thousand approvers fit beside their event", async () => {
  const people = Array.from({ length: 1000 }, (_, i) => `${String(i).padStart(64, "0")}@${"d".repeat(185)}.com`);
  const handler = serve({ f: { getPermissions: () => ({ approvers: people }) } });
  assert.ok(JSON.stringify(await handler(document)).length >= 257_000 - 1000);
  const large = withMembers({ run: { ...document.run, context: "c".repeat(60 << 10) } });
  const got = await handler(large);
  assert.equal(got.permissions, undefined);
  assert.match(got.errors[0].error, /bytes, more than 1/);
});

test("context, recent, trial and access", () => {
  for (const [context, want] of [[undefined, undefined], [null, undefined], [{}, undefined], ["x", undefined], [{ "diff.txt": null }, undefined], [{ "diff.txt": ["+"] }, undefined], [{ "diff.txt": "" }, ""]]) {
    assert.equal(event({ context }).context.lookup("diff.txt"), want);
  }
  const { recent } = event({ recent: { windowSeconds: 3600, requested: 4, sameTarget: { approved: 2 } } });
  assert.deepEqual([recent.windowSeconds, recent.requested, recent.denied, recent.sameTarget.approved, recent.sameTarget.denied], [3600, 4, 0, 2, 0]);
  assert.ok(event({ trial: true }).trial);
  assert.ok(event({ hook: "on_approve", byHook: "on_request" }).byHook);
  assert.deepEqual(event({ strategyOutput: { id: 7 } }).step("escalate").decode(), { id: 7 });
  const { requester, user } = event({ machine: "arn:aws:iam::123456789012:role/ci" });
  assert.deepEqual([requester.machine, requester.email, user.email], [true, "", "ada@example.com"]);
});
