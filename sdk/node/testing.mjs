// Builds events for tests of hooks. A hook is a function: a test calls it with an event
// and compares the outcome by assert.deepEqual, without AWS or a network.
import { newEvent } from "./lib/event.mjs";
import { readInvocation } from "./lib/invocation.mjs";
import { newSearch } from "./lib/prefetch.mjs";

// event builds an event. By default ada@example.com files a request of the flow "sample".
export function event(options = {}) {
  const read = readInvocation(invocation(options));
  return newEvent(read, read.hook, new AbortController().signal).event;
}

// search builds what a function of Hooks.prefetch is called with.
export function search({ field, query = "", value = "", ...options }) {
  const document = { ...invocation(options), hook: "prefetch", field, query: value || query, value };
  return newSearch(readInvocation(document), new AbortController().signal).search;
}

// invocation builds the JSON document that a hook function is invoked with, for tests of
// a whole handler.
export function invocation(options = {}) {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(settings, name));
  if (unknown !== undefined) throw new TypeError(`testing: unknown option ${JSON.stringify(unknown)}; known: ${Object.keys(settings).join(", ")}`);
  const document = {
    version: "1",
    hook: "on_request",
    event: { name: "request", at: "2026-11-23T10:00:00Z", channel: "api", actor: person("ada@example.com"), reason: "" },
    run: {
      id: "01JDBX0000000000000000TEST",
      status: "requested",
      flow: { name: "sample", vars: {} },
      requester: person("ada@example.com"),
      reason: "",
      source: { channel: "api", verified: false },
      fields: {},
      history: [],
      steps: {},
      actors: { request: person("ada@example.com") },
    },
  };
  for (const [name, set] of Object.entries(settings)) {
    if (options[name] !== undefined) set(document, options[name]);
  }
  return JSON.parse(JSON.stringify(document));
}

// settings are the options, in the order in which they are applied.
const settings = {
  hook(d, name) {
    d.hook = name;
    d.event.name = name.startsWith("get_") ? "request" : name.replace(/^[a-z]+_/, "");
  },
  requester(d, by) {
    d.run.requester = person(by);
    d.run.actors.request = person(emailOf(by));
  },
  for(d, who) {
    d.run.for = person(who);
  },
  extends(d, { id, number, startedAt, endsAt, totalSeconds }) {
    d.run.extends = { id, number, started_at: startedAt.toISOString(), ends_at: endsAt.toISOString(), total_seconds: totalSeconds };
  },
  extendedBy: (d, id) => (d.run.extended_by = id),
  machine(d, id) {
    d.run.requester = { id, machine: true };
    d.run.actors.request = { type: "user", id };
  },
  channel: (d, channel) => (d.event.channel = channel),
  at: (d, at) => (d.event.at = at.toISOString()),
  byUser(d, by) {
    d.event.actor = person(by);
  },
  byHook(d, name) {
    d.event.channel = "hook";
    d.event.actor = { type: "hook", id: name };
  },
  reason: (d, reason) => (d.event.reason = reason),
  actors(d, actors) {
    for (const [name, by] of Object.entries(actors)) d.run.actors[name] = person(by);
  },
  why: (d, reason) => (d.run.reason = reason),
  source: (d, { channel, place, verified = channel === "slack" }) => (d.run.source = { channel, place, verified }),
  durationSeconds: (d, n) => (d.run.duration_seconds = n),
  untilRevoked: (d, is) => (d.run.until_revoked = is),
  scheduledStart: (d, at) => (d.run.starts_at = at.toISOString()),
  status: (d, status) => (d.run.status = status),
  flow: (d, name) => (d.run.flow.name = name),
  label: (d, label) => (d.run.flow.label = label),
  vars: (d, vars) => Object.assign(d.run.flow.vars, vars),
  fields: (d, fields) => Object.assign(d.run.fields, fields),
  withheld: (d, names) => (d.run.sensitive = names),
  context: (d, value) => (d.run.context = value),
  recent(d, r) {
    const { windowSeconds, sameTarget = {}, requested = 0, approved = 0, denied = 0, escalated = 0 } = r;
    const same = { approved: sameTarget.approved ?? 0, denied: sameTarget.denied ?? 0 };
    d.run.recent = { window_seconds: windowSeconds, requested, approved, denied, escalated, same_target: same };
  },
  recentOf(d, list) {
    const counts = list.map(({ windowSeconds, flow = d.run.flow.name, target, requested = 0, approved = 0, denied = 0, escalated = 0 }) => {
      return { window_seconds: windowSeconds, flow, target, requested, approved, denied, escalated };
    });
    const all = (name) => [...new Set(counts.map((c) => c[name]).filter((v) => v !== undefined))];
    d.run.recent_counts = { windows: all("window_seconds"), flows: all("flow"), targets: all("target"), counts };
  },
  history: (d, entries) => (d.run.history = entries),
  overrideOf: (d, seq) => (d.run.override_of = seq),
  steps: (d, steps) => Object.assign(d.run.steps, steps),
  strategyOutput: (d, output) => (d.run.strategy_output = output),
  declareFields: (d, names) => (declared(d).fields = names),
  declareVars: (d, names) => (declared(d).vars_declared = names),
  personValues: (d, values) => keep(d, "person", values),
  flowValues: (d, values) => keep(d, "flow", values),
  trial: (d, trial) => (d.trial = trial),
};

function declared(d) {
  d.flow ??= { name: d.run.flow.name, fields: [], vars_declared: [] };
  return d.flow;
}

// keep sets what hooks keep; also without a value the event has a store then.
function keep(d, scope, values) {
  d.run.store ??= { person: {}, flow: {} };
  for (const [key, value] of Object.entries(values)) d.run.store[scope][key] = { value, version: "v1", expires_at: "2099-01-01T00:00:00Z" };
}

const emailOf = (by) => (typeof by === "string" ? by : by.email);

// person returns a person by e-mail, or by { email, groups }.
function person(by) {
  const email = emailOf(by);
  const p = { type: "user", id: email, email };
  if (by.groups?.length > 0) p.groups = by.groups;
  return p;
}
