// The SDK for writing hooks in JavaScript and TypeScript. A hook is a plain function
// that can approve or deny a request before it goes to people, guard who may approve
// it, and act on what happened.
export { Approval, Continuation, Deescalation, Denial, Escalation, Expiry, Ignoring, Revocation } from "./lib/outcome.mjs";
export { approve, continue_, deescalate, deny, escalate, expire, ignore, revoke } from "./lib/outcome.mjs";
export { KEEP } from "./lib/people.mjs";
export { CONTRACT_VERSION } from "./lib/invocation.mjs";
export { serve } from "./lib/serve.mjs";
