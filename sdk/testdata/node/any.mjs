// Hooks that return what the context of their event describes: right outcomes and wrong
// ones. Without a context they go on.
import * as sdk from "../../node/index.mjs";

// made returns the value that a description stands for.
function made(described) {
  switch (described?.kind) {
    case "outcome": {
      const outcome = sdk[described.verb](described.text);
      const because = described.because && outcome.because ? outcome.because(...described.because) : outcome;
      return described.seconds !== undefined && because.forSeconds ? because.forSeconds(described.seconds) : because;
    }
    case "value":
      return described.value;
    case "keep":
      return { ...described.value, approvers: sdk.KEEP };
    case "throw":
      throw new Error(described.text);
  }
  return undefined;
}

function hook(e) {
  e.fields.target(e.fields.string("a")).settings.strings("b");
  e.check("looked", e.byHook, e.actor("request").email);
  const described = e.context.decode();
  if (described?.keep !== undefined) e.output(described.keep);
  if (described?.kind) return made(described);
  if (e.hook === "get_permissions") return { approvers: sdk.KEEP };
  if (e.hook === "get_notifications") return null;
  return /^after_(approve|deny|expire|cancel|deescalate|revoke|fail)$/.test(e.hook) ? undefined : sdk.continue_();
}

const members = [
  "onRequest", "getPermissions", "getNotifications", "afterRequest", "onApprove", "afterApprove", "onDeny", "afterDeny", "onExpire", "afterExpire",
  "afterCancel", "onEscalate", "afterEscalate", "whileActive", "onDeescalate", "afterDeescalate", "onRevoke", "afterRevoke", "afterFail",
];

export const handler = sdk.serve({
  "*": { ...Object.fromEntries(members.map((name) => [name, hook])), prefetch: { a: (s) => JSON.parse(s.query || "[]"), schedule: (s) => [{ value: s.query }] } },
});
