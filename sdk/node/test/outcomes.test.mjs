import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { KEEP, Approval, approve, continue_, deescalate, deny, escalate, expire, ignore, revoke, serve } from "../index.mjs";
import { invocation } from "../testing.mjs";

const check = { name: "on call", passed: true };

// ask calls a handler that has hooks for one flow.
async function ask(hooks, options = {}, more = {}) {
  const document = { ...invocation(options), timeout_seconds: 1, ...more };
  return serve({ "*": hooks })(document);
}

// Each form of a destination.
const destinations = [
  "sns", "webhook", "slack:#ops", "slack:C0123ABCD", "slack:@grace@example.com", "slack:@requester", "email:ops@example.com", "teams:ops",
  "grace@example.com", "group:sre", "admins", "everyone", "arn:aws:iam::123456789012:role/ci", "https://idp.example.com|00u1",
];

test("outcomes", async (t) => {
  for (const [name, hook, fn, want] of [
    ["approve", "on_request", () => approve("yes").because(check).forSeconds(1800), { transition: "approve", reason: "yes", duration_seconds: 1800, checks: [check] }],
    ["deny", "on_request", () => deny("no").because(check), { transition: "deny", reason: "no", checks: [check] }],
    ["continue", "after_request", () => continue_(), {}],
    ["ignore", "on_approve", () => ignore("not you"), { transition: "ignore", message: "not you" }],
    ["on_deny", "on_deny", () => deny("better"), { transition: "deny", reason: "better" }],
    ["expire", "on_expire", () => expire("late"), { transition: "expire", reason: "late" }],
    ["escalate", "on_escalate", () => escalate("go"), { transition: "escalate", reason: "go" }],
    ["deescalate", "on_deescalate", () => deescalate("end"), { transition: "deescalate", reason: "end" }],
    ["revoke", "after_escalate", () => revoke("stop"), { transition: "revoke", reason: "stop" }],
    ["while_active", "while_active", () => revoke("over"), { transition: "revoke", reason: "over" }],
    ["on_revoke", "on_revoke", () => ignore("keep"), { transition: "ignore", message: "keep" }],
    ["an after-hook", "after_approve", () => {}, {}],
    ["an async hook", "on_request", async () => approve("yes"), { transition: "approve", reason: "yes" }],
    ["an empty reason", "on_request", () => approve(""), { transition: "approve" }],
    ["each destination", "get_notifications", () => [{ to: destinations, waitSeconds: 600 }], { notifications: [{ to: destinations, wait_seconds: 600 }] }],
  ]) {
    await t.test(name, async () => {
      const got = await ask({ [memberOf(hook)]: fn }, { hook });
      assert.deepEqual(got, { version: "1", ...want, subscriptions: [hook] });
    });
  }
  assert.deepEqual(await ask({}), { version: "1", subscriptions: [] });
});

const memberOf = (hook) => hook.replace(/_(.)/g, (_, c) => c.toUpperCase());

// fails checks that a hook failed and decided nothing.
async function fails(hooks, options, want) {
  const { transition, reason, errors } = await ask(hooks, options);
  assert.equal(errors?.length, 1, JSON.stringify(errors));
  assert.equal(errors[0].hook, options.hook ?? "on_request");
  assert.ok(errors[0].error.includes(want), `${errors[0].error}\nwant ${want}`);
  assert.deepEqual([transition, reason], [undefined, undefined]);
}

class Forged extends Approval {}

test("a hook that fails decides nothing", async (t) => {
  const many = Array.from({ length: 51 }, () => ({ name: "a", passed: false }));
  const wide = Array.from({ length: 30 }, () => ({ name: "ö".repeat(1000), passed: false, detail: "ö".repeat(1000) }));
  for (const [name, hook, fn, want] of [
    ["an error", "on_request", () => { throw new Error("PagerDuty did not respond: 503"); }, "PagerDuty did not respond: 503"],
    ["an error later", "on_request", async () => { throw new Error("late"); }, "late"],
    ["no error object", "on_request", () => { throw "oh"; }, "oh"],
    ["an error that can't say", "on_request", () => { throw { toString() { throw new Error("x"); } }; }, "it failed without saying why"],
    ["an error that says nothing", "on_request", () => { throw new Error("\n"); }, "it failed without saying why"],
    ["a hang", "on_request", () => new Promise(() => {}), "it did not return within 1s"],
    ["one that is late", "on_request", () => { const end = Date.now() + 1050; while (Date.now() < end); return approve("x"); }, "it did not return within 1s"],
    ["nothing returned", "on_request", () => {}, "it returned no outcome; return continue_() to go on"],
    ["true", "on_request", () => true, "it returned a boolean, which is no outcome"],
    ["a look-alike", "on_request", () => ({ transition: "approve", reason: "x" }), "it returned Object, which is no outcome"],
    ["a forged outcome", "on_request", () => new Forged("x"), "it returned Forged, which is no outcome"],
    ["the verb itself", "on_request", () => approve, "it returned a function, which is no outcome"],
    ["backward", "on_escalate", () => deny("too late"), "it returned deny; onEscalate may return escalate, deescalate, continue"],
    ["an after-hook that decides", "after_approve", () => approve("x"), "it returned approve; afterApprove may return continue"],
    ["a long reason", "on_request", () => approve("x".repeat(2001)), "its reason: 2001 characters, more than 2000"],
    ["no reason", "on_request", () => approve(), "its reason must be a text, got undefined"],
    ["a promise as a reason", "on_request", () => approve(Promise.resolve("x")), "its reason must be a text, got a promise; await it"],
    ["a lone return", "on_request", () => approve("a\rb"), "control character U+000D"],
    ["a DEL", "on_request", () => deny("\x7f"), "control character U+007F"],
    ["a C1 control", "on_request", () => deny("\u0085"), "control character U+0085"],
    ["half a second", "on_request", () => approve("a").forSeconds(0.5), "forSeconds(0.5): must be whole seconds, at least one"],
    ["no time at all", "on_request", () => approve("a").forSeconds(0), "whole seconds"],
    ["a time that is none", "on_request", () => approve("a").forSeconds(undefined), "forSeconds(NaN): must be whole seconds"],
    ["a long message", "on_approve", () => ignore("x".repeat(2001)), "its message: 2001 characters"],
    ["a nameless check", "on_request", () => approve("x").because({ passed: true }), "it has no name"],
    ["a check of a promise", "on_request", (e) => (e.check("a", Promise.resolve(false)), approve("x")), 'check "a": passed must be true or false, got a promise; await it'],
    ["a check of nothing", "on_request", (e) => { try { e.check("a", undefined); } catch {} return approve("x"); }, "passed must be true or false, got undefined"],
    ["a check that doesn't say", "on_request", () => approve("x").because({ name: "a" }), "passed must be true or false, got undefined"],
    ["a long detail", "on_request", () => deny("x").because({ name: "a", passed: true, detail: "x".repeat(1001) }), "detail: 1001 characters"],
    ["many checks", "on_request", () => approve("x").because(...many), "51 checks in one invocation, more than 50"],
    ["large evidence", "on_request", () => approve("x").because(...wide), "bytes, more than 49152"],
    ["a check of two lines", "on_request", (e) => (e.check("a\tb", true), approve("x")), "a check's name"],
    ["a large output", "on_request", (e) => (e.output("x".repeat(9 << 10)), approve("a")), "more than 8192"],
    ["an output that is no JSON", "on_request", (e) => (e.output(() => {}), approve("x")), "output: a function is no JSON"],
    ["an output in a circle", "on_request", (e) => { const o = {}; o.o = o; e.output(o); return approve("x"); }, "output: Converting circular"],
    ["an after-hook that fails", "after_deny", () => { throw new Error("no mail"); }, "no mail"],
  ]) {
    await t.test(name, () => fails({ [memberOf(hook)]: fn }, { hook }, want));
  }
});

test("permissions and notifications that do not fit", async (t) => {
  const people = Array.from({ length: 1001 }, () => "a@example.com");
  for (const [name, permissions, want] of [
    ["nothing", undefined, "permissions must be an object, got undefined"],
    ["a list", ["a@example.com"], "permissions must be an object, got a list"],
    ["a misspelt member", { approver: ["a@example.com"] }, 'permissions: unknown member "approver"; known: approvers, viewers'],
    ["a bare name", { approvers: ["sre"] }, 'approvers: "sre" is neither an e-mail nor'],
    ["no list", { approvers: "ada@example.com" }, "approvers must be a list, got a string"],
    ["a nameless group", { approvers: KEEP, viewers: ["group:"] }, 'viewers: "group:" is neither'],
    ["too many", { approvers: people }, "1001 of them"],
    ["kept and more", { approvers: [KEEP, "a@example.com"] }, "KEEP can't be combined"],
    ["a person who is none", { approvers: [undefined] }, "approvers must be a text, got undefined"],
    ["nobody", { approvers: KEEP, approvals: [{ count: 0 }] }, "a count in approvals must be 1 to 20, got 0"],
    ["half a person", { approvers: KEEP, approvals: 1.5 }, "a count in approvals must be 1 to 20, got 1.5"],
    ["a crowd", { approvers: KEEP, approvals: [{ count: 11 }, { count: 10 }] }, "21 people in approvals, more than 20"],
    ["from nobody", { approvers: KEEP, approvals: [{ from: "x", count: 1 }] }, '"x" is neither'],
    ["a past time", { approvers: KEEP, timeoutSeconds: -1 }, "timeoutSeconds must be 0 to 2592000"],
    ["a word for a choice", { approvers: KEEP, selfApproval: "no" }, "selfApproval must be true or false"],
  ]) {
    await t.test(name, async () => {
      const got = await ask({ onRequest: () => continue_(), getPermissions: () => permissions, getNotifications: () => [] });
      assert.equal(got.errors?.length, 1);
      assert.equal(got.errors[0].hook, "get_permissions");
      assert.ok(got.errors[0].error.includes(want), got.errors[0].error);
      assert.deepEqual([got.permissions, got.notifications], [undefined, []]);
    });
  }
  for (const [name, list, want] of [
    ["nothing", undefined, "it returned nothing; return null to keep"],
    ["nobody", [{}], "to names nobody"],
    ["no name", [{ to: [""] }], "an empty name"],
    ["too many", [{ to: people.slice(0, 101) }], "names 101"],
    ["too long", [{ to: ["a"], waitSeconds: 2592001 }], "waitSeconds must be 0 to 2592000"],
    ["a misspelt member", [{ to: ["a"], wait_seconds: 60 }], 'unknown member "wait_seconds"'],
    ["a long name", [{ to: ["x".repeat(321)] }], "321 characters"],
    ["a long list", Array.from({ length: 51 }, () => ({ to: ["a"] })), "51 notifications"],
  ]) {
    await t.test("notify " + name, () => fails({ getNotifications: () => list }, { hook: "get_notifications" }, want));
  }
});

// KEEP alone keeps the flow's list. Nothing, as a lookup that failed leaves it, is the
// empty list.
test("only KEEP keeps", async () => {
  for (const [permissions, want] of [
    [{ approvers: null }, { approvers: [], viewers: [] }],
    [{}, { approvers: [], viewers: [] }],
    [{ approvers: [] }, { approvers: [], viewers: [] }],
    [{ approvers: KEEP, viewers: KEEP, timeoutSeconds: 60 }, { timeout_seconds: 60 }],
    [{ approvers: KEEP, viewers: ["everyone"] }, { viewers: ["everyone"] }],
    [{ approvers: KEEP, viewers: KEEP, approvals: 2, selfApproval: false }, { approvals: [{ count: 2 }], self_approval: false }],
  ]) {
    const got = await ask({ getPermissions: () => permissions }, { hook: "get_permissions" });
    assert.deepEqual(got, { version: "1", permissions: want, subscriptions: ["get_permissions"] });
  }
});

// Each hook may return what the contract says, and nothing else.
test("transitions of each hook", async () => {
  const schema = JSON.parse(readFileSync(new URL("../../../schema/hook-answer.v1.json", import.meta.url)));
  const verbs = { approve, deny, ignore, expire, escalate, deescalate, revoke };
  let hooks = 0;
  for (const hook of schema.$defs.hook.enum.filter((h) => !h.startsWith("get_"))) {
    hooks++;
    const { transition } = schema.$defs[hook].properties;
    for (const [verb, make] of Object.entries(verbs)) {
      const got = await ask({ [memberOf(hook)]: () => make("x") }, { hook });
      const allowed = transition !== false && transition.enum.includes(verb);
      assert.equal(got.transition, allowed ? verb : undefined, `${verb} of ${hook}`);
      assert.equal(got.errors?.length ?? 0, allowed ? 0 : 1, `${verb} of ${hook}`);
    }
  }
  assert.equal(hooks, 17);
});

test("an outcome can't be changed, and says what it is", () => {
  const first = approve("x");
  first.because(check);
  assert.deepEqual(first.checks, []);
  assert.throws(() => { first.transition = "deny"; }, TypeError);
  assert.deepEqual([String(approve("a")), String(ignore("b")), String(continue_()), String(deny("c"))], ["approve: a", "ignore: b", "continue", "deny: c"]);
});
