// Calls a hook within its time limit.
import { AsyncLocalStorage } from "node:async_hooks";

// margin is left of the function's own time limit for its response: a function that ends
// without one fails all its hooks.
const margin = 200; // ms

// current is the call of the hook that runs: its end, the signal that aborts it, and the
// calls to other systems that it waits for.
const current = new AsyncLocalStorage();

// currentCall returns the call of the hook that runs, undefined outside of one.
export const currentCall = () => current.getStore();

// failed is a result of calling a hook: the kind of failure, and why, for people and the
// hook's author.
export const failed = (failure, why) => ({ failure, why });

// within calls a hook until its limit, or until the function's own time is about to end.
// A hook that still runs then is abandoned: what it returns is dropped, and its signal
// is aborted. One that never waits holds up the whole process: Lambda ends that.
export async function within(context, limit, call, log) {
  const left = context?.getRemainingTimeInMillis?.();
  if (left !== undefined) limit = Math.min(limit, left - margin);
  if (!(limit > 0)) return failed("timeout", "no time was left to call it: the function's own time limit is too short for its hooks");
  const abort = new AbortController();
  const mine = { end: Date.now() + limit, signal: abort.signal, waiting: new Set() };
  const timeout = () => ({ ...failed("timeout", `it did not return within ${inWords(limit)}`), hung: true });
  let timer;
  const ended = new Promise((resolve) => {
    timer = setTimeout(() => resolve(timeout()), limit);
  });
  const got = await Promise.race([ended, current.run(mine, () => called(call, mine, log))]);
  clearTimeout(timer);
  if (!got.hung && Date.now() < mine.end) return got;
  abort.abort(new Error("the hook's time is over"));
  return timeout();
}

async function called(hook, mine, log) {
  try {
    const outcome = await hook(mine.signal);
    const [call] = mine.waiting;
    if (call) return failed("invalid", `it returned before ${call.service} responded; await each call`);
    return { outcome };
  } catch (thrown) {
    log?.(thrown);
    return failed("error", textOf(thrown));
  }
}

function textOf(thrown) {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown);
  } catch {
    return "";
  }
}

// inWords is as Go writes a duration: 1s, 1.5s, 300ms.
export function inWords(ms) {
  return ms >= 1000 ? `${Math.round(ms) / 1000}s` : `${Math.round(ms)}ms`;
}
