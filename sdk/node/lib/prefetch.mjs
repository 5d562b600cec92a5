// The options of a field, before a request exists.
import { equal } from "../email.mjs";
import { fieldsOf, flowOf, requesterOf } from "./event.mjs";
import { limitOf } from "./invocation.mjs";
import { logHook, logThrown } from "./log.mjs";
import { maxResponse } from "./response.mjs";
import { Mistakes, strict } from "./strict.mjs";
import { bytes, checkLine, clip, kindOf } from "./text.mjs";
import { failed, within } from "./within.mjs";

const maxOptions = 100;
const maxOptionText = 1000; // characters

// prefetch returns the options of the field that the invocation names.
export async function prefetch(hooks, invocation, context) {
  const started = performance.now();
  const search = Object.hasOwn(hooks.prefetch ?? {}, invocation.field) ? hooks.prefetch[invocation.field] : undefined;
  const got = search
    ? await within(context, limitOf(invocation), (signal) => searched(search, invocation, signal), logThrown)
    : failed("unknown field", `the flow's hooks have no prefetch for the field ${JSON.stringify(invocation.field)}`);
  const out = { version: "1", options: got.outcome?.options ?? [] };
  if (got.failure) {
    out.errors = [{ hook: "prefetch", error: clip(got.why) }];
  } else if (got.outcome.more && invocation.accepts?.includes("more")) {
    out.more = true;
  }
  logHook(Boolean(got.failure), invocation, "prefetch", got.failure ?? `${out.options.length} options`, started);
  return out;
}

// newSearch returns what a function of Hooks.prefetch is called with, and what it does
// with it: its mistakes, and whether it reports more options.
export function newSearch(invocation, signal) {
  const made = { mistakes: new Mistakes(), more: false };
  const { mistakes } = made;
  const search = {
    field: invocation.field,
    query: invocation.query,
    value: invocation.value,
    requester: requesterOf(invocation, mistakes),
    flow: flowOf(invocation, mistakes),
    fields: fieldsOf(invocation, mistakes),
    trial: invocation.trial,
    signal,
    more() {
      made.more = true;
    },
  };
  return { search: strict("search", search, mistakes), made };
}

async function searched(options, invocation, signal) {
  const { search, made } = newSearch(invocation, signal);
  const list = await options(search);
  if (made.mistakes.first) throw made.mistakes.first;
  if (!Array.isArray(list)) throw new Error(`prefetch must return a list of options, got ${kindOf(list)}`);
  // The value that is checked is not lost among more than a response has room for. The
  // engine compares exactly.
  const found = list.map(option).filter(({ value }) => invocation.value === "" || equal(value, invocation.value));
  const fits = fitting(found);
  return { options: fits, more: made.more || fits.length < found.length };
}

function option(given) {
  if (typeof given !== "object" || given === null) throw new Error(`an option must be { value, label }, got ${kindOf(given)}`);
  const { value, label } = given;
  if (value === undefined || value === null || value === "") throw new Error("an option has no value");
  for (const text of [value, label ?? ""]) checkLine("an option", text, maxOptionText);
  return label ? { value, label } : { value };
}

// fitting returns the first options that a response has room for.
function fitting(found) {
  let room = maxResponse;
  const options = [];
  for (const o of found.slice(0, maxOptions)) {
    room -= bytes(o) + 1;
    if (room < 0) break;
    options.push(o);
  }
  return options;
}
