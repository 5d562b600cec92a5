// The JSON document that a hook function is invoked with. Unknown members are ignored;
// one of another type fails the invocation, since a hook would read it wrongly.
import { kindOf } from "./text.mjs";

export const CONTRACT_VERSION = "1";

const defaultLimit = 10; // seconds
const longest = 900; // seconds, the longest time limit of a Lambda function

// readInvocation checks a document and returns it with all its members.
export function readInvocation(raw) {
  const top = object("the event", raw);
  if (raw === null || raw === undefined) throw new Error("invalid hook event: it must be an object, got " + kindOf(raw));
  if (!knownVersion(text("version", top.version))) {
    throw new Error(`unsupported contract version ${JSON.stringify(top.version ?? "")}; supported: "${CONTRACT_VERSION}"`);
  }
  const hook = text("hook", top.hook);
  if (hook === "") throw new Error("invalid hook event: it names no hook");
  const flow = object("flow", top.flow);
  return {
    hook,
    timeoutSeconds: int("timeout_seconds", top.timeout_seconds),
    accepts: absent(top.accepts) ? undefined : texts("accepts", top.accepts),
    trial: bool("trial", top.trial),
    flow: {
      fields: absent(flow.fields) ? undefined : texts("flow.fields", flow.fields),
      vars: absent(flow.vars_declared) ? undefined : texts("flow.vars_declared", flow.vars_declared),
      version: text("flow.version", flow.version),
      store: absent(flow.store) ? undefined : scopes("flow.store", flow.store, texts),
    },
    flows: list("flows", top.flows).map((f) => readFlow("flows", object("flows", f))),
    field: text("field", top.field),
    query: text("query", top.query),
    value: text("value", top.value),
    event: readEvent(object("event", top.event)),
    run: readRun(object("run", top.run)),
  };
}

function readEvent(event) {
  return {
    name: text("event.name", event.name),
    at: time("event.at", event.at),
    channel: text("event.channel", event.channel),
    reason: text("event.reason", event.reason),
    actor: user("event.actor", event.actor),
  };
}

function readRun(run) {
  const flow = object("run.flow", run.flow);
  const requester = user("run.requester", run.requester);
  const source = object("run.source", run.source);
  const access = object("run.access", run.access);
  return {
    id: text("run.id", run.id),
    status: text("run.status", run.status),
    flow: readFlow("run.flow", flow),
    store: absent(run.store) ? undefined : scopes("run.store", run.store, (what, v) => mapped(object(what, v), (kept) => readKept(what, kept))),
    requester: { ...requester, type: requester.type || "user" },
    holder: absent(run.for) ? { ...requester, type: requester.type || "user" } : { ...user("run.for", run.for), type: "user" },
    reason: text("run.reason", run.reason),
    source: {
      channel: text("run.source.channel", source.channel),
      place: text("run.source.place", source.place),
      verified: bool("run.source.verified", source.verified),
    },
    durationSeconds: int("run.duration_seconds", run.duration_seconds),
    untilRevoked: bool("run.until_revoked", run.until_revoked),
    scheduledStart: time("run.starts_at", run.starts_at),
    startsAt: time("run.access.starts_at", access.starts_at),
    endsAt: time("run.access.ends_at", access.ends_at),
    context: absent(run.context) ? undefined : run.context,
    recent: absent(run.recent) ? undefined : readRecent(object("run.recent", run.recent)),
    recentCounts: absent(run.recent_counts) ? undefined : readCounts(object("run.recent_counts", run.recent_counts)),
    actors: mapped(object("run.actors", run.actors), (v, name) => user(`run.actors.${name}`, v)),
    fields: object("run.fields", run.fields),
    sensitive: texts("run.sensitive", run.sensitive),
    history: list("run.history", run.history).map((entry) => readEntry(object("run.history", entry))),
    steps: object("run.steps", run.steps),
    overrideOf: absent(run.override_of) ? undefined : int("run.override_of", run.override_of),
    extends: absent(run.extends) ? undefined : readExtends(object("run.extends", run.extends)),
    extendedBy: text("run.extended_by", run.extended_by),
    strategyOutput: absent(run.strategy_output) ? undefined : run.strategy_output,
  };
}

function readFlow(what, flow) {
  return { name: text(`${what}.name`, flow.name), label: text(`${what}.label`, flow.label), vars: object(`${what}.vars`, flow.vars) };
}

// scopes reads what a store has of a person and of the flow.
function scopes(what, raw, read) {
  const of = object(what, raw);
  return { person: read(`${what}.person`, of.person), flow: read(`${what}.flow`, of.flow) };
}

function readKept(what, raw) {
  const kept = object(what, raw);
  return { value: kept.value, version: text(`${what}.version`, kept.version) };
}

function readExtends(x) {
  return {
    id: text("run.extends.id", x.id),
    number: int("run.extends.number", x.number),
    startedAt: time("run.extends.started_at", x.started_at),
    endsAt: time("run.extends.ends_at", x.ends_at),
    totalSeconds: int("run.extends.total_seconds", x.total_seconds),
  };
}

function readRecent(recent) {
  const same = object("run.recent.same_target", recent.same_target);
  const count = (name, v) => int(`run.recent.${name}`, v);
  return {
    windowSeconds: count("window_seconds", recent.window_seconds),
    requested: count("requested", recent.requested),
    approved: count("approved", recent.approved),
    denied: count("denied", recent.denied),
    escalated: count("escalated", recent.escalated),
    sameTarget: { approved: count("same_target.approved", same.approved), denied: count("same_target.denied", same.denied) },
  };
}

function readCounts(counted) {
  const at = (name) => `run.recent_counts.${name}`;
  const ints = (name) => list(at(name), counted[name]).map((n) => int(at(name), n));
  return {
    windows: ints("windows"),
    uncounted: ints("uncounted"),
    flows: texts(at("flows"), counted.flows),
    targets: texts(at("targets"), counted.targets),
    counts: list(at("counts"), counted.counts).map((raw) => {
      const c = object(at("counts"), raw);
      const count = (name) => int(at(`counts.${name}`), c[name]);
      return {
        windowSeconds: count("window_seconds"),
        flow: text(at("counts.flow"), c.flow),
        target: text(at("counts.target"), c.target),
        numbers: { requested: count("requested"), approved: count("approved"), denied: count("denied"), escalated: count("escalated") },
      };
    }),
  };
}

function readEntry(entry) {
  const word = (name) => text(`run.history.${name}`, entry[name]);
  return {
    seq: int("run.history.seq", entry.seq),
    event: word("event"),
    at: time("run.history.at", entry.at),
    actor: user("run.history.actor", entry.actor),
    reason: word("reason"),
    hookReason: word("hook_reason"),
    hookReasonBy: word("hook_reason_by"),
    error: word("error"),
  };
}

function user(what, raw) {
  const u = object(what, raw);
  const word = (name) => text(`${what}.${name}`, u[name]);
  return {
    type: word("type"),
    id: word("id"),
    email: word("email"),
    name: word("name"),
    groups: texts(`${what}.groups`, u.groups),
    machine: bool(`${what}.machine`, u.machine),
  };
}

// knownVersion reports whether this package supports a version of the contract: "1", or
// "1.N" of a newer engine, whose additions it ignores.
function knownVersion(version) {
  return /^1(\.[0-9]+)?$/.test(version) && !version.endsWith("\n");
}

// limitOf returns how many milliseconds each hook of an invocation may take.
export function limitOf(invocation) {
  const seconds = invocation.timeoutSeconds < 1 ? defaultLimit : Math.min(invocation.timeoutSeconds, longest);
  return seconds * 1000;
}

const absent = (v) => v === null || v === undefined;

function typed(what, kind, is, value, zero) {
  if (absent(value)) return zero;
  if (!is(value)) throw new Error(`invalid hook event: ${what} must be ${kind}, got ${kindOf(value)}`);
  return value;
}

const text = (what, v) => typed(what, "a text", (v) => typeof v === "string", v, "");
const int = (what, v) => typed(what, "a whole number", Number.isSafeInteger, v, 0);
const bool = (what, v) => typed(what, "true or false", (v) => typeof v === "boolean", v, false);
const list = (what, v) => typed(what, "a list", Array.isArray, v, []);
const texts = (what, v) => list(what, v).map((item) => text(what, item));
const object = (what, v) => typed(what, "an object", (v) => typeof v === "object" && !Array.isArray(v), v, {});
const mapped = (o, f) => Object.fromEntries(Object.entries(o).map(([name, v]) => [name, f(v, name)]));

function time(what, value) {
  const raw = text(what, value);
  if (raw === "") return undefined;
  const at = new Date(raw);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(raw) || Number.isNaN(at.getTime())) throw new Error(`invalid hook event: ${what} must be a time (RFC 3339)`);
  return at;
}
