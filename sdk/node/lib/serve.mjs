// Responds to invocations of a hook function.
import { newEvent } from "./event.mjs";
import { checkFlows, plans } from "./hooks.mjs";
import { getFlows } from "./get_flows.mjs";
import { CONTRACT_VERSION, limitOf, readInvocation } from "./invocation.mjs";
import { logHook, logNoApprovers, logThrown } from "./log.mjs";
import { prefetch } from "./prefetch.mjs";
import { added, reply } from "./response.mjs";
import { bytes, clip } from "./text.mjs";
import { within } from "./within.mjs";

const maxFlows = 1000;
const maxFlowNames = 16 << 10; // bytes

// serve returns the handler of a Lambda function. The response reports hooks that
// failed; the handler throws for an event that can't be read, or whose flow is unknown.
export function serve(flows) {
  checkFlows(flows);
  return (event, context) => respond(flows, event, context);
}

async function respond(flows, raw, context) {
  const invocation = readInvocation(raw);
  if (invocation.hook === "resume") return {}; // the start of a recovery, which calls no hook
  const response = { version: CONTRACT_VERSION, subscriptions: [], flows: listed(flows) };
  if (invocation.hook === "none") return reply(response, invocation.accepts);
  if (invocation.hook === "get_flows") return getFlows((name) => hooksOf(flows, name), invocation, context);
  const hooks = hooksOf(flows, invocation.run.flow.name);
  if (invocation.hook === "prefetch") return prefetch(hooks, invocation, context);
  const all = plans(hooks);
  response.subscriptions = all.map((plan) => plan.name);
  const call = { raw: JSON.stringify(raw), response, context };
  for (const name of chain(invocation.hook)) {
    const plan = all.find((p) => p.name === name);
    if (plan && call.response.transition === undefined) await run(call, plan);
  }
  return reply(call.response, invocation.accepts);
}

// run runs one hook within its time limit, and adds its outcome or its failure.
async function run(call, plan) {
  const started = performance.now();
  const invocation = eventOf(call);
  const { event, made, got } = await calledWithin(call, plan, invocation);
  let { failure, why } = got;
  if (!failure) {
    try {
      call.response = added(call.response, plan, made, got.outcome, Buffer.byteLength(call.raw));
    } catch (error) {
      [failure, why] = ["invalid", error.message];
    }
  }
  if (failure) {
    call.response = { ...call.response, errors: [...(call.response.errors ?? []), { hook: plan.name, error: clip(why) }] };
    if (!got.hung) keepEvidence(call, plan, made);
  } else if (plan.name === "get_permissions" && (got.outcome.approvers ?? undefined) === undefined) {
    logNoApprovers(invocation);
  }
  logHook(Boolean(failure), invocation, event.hook, failure ?? call.response.transition ?? "continue", started);
}

async function calledWithin(call, plan, invocation) {
  const abort = { signal: undefined };
  let event, made;
  const got = await within(call.context, limitOf(invocation), (signal) => {
    abort.signal = signal;
    ({ event, made } = newEvent(invocation, plan.name, signal));
    return plan.run(event);
  }, logThrown);
  if (!event) ({ event, made } = newEvent(invocation, plan.name, abort.signal)); // no time was left
  return { event, made, got };
}

// eventOf reads the document anew, so that each hook has a deep copy of its own. It has
// what an earlier hook of the same invocation kept.
function eventOf(call) {
  const invocation = readInvocation(JSON.parse(call.raw));
  if (call.response.output !== undefined) invocation.run.steps[invocation.hook] = call.response.output;
  return invocation;
}

// keepEvidence keeps the checks of a failed hook, if they are valid.
function keepEvidence(call, plan, made) {
  try {
    const evidence = { checks: made.checks, mistakes: {} };
    call.response = added(call.response, { ...plan, name: "", transitions: [] }, evidence, undefined, Buffer.byteLength(call.raw));
  } catch {
    // The hook's own failure is reported already.
  }
}

// hooksOf returns the hooks of a flow. A flow without hooks is an error: it may have
// another name in flows.yaml by now, and its guard would be gone without a word.
function hooksOf(flows, name) {
  for (const own of [name, "*"]) {
    if (Object.hasOwn(flows, own)) return flows[own];
  }
  throw new Error(`flow ${JSON.stringify(name)} has no hooks in this function, which has hooks for ${namesOf(flows).join(", ")}; add them, or set hooks: none for the flow in flows.yaml`);
}

const namesOf = (flows) => Object.keys(flows).sort();

// listed returns the flows that a response names; none where they would take up too much
// of its room. An event of an unknown flow fails either way.
function listed(flows) {
  const names = namesOf(flows);
  return names.length > maxFlows || bytes(names) > maxFlowNames ? undefined : names;
}

// chain lists the hooks that run in an invocation of one.
function chain(hook) {
  const reducers = ["on_request", "get_permissions", "get_notifications"];
  const from = reducers.indexOf(hook);
  return from < 0 ? [hook] : reducers.slice(from);
}
