// Hooks in Node: a Lambda function that speaks the hook contract, asked and
// answered as schema/hook-asked.v1.json and hook-answer.v1.json say. Lambda's
// runtime (nodejs22.x) needs nothing but this file.

// Freezes holds what may not be deployed, and until when.
const freezes = { billing: "2099-01-01T00:00:00Z" };

const hooks = {
  // Denies a frozen service; the rest goes to people, two of them.
  on_request(event, run) {
    const until = freezes[run.fields.service];
    if (until && event.at < until) {
      return { transition: "deny", reason: `${run.fields.service} is frozen until ${until}.` };
    }
    return { permissions: { approvals: 2 }, output: { looked: true } };
  },
};

export async function handler(asked) {
  if (asked.version !== "1") throw new Error(`version ${asked.version} of the hook contract is not known`);
  const hook = hooks[asked.hook];
  return { version: "1", subscriptions: Object.keys(hooks), ...(hook ? hook(asked.event, asked.run) : {}) };
}
