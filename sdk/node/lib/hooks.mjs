// The hooks of a flow: their names, and what each may return.
import { kindOf } from "./text.mjs";

// The hooks in the order of a run's life: the member of Hooks, the name in the contract,
// and the transitions that it may return. undefined is a reducer, which returns none.
const all = [
  ["onRequest", "on_request", ["approve", "deny"]],
  ["getPermissions", "get_permissions", undefined],
  ["getNotifications", "get_notifications", undefined],
  ["afterRequest", "after_request", ["approve", "deny"]],
  ["onApprove", "on_approve", ["approve", "deny", "ignore"]],
  ["afterApprove", "after_approve", []],
  ["onDeny", "on_deny", ["deny", "ignore"]],
  ["afterDeny", "after_deny", []],
  ["onExpire", "on_expire", ["approve", "deny", "expire"]],
  ["afterExpire", "after_expire", []],
  ["afterCancel", "after_cancel", []],
  ["onEscalate", "on_escalate", ["escalate", "deescalate"]],
  ["afterEscalate", "after_escalate", ["revoke", "deescalate"]],
  ["whileActive", "while_active", ["revoke"]],
  ["onDeescalate", "on_deescalate", ["deescalate"]],
  ["afterDeescalate", "after_deescalate", []],
  ["onRevoke", "on_revoke", ["revoke", "ignore"]],
  ["afterRevoke", "after_revoke", []],
  ["afterFail", "after_fail", []],
].map(([member, name, transitions]) => ({ member, name, transitions }));

export const hookNames = all.map((h) => h.name);

// plans lists the hooks that a flow has, in the order of a run's life.
export function plans(hooks) {
  return all.filter(({ member }) => hooks[member] !== undefined).map((plan) => ({ ...plan, run: hooks[plan.member] }));
}

const members = [...all.map((h) => h.member), "prefetch", "getFlows"];

// checkFlows refuses hooks that could never be called, before the first event: a
// misspelt guard would be gone without a word.
export function checkFlows(flows) {
  if (!isObject(flows)) throw new TypeError(`serve: the flows must be an object of hooks by the flow's name, got ${kindOf(flows)}`);
  for (const [flow, hooks] of Object.entries(flows)) {
    const where = `flow ${JSON.stringify(flow)}`;
    if (!isObject(hooks)) throw new TypeError(`${where}: its hooks must be an object such as { onRequest(e) { … } }, got ${kindOf(hooks)}`);
    for (const [member, hook] of Object.entries(hooks)) {
      if (!members.includes(member)) throw new TypeError(`${where}: unknown hook ${JSON.stringify(member)}; known: ${members.join(", ")}`);
      if (hook === undefined || member === "prefetch") continue;
      if (typeof hook !== "function") throw new TypeError(`${where}: ${member} must be a function, got ${kindOf(hook)}`);
    }
    if (hooks.prefetch !== undefined) checkPrefetch(where, hooks.prefetch);
  }
}

function checkPrefetch(where, prefetch) {
  if (!isObject(prefetch)) throw new TypeError(`${where}: prefetch must be an object of functions by the field's name, got ${kindOf(prefetch)}`);
  for (const [field, search] of Object.entries(prefetch)) {
    if (typeof search !== "function") throw new TypeError(`${where}: prefetch of ${JSON.stringify(field)} must be a function, got ${kindOf(search)}`);
  }
}

function isObject(v) {
  return typeof v === "object" && v !== null && !Array.isArray(v);
}
