// Bounds how long a hook's call to another system takes.
import { currentCall, inWords } from "./within.mjs";

const alone = 9000; // ms, where no hook runs
const margin = 500; // ms that are left of a hook's time, for it to report the failure

// waitFor calls another system within the time of the hook that runs. call gets the end
// of its time and a signal that aborts then. A hook that returns before it ended did
// not await it, and fails.
export async function waitFor(service, call) {
  const hook = currentCall();
  const started = Date.now();
  let left = alone;
  if (hook) {
    left = hook.end - started;
    left -= Math.min(margin, left / 4);
  }
  const mine = { service };
  hook?.waiting.add(mine);
  const signals = [AbortSignal.timeout(Math.max(0, Math.floor(left)))];
  if (hook) signals.push(hook.signal);
  try {
    return await call({ end: started + left, signal: AbortSignal.any(signals), elapsed: () => inWords(round(Date.now() - started)) });
  } finally {
    hook?.waiting.delete(mine);
  }
}

const round = (ms) => Math.round(ms / 100) * 100;
