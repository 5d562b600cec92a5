import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "../index.mjs";
import { search } from "../testing.mjs";

const asked = {
  version: "1", hook: "prefetch", timeout_seconds: 1, field: "schedule", query: "pri",
  run: { flow: { name: "f", label: "F", vars: { team: "sre" } }, requester: { id: "ada@example.com", email: "ada@example.com" }, fields: { urgency: "Normal" } },
};
const prefetch = (search, more = {}) => serve({ f: { prefetch: { schedule: search } } })({ ...structuredClone(asked), ...more });
const failed = (error) => ({ version: "1", options: [], errors: [{ hook: "prefetch", error }] });

test("options of a field", async (t) => {
  for (const [name, search, want] of [
    ["found", (s) => [{ value: s.query, label: s.field }, { value: s.requester.email }, { value: s.flow.vars.string("team") }, { value: s.fields.string("urgency") }],
      { version: "1", options: [{ value: "pri", label: "schedule" }, { value: "ada@example.com" }, { value: "sre" }, { value: "Normal" }] }],
    ["none", async () => [], { version: "1", options: [] }],
    ["an error", () => { throw new Error("no answer"); }, failed("no answer")],
    ["a hang", () => new Promise(() => {}), failed("it did not return within 1s")],
    ["nothing", () => {}, failed("prefetch must return a list of options, got undefined")],
    ["no value", () => [{ label: "x" }], failed("an option has no value")],
    ["a number", () => [{ value: 7 }], failed("an option must be a text, got a number")],
    ["a text", () => ["x"], failed("an option must be { value, label }, got a string")],
    ["a misspelt member", (s) => [{ value: s.qurey }], failed('search has no member "qurey"; it has field, query, value, requester, flow, fields, trial, signal, more')],
  ]) {
    await t.test(name, async () => assert.deepEqual(await prefetch(search), want));
  }
  assert.deepEqual(await prefetch(() => [], { field: "other" }), failed("the flow's hooks have no prefetch for the field \"other\""));
});

test("an undeclared name fails", async () => {
  const declares = { trial: true, flow: { name: "f", fields: ["urgency"], vars_declared: ["team"] } };
  for (const read of [(s) => s.fields.string("x"), (s) => s.flow.vars.string("x")]) {
    const got = await prefetch((s) => { try { read(s); } catch {} return [{ value: String(s.trial) }]; }, declares);
    assert.match(got.errors[0].error, /"x"; it declares/);
    assert.deepEqual(got.options, []);
  }
});

// The chosen value is not lost among more than a response has room for, and a function
// that searches need not know that it is checked.
test("a value that is checked", async () => {
  const all = Array.from({ length: 1000 }, (_, i) => ({ value: String(999 - i) }));
  for (const search of [(s) => all.filter((o) => o.value.includes(s.query)), (s) => [{ value: s.value }]]) {
    assert.deepEqual(await prefetch(search, { query: "7", value: "7" }), { version: "1", options: [{ value: "7" }] });
  }
});

test("much is cut, and says so where the engine accepts that", async () => {
  const accepts = ["options", "more", "errors"];
  for (const [value, want] of [["x", 100], ["ö".repeat(1000), 24]]) {
    const search = () => Array.from({ length: 1000 }, () => ({ value }));
    const [plain, accepting] = [await prefetch(search), await prefetch(search, { accepts })];
    assert.deepEqual([plain.options.length, plain.more, accepting.options.length, accepting.more], [want, undefined, want, true]);
  }
  const more = (s) => (s.more(), [{ value: "a" }]);
  assert.deepEqual(await prefetch(more, { accepts }), { version: "1", options: [{ value: "a" }], more: true });
  assert.deepEqual(await prefetch(more), { version: "1", options: [{ value: "a" }] });
});

// A function of options is tested as the function that it is.
test("a function by itself", () => {
  const services = (s) => s.flow.vars.strings("services").filter((name) => name.includes(s.query)).map((value) => ({ value }));
  const vars = { services: ["billing", "docs"] };
  assert.deepEqual(services(search({ field: "service", query: "bill", vars })), [{ value: "billing" }]);
  assert.deepEqual(services(search({ field: "service", value: "docs", vars })), [{ value: "docs" }]);
});
