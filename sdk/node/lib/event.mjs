// The event of a hook. Each hook has one of its own.
import { names, fields, vars, document } from "./values.mjs";
import { Mistakes, strict } from "./strict.mjs";
import { bytes, kindOf } from "./text.mjs";
import { hookNames } from "./hooks.mjs";
import { storeOf } from "./store.mjs";

const events = ["request", "approve", "deny", "expire", "cancel", "escalate", "deescalate", "revoke", "fail"];
const steps = ["escalate", ...hookNames];
const nobody = { type: "", id: "", email: "", name: "", groups: [], machine: false };
const maxOutput = 8 << 10; // bytes

// newEvent returns the event of a hook, and what the hook does with it: the evidence
// that it records, what it keeps, and its mistakes.
export function newEvent(invocation, hook, signal) {
  const { event: e, run: r } = invocation;
  const mistakes = new Mistakes();
  const made = { checks: [], output: undefined, puts: [], mistakes };
  const person = (u) => strict("user", { ...u, groups: Object.freeze([...u.groups]) }, mistakes);
  const known = (kind, name, list, there) => {
    if (!there && !list.includes(name)) throw mistakes.add(`unknown ${kind} ${JSON.stringify(name)}; known: ${list.join(", ")}`);
  };
  const outputs = r.strategyOutput === undefined ? r.steps : { ...r.steps, escalate: r.strategyOutput };
  const event = {
    hook,
    name: e.name,
    at: e.at,
    channel: e.channel,
    reason: e.reason,
    user: person(e.actor),
    requester: person(r.requester),
    holder: person(r.holder),
    flow: flowOf(invocation, mistakes),
    run: strict("run", {
      id: r.id,
      status: r.status,
      reason: r.reason,
      source: strict("source", r.source, mistakes),
      durationSeconds: r.durationSeconds,
      untilRevoked: r.untilRevoked,
      scheduledStart: r.scheduledStart,
      startsAt: r.startsAt,
      endsAt: r.endsAt,
      withheld: Object.freeze(r.sensitive),
      history: Object.freeze(r.history.map((entry) => strict("entry", { ...entry, actor: person(entry.actor) }, mistakes))),
      overrideOf: r.overrideOf,
      extends: r.extends && strict("extends", r.extends, mistakes),
      extendedBy: r.extendedBy,
    }, mistakes),
    fields: fieldsOf(invocation, mistakes),
    context: document(r.context, mistakes),
    recent: r.recent && strict("recent", { ...r.recent, sameTarget: strict("sameTarget", r.recent.sameTarget, mistakes) }, mistakes),
    recentOf: (windowSeconds, flow = "", target = "") => countOf(r, windowSeconds, flow || r.flow.name, target, mistakes),
    store: storeOf(invocation, made),
    byHook: e.channel === "hook",
    trial: invocation.trial,
    signal,
    actor(name) {
      known("event", name, events, Object.hasOwn(r.actors, name));
      return person(Object.hasOwn(r.actors, name) ? r.actors[name] : nobody);
    },
    step(name) {
      known("step", name, steps, Object.hasOwn(outputs, name));
      return document(Object.hasOwn(outputs, name) ? outputs[name] : undefined, mistakes);
    },
    check(name, passed, detail = "") {
      if (typeof passed !== "boolean") throw mistakes.add(`check ${JSON.stringify(name)}: passed must be true or false, got ${kindOf(passed)}`);
      made.checks.push({ name, passed, detail });
      return passed;
    },
    output(value) {
      made.output = encode(value, mistakes);
    },
  };
  return { event: strict("event", event, mistakes), made };
}

// countOf returns what is counted of earlier requests; undefined if it can't be.
function countOf({ recentCounts: n, flow: { name } }, windowSeconds, flow, target, mistakes) {
  if (n === undefined) return undefined;
  const known = [...n.windows, ...n.uncounted].sort((a, b) => a - b);
  if (!known.includes(windowSeconds)) {
    throw mistakes.add(`flow ${JSON.stringify(name)} counts no requests within ${windowSeconds} s; it counts those within ${known.join(", ")}`);
  }
  if (!n.flows.includes(flow)) throw mistakes.add(`flow ${JSON.stringify(name)} counts no requests of flow ${JSON.stringify(flow)}; it counts those of ${n.flows.join(", ")}`);
  if (target !== "" && !n.targets.includes(target)) throw mistakes.add(`flow ${JSON.stringify(name)} counts no requests for target ${JSON.stringify(target)}`);
  if (!n.windows.includes(windowSeconds)) return undefined;
  const found = n.counts.find((c) => c.windowSeconds === windowSeconds && c.flow === flow && c.target === target);
  return strict("counts", { ...(found?.numbers ?? { requested: 0, approved: 0, denied: 0, escalated: 0 }) }, mistakes);
}

// encode returns what a hook keeps, as a copy.
function encode(value, mistakes) {
  let raw;
  try {
    raw = JSON.stringify(value);
  } catch (error) {
    throw mistakes.add(`output: ${error.message}`);
  }
  if (raw === undefined) throw mistakes.add(`output: ${kindOf(value)} is no JSON`);
  const copy = JSON.parse(raw);
  if (bytes(copy) > maxOutput) throw mistakes.add(`output: ${bytes(copy)} bytes, more than ${maxOutput}`);
  return copy;
}

// flowOf returns the flow of an invocation.
export function flowOf({ run, flow }, mistakes) {
  const check = names(run.flow.name, "var", flow.vars, mistakes);
  return strict("flow", {
    name: run.flow.name,
    label: run.flow.label,
    version: flow.version,
    vars: vars(run.flow.vars, check, mistakes),
  }, mistakes);
}

// fieldsOf returns the fields of an invocation.
export function fieldsOf({ run, flow }, mistakes) {
  return fields(run.fields, names(run.flow.name, "field", flow.fields, mistakes), mistakes);
}

// userOf returns the requester of an invocation.
export function requesterOf({ run }, mistakes) {
  return strict("user", { ...run.requester, groups: Object.freeze([...run.requester.groups]) }, mistakes);
}
