import assert from "node:assert/strict";
import { test } from "node:test";
import * as pagerduty from "../pagerduty.mjs";
import { fails, said, serve } from "./support.mjs";

const key = () => "k";

const onCall = (id, schedule, policy, level) => ({
  user: { id, email: `${id}@example.com` }, escalation_policy: { id: policy }, escalation_level: level, schedule: schedule ? { id: schedule } : null,
});

const named = {
  schedules: { P0: "payments primary", P1: "Payments primary", P3: "PRIMARY", P4: "Twice", P5: "Twice" },
  escalation_policies: { E1: "Payments", E2: "Payments, at night" },
  services: { S0: "Billing API v2", S1: "Billing API" },
};

// account answers as PagerDuty's documentation says: lists come in pages by offset and
// limit, filters are exact, and query finds parts of names in letters of either case. The
// schedule P1, "Payments primary", has 150 people on call before Ada; the policy E1,
// "Payments", has Grace first, then Linus, then everybody. PRIMARY is the name of a
// schedule, though it has the form of an id.
async function account() {
  const { url } = await serve(({ path, query, headers }) => {
    const list = path.slice(1);
    if (list === "oncalls") {
      const known = headers.authorization === "Token token=k" && headers.accept === "application/vnd.pagerduty+json;version=2";
      if (!known || query.get("include[]") !== "users") return { status: 401 };
      const [offset, limit] = [Number(query.get("offset")), Number(query.get("limit"))];
      const all = onCalls(query);
      return { body: { oncalls: all.slice(offset, offset + limit), more: offset + limit < all.length } };
    }
    if (named[list]) { // one a page: a name is found on a later page too
      const found = Object.entries(named[list]).filter(([, name]) => name.toLowerCase().includes(query.get("query").toLowerCase()));
      const n = Number(query.get("offset")) / 100;
      return { body: { [list]: found.slice(n, n + 1).map(([id, name]) => ({ id, name })), more: n + 1 < found.length } };
    }
    if (list === "users") {
      const users = ["perm@example.com", "bada@example.com", "ada@example.com"].filter((u) => u.includes(query.get("query")));
      return { body: { users: users.map((u) => ({ id: "U-" + u, email: u })), more: false } };
    }
    if (list === "incidents") return incidents(query);
    const single = {
      "schedules/EMPTY": { schedule: { id: "EMPTY", escalation_policies: [{ id: "E" }] } },
      "schedules/UNUSED": { schedule: { id: "UNUSED", escalation_policies: [] } },
      "services/S1": { service: { id: "S1" } },
    }[list];
    return single ? { body: single } : { status: 404 };
  });
  return url;
}

function onCalls(query) {
  const [schedule, policy, user] = ["schedule_ids[]", "escalation_policy_ids[]", "user_ids[]"].map((name) => query.get(name));
  if (schedule === "P1") {
    const many = Array.from({ length: 150 }, (_, i) => onCall(`u${i}`, "P1", "E", 1));
    return [...many, onCall("Ada", "P1", "E", 1), onCall("Ada", "P1", "E2", 2), onCall("eve", "P9", "E", 1)];
  }
  if (schedule === "P3") return [onCall("grace", "P3", "E", 1)];
  if (user === "U-ada@example.com") return [onCall("everybody", "", "E1", 3), onCall("ada", "P7", "E9", 2)];
  if (user === "U-perm@example.com") return [onCall("perm", "", "E1", 3)];
  if (policy === "E1") {
    const gone = onCall("gone", "P2", "E1", 1);
    gone.user.deleted_at = "2026-01-01T00:00:00Z";
    return [gone, onCall("grace", "P2", "E1", 1), onCall("linus", "", "E1", 2), onCall("everybody", "", "E1", 3)];
  }
  if (schedule || policy || user) return [];
  return [onCall("grace", "P2", "E1", 1), onCall("linus", "", "E1", 2), onCall("ada", "P7", "E9", 2), onCall("grace", "P3", "E", 1)];
}

function incidents(query) {
  if (query.getAll("statuses[]").join() !== "triggered,acknowledged") return { status: 400 };
  const made = Date.now() - 3_600_000;
  const lately = query.get("date_range") === "all" || made > Date.parse(query.get("since"));
  const fits = lately && ["", "S1", null].includes(query.get("service_ids[]")) && query.get("urgencies[]") !== "low" && [null, "U-ada@example.com"].includes(query.get("user_ids[]"));
  return { body: { incidents: fits ? [{ id: "I1" }] : [], more: false } };
}

test("isOnCall", async (t) => {
  const client = new pagerduty.Client(await account(), key);
  const { schedule, policy, anySchedule } = pagerduty;
  for (const [name, email, rotation, want, error = ""] of [
    ["on the second page", "ada@example.com", schedule("P1"), true],
    ["of another schedule", "eve@example.com", schedule("P1"), false],
    ["a schedule with nobody", "ada@example.com", schedule("EMPTY"), false],
    ["a schedule of no policy", "ada@example.com", schedule("UNUSED"), undefined, "no escalation policy of PagerDuty uses the schedule UNUSED, so nobody of it is ever on call; add it to one"],
    ["somebody removed", "gone@example.com", policy("E1", 2), false],
    ["a schedule that is none", "ada@example.com", schedule("P404"), undefined, "PagerDuty has no schedule P404"],
    ["a schedule by name", "ada@example.com", schedule("Payments primary"), true],
    ["a part of a name", "ada@example.com", schedule("Payments"), undefined, "PagerDuty has no schedule Payments"],
    ["a name in other letters", "ada@example.com", schedule("PAYMENTS primary"), undefined, "PagerDuty has no schedule PAYMENTS primary"],
    ["a name like an id", "grace@example.com", schedule("PRIMARY"), true],
    ["a name of two", "ada@example.com", schedule("Twice"), undefined, "PagerDuty has 2 schedules of the name Twice; use the id"],
    ["a policy by name", "linus@example.com", policy("Payments", 2), true],
    ["any schedule", "ada@example.com", anySchedule(), true],
    ["no schedule at all", "perm@example.com", anySchedule(), false],
    ["any, of nobody known", "x@example.com", anySchedule(), false],
    ["no rotation", "ada@example.com", undefined, undefined, "PagerDuty: the schedule or escalation policy has no name"],
    ["the first level", "grace@example.com", policy("E1", 1), true],
    ["the second, of one", "linus@example.com", policy("E1", 1), false],
    ["a letter that looks so", "linu\u017f@example.com", policy("E1", 2), false],
    ["the second, of two", "linus@example.com", policy("E1", 2), true],
    ["everybody's level", "everybody@example.com", policy("E1", 2), false],
    ["a policy that is none", "ada@example.com", policy("E404", 1), undefined, "PagerDuty has no escalation policy E404"],
    ["no level", "ada@example.com", policy("E1", 0), undefined, "PagerDuty: the level of policy must be 1 or more, got 0"],
    ["a level that was left out", "ada@example.com", policy("E1"), undefined, "PagerDuty: the level of policy must be 1 or more, got undefined"],
    ["neither", "ada@example.com", schedule(""), undefined, "PagerDuty: the schedule or escalation policy has no name"],
    ["nobody's e-mail", "", schedule("P1"), undefined, "PagerDuty: the person has no e-mail"],
  ]) {
    await t.test(name, async () => assert.deepEqual(await said(() => client.isOnCall(email, rotation)), { got: want, error }));
  }
  assert.equal((await client.usersOnCall(schedule("P1"))).length, 151);
  assert.deepEqual((await client.usersOnCall(anySchedule())).map((u) => u.email), ["grace@example.com", "ada@example.com"]);
});

test("hasIncident", async (t) => {
  const client = new pagerduty.Client(await account(), key);
  const ago = (minutes) => new Date(Date.now() - minutes * 60_000);
  for (const [name, of, want, error = ""] of [
    ["of a service", { service: "S1" }, true],
    ["of a service by name", { service: "Billing API" }, true],
    ["a part of a name", { service: "Billing" }, undefined, "PagerDuty has no service Billing"],
    ["urgent, lately, to Ada", { service: "S1", urgency: "high", assignee: "ada@example.com", since: ago(120) }, true],
    ["too long ago", { service: "S1", since: ago(1) }, false],
    ["not urgent", { service: "S1", urgency: "low" }, false],
    ["somebody unknown", { assignee: "nobody@example.com" }, false],
    ["a service that is none", { service: "S404" }, undefined, "PagerDuty has no service S404"],
    ["any incident", {}, undefined, "PagerDuty: hasIncident must have a service or an assignee; any incident anywhere says little"],
    ["an urgency that is none", { service: "S1", urgency: "P1" }, undefined, 'PagerDuty: the urgency of hasIncident must be "high" or "low", got "P1"'],
    ["a misspelt filter", { service: "S1", asignee: "ada@example.com" }, undefined, "PagerDuty: hasIncident knows no asignee; it knows service, urgency, assignee, since"],
    ["a time as text", { service: "S1", since: "yesterday" }, undefined, "PagerDuty: the since of hasIncident must be a Date"],
  ]) {
    await t.test(name, async () => assert.deepEqual(await said(() => client.hasIncident(of)), { got: want, error }));
  }
});

test("a refused key is named", async () => {
  const client = new pagerduty.Client(await account(), () => "wrong");
  await fails(() => client.isOnCall("ada@example.com", pagerduty.schedule("P1")), "PagerDuty refused the credentials: 401; check the secret and what it may read");
});

// A list of another shape is no empty list.
test("a response of another shape", async () => {
  const { url } = await serve(() => ({ body: { oncalls: "none", users: "none", incidents: {} } }));
  const client = new pagerduty.Client(url, key);
  for (const call of [() => client.usersOnCall(pagerduty.anySchedule()), () => client.isOnCall("ada@example.com", pagerduty.anySchedule()), () => client.hasIncident({ assignee: "a@example.com" })]) {
    await fails(call, "PagerDuty sent unexpected JSON");
  }
});
