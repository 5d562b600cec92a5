// Which flows a person sees, before a request exists.
import { requesterOf } from "./event.mjs";
import { limitOf } from "./invocation.mjs";
import { logHook, logThrown } from "./log.mjs";
import { Mistakes, strict } from "./strict.mjs";
import { clip, kindOf } from "./text.mjs";
import { names, vars } from "./values.mjs";
import { failed, within } from "./within.mjs";

// getFlows calls the hooks of all flows that the invocation names, side by side. hooksOf
// returns the hooks of a flow, or throws.
export async function getFlows(hooksOf, invocation, context) {
  const all = await Promise.all(invocation.flows.map((flow) => sees(hooksOf, flow, invocation, context)));
  const out = { version: "1", flows: all.filter(({ got }) => got.outcome === true && !got.failure).map(({ name }) => name) };
  const errors = all.filter(({ got }) => got.failure).map(({ name, got }) => ({ hook: "get_flows", flow: name, error: clip(got.why) }));
  return errors.length > 0 ? { ...out, errors } : out;
}

async function sees(hooksOf, flow, invocation, context) {
  const started = performance.now();
  let got;
  try {
    const hook = hooksOf(flow.name).getFlows;
    got = hook
      ? await within(context, limitOf(invocation), (signal) => shown(hook, flow, invocation, signal), logThrown)
      : failed("unknown", "the flow's hooks have no getFlows");
  } catch (error) {
    got = failed("unknown", error.message);
  }
  const about = { ...invocation, run: { ...invocation.run, flow } };
  logHook(Boolean(got.failure), about, "get_flows", got.failure ?? (got.outcome ? "shown" : "hidden"), started);
  return { name: flow.name, got };
}

async function shown(hook, flow, invocation, signal) {
  const mistakes = new Mistakes();
  const declared = names(flow.name, "var", Object.keys(flow.vars).sort(), mistakes);
  const viewer = strict("viewer", {
    requester: requesterOf(invocation, mistakes),
    flow: strict("flow", { name: flow.name, label: flow.label, vars: vars(flow.vars, declared, mistakes) }, mistakes),
    signal,
  }, mistakes);
  const is = await hook(viewer);
  if (mistakes.first) throw mistakes.first;
  if (typeof is !== "boolean") throw new Error(`getFlows must return true or false, got ${kindOf(is)}`);
  return is;
}
