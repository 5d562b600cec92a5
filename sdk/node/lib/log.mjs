// JSON lines on standard output. They hold no value of the request, and no text of a
// hook's error, which could quote one and is in the run's history.

function line(level, msg, members) {
  process.stdout.write(JSON.stringify({ time: new Date().toISOString(), level, msg, ...members }) + "\n");
}

// logHook writes the log line of a hook.
export function logHook(isFailure, { run }, hook, outcome, started) {
  line(isFailure ? "ERROR" : "INFO", "hook", {
    run_id: run.id, flow: run.flow.name, hook, outcome, took_ms: Math.round(performance.now() - started),
  });
}

// logThrown writes where a mistake of the program is, without its text.
export function logThrown(thrown) {
  const isMistake = [TypeError, ReferenceError, RangeError, SyntaxError, EvalError, URIError].some((c) => thrown instanceof c);
  if (!isMistake) return;
  const places = String(thrown.stack).split("\n").filter((l) => /^\s+at /.test(l)).map((l) => l.trim());
  line("ERROR", "exception", { type: thrown.constructor.name, stack: places });
}

// logNoApprovers warns of permissions that leave the flow's admins only.
export function logNoApprovers({ run }) {
  line("WARN", "no approvers: only the flow's admins may decide; KEEP keeps the flow's", { run_id: run.id, flow: run.flow.name, hook: "get_permissions" });
}
