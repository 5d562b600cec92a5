import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { serve } from "../index.mjs";
import { event, invocation } from "../testing.mjs";

const { exports: modules } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url)));
const read = (file) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");

// What a module exports is what its types say.
test("exports", async (t) => {
  for (const { types, default: file } of Object.values(modules)) {
    await t.test(file, async () => {
      const declared = [...read(types).matchAll(/^export (?:const|function|class) (\w+)/gm)].map((m) => m[1]);
      assert.deepEqual(Object.keys(await import(`../${file}`)).sort(), declared.sort());
    });
  }
});

// members returns those of an interface of the types.
function members(name) {
  const [, , body] = new RegExp(`^export interface ${name} (extends \\w+ )?\\{\n(.*?)^\\}`, "ms").exec(read("index.d.ts"));
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[(:]/gm)].map((m) => m[1]);
}

test("members", async () => {
  const e = event({ recent: { windowSeconds: 60 }, fields: { t: { id: "x" } } });
  let search;
  await serve({ "*": { prefetch: { a: (s) => ((search = s), []) } } })({ ...invocation(), hook: "prefetch", field: "a", query: "" });
  for (const [name, object] of Object.entries({
    Event: e, User: e.user, Flow: e.flow, Run: e.run, Recent: e.recent, Vars: e.flow.vars, Target: e.fields.target("t"), Document: e.context, Search: search,
  })) {
    assert.deepEqual(Object.keys(object).sort(), members(name).sort(), name);
  }
  assert.deepEqual(Object.keys(e.fields).sort(), [...members("Vars"), ...members("Fields")].sort());
});
