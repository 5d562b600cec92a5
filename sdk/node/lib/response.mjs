// The JSON document that a hook function returns.
import { isOutcome } from "./outcome.mjs";
import { wireNotifications, wirePermissions } from "./people.mjs";
import { bytes, checkLine, checkLines, kindOf } from "./text.mjs";

// The limits of the contract. A response without permissions has at most 64 KiB;
// maxResponse leaves the rest to the errors of three hooks.
const maxReason = 2000; // characters
const maxCheckText = 1000; // characters
const maxChecks = 50;
const maxPuts = 10;
export const maxResponse = 48 << 10; // bytes

// carried is the largest payload between states of Step Functions: the event, the
// response, and what is around both.
const carried = 256 << 10; // bytes
const around = 2 << 10; // bytes

// added returns a response with one hook's outcome added, or throws.
export function added(response, plan, made, outcome, eventBytes) {
  if (made.mistakes.first) throw made.mistakes.first;
  const next = { ...response };
  if (made.output !== undefined) {
    if (next.output !== undefined) throw new Error("output: an earlier hook of this invocation kept one; an invocation keeps one at most");
    next.output = made.output;
  }
  addPuts(next, plan, made.puts ?? []);
  addChecks(next, made.checks);
  addOutcome(next, plan, outcome);
  const room = next.permissions === undefined ? maxResponse : Math.max(maxResponse, carried - around - eventBytes);
  const size = bytes(next);
  if (size > room) throw new Error(`the response would have ${size} bytes, more than ${room}`);
  return next;
}

function addOutcome(next, plan, outcome) {
  if (plan.name === "get_permissions") {
    next.permissions = wirePermissions(outcome);
    return;
  }
  if (plan.name === "get_notifications") {
    if (outcome === undefined) throw new Error("it returned nothing; return null to keep the flow's notifications");
    if (outcome !== null) next.notifications = wireNotifications(outcome);
    return;
  }
  if (plan.transitions.length === 0 && (outcome === undefined || outcome === null)) return;
  if (outcome === undefined || outcome === null) throw new Error("it returned no outcome; return continue_() to go on");
  if (!isOutcome(outcome)) throw new Error(`it returned ${kindOf(outcome)}, which is no outcome; return continue_() to go on`);
  if (outcome.transition === "continue") return;
  if (!plan.transitions.includes(outcome.transition)) {
    throw new Error(`it returned ${outcome.transition}; ${plan.member} may return ${[...plan.transitions, "continue"].join(", ")}`);
  }
  decide(next, outcome);
}

function addPuts(next, plan, puts) {
  if (puts.length === 0) return;
  if (plan.transitions === undefined) throw new Error("store: a hook that names people decides nothing, so it may not put values");
  if (puts.length > maxPuts) throw new Error(`store: ${puts.length} puts, more than ${maxPuts}`);
  next.puts = puts;
}

function decide(next, outcome) {
  next.transition = outcome.transition;
  if (outcome.transition === "ignore") {
    checkLines("its message", outcome.message, maxReason);
    if (outcome.message !== "") next.message = outcome.message;
    return;
  }
  const { durationSeconds: seconds } = outcome;
  if (seconds !== undefined) {
    if (!Number.isSafeInteger(seconds) || seconds < 1) throw new Error(`forSeconds(${String(seconds)}): must be whole seconds, at least one`);
    next.duration_seconds = seconds;
  }
  checkLines("its reason", outcome.reason, maxReason);
  if (outcome.reason !== "") next.reason = outcome.reason;
  addChecks(next, outcome.checks ?? []);
}

function addChecks(next, checks) {
  if (checks.length === 0) return;
  const wire = checks.map((check) => {
    if (typeof check !== "object" || check === null) throw new Error(`a check must be { name, passed, detail }, got ${kindOf(check)}`);
    const { name, passed, detail } = check;
    if (name === "" || name === undefined || name === null) throw new Error("a check: it has no name");
    checkLine("a check's name", name, maxCheckText);
    if (typeof passed !== "boolean") throw new Error(`check ${JSON.stringify(name)}: passed must be true or false, got ${kindOf(passed)}`);
    checkLines("a check's detail", detail ?? "", maxCheckText);
    return detail ? { name, passed, detail } : { name, passed };
  });
  next.checks = [...(next.checks ?? []), ...wire];
  if (next.checks.length > maxChecks) throw new Error(`${next.checks.length} checks in one invocation, more than ${maxChecks}`);
}

// first are the response members of version 1.0 of the contract, the only ones that an
// engine knows if it does not say what it accepts.
const first = ["transition", "reason", "message", "duration_seconds", "checks", "permissions", "notifications", "output", "subscriptions", "errors"];

// order is that of the members in a response.
const order = [...first.slice(0, 8), "puts", "subscriptions", "flows", "errors"];

// decisive members decide, limit or report a failure: without one the response would
// mean something else, so they can't be left out.
const decisive = ["transition", "duration_seconds", "permissions", "notifications", "output", "puts", "errors"];

// reply returns a response with what the engine accepts of it.
export function reply(response, accepts = first) {
  const wire = { version: response.version };
  for (const name of order) {
    if (response[name] === undefined) continue;
    if (accepts.includes(name)) {
      wire[name] = response[name];
    } else if (decisive.includes(name)) {
      throw new Error(`this engine does not accept ${name}, without which the response would mean something else`);
    }
  }
  return wire;
}
