// Hooks in Node: a Lambda function that speaks the hook contract. Events and
// responses are as schema/hook-asked.v1.json and hook-answer.v1.json say. Lambda's
// runtime (nodejs22.x) needs nothing but this file.

// Freezes holds what may not be deployed, and until when.
const freezes = { billing: "2099-01-01T00:00:00Z" };

const flows = {
  "node-hooks": {
    // Denies a frozen service; the rest goes to people, two of them.
    on_request(event, run, flow) {
      const service = flow.field("service");
      const until = freezes[service];
      if (until && event.at < until) {
        return { transition: "deny", reason: `${service} is frozen until ${until}.` };
      }
      return { permissions: { approvals: 2 }, output: { looked: true } };
    },
  },
};

// reader reads values of the names that a flow declares; any other name throws.
// An older engine sends no names.
function reader(kind, values = {}, names) {
  return (name) => {
    if (names && !names.includes(name)) throw new Error(`the flow has no ${kind} "${name}"; it declares ${names.join(", ") || "none"}`);
    return values[name];
  };
}

export async function handler(asked) {
  if (asked.version.split(".")[0] !== "1") throw new Error(`unsupported contract version ${asked.version}; supported: 1`);
  const { event, run, flow: declared = {} } = asked;
  const hooks = flows[run.flow.name];
  if (!hooks) throw new Error(`flow "${run.flow.name}" has no hooks in this function, which has hooks for ${Object.keys(flows).join(", ")}`);
  const flow = { field: reader("field", run.fields, declared.fields), var: reader("var", run.flow.vars, declared.vars_declared) };
  const hook = hooks[asked.hook];
  const answer = { subscriptions: Object.keys(hooks), flows: Object.keys(flows), ...(hook ? hook(event, run, flow) : {}) };
  // An engine of version 1.0 does not say what it accepts; flows is newer.
  const accepts = asked.accepts ?? Object.keys(answer).filter((name) => name !== "flows");
  return { version: "1", ...Object.fromEntries(Object.entries(answer).filter(([name]) => accepts.includes(name))) };
}
