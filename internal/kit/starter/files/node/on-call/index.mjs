// The hooks of the flows in flows.yaml: rules that decide before people are notified.
// What a hook may do: https://github.com/fasttrack-dev/fasttrack/blob/main/docs/hooks-node.md
import { approve, continue_, serve } from "@fasttrack-dev/hooks";
import * as pagerduty from "@fasttrack-dev/hooks/pagerduty";
import * as secret from "@fasttrack-dev/hooks/secret";

// approveOnCall approves a person who is on call now in the flow's schedule. An error sends
// the request to people, who read it.
export async function approveOnCall(e) {
  if (!e.user.email) return continue_(); // a machine, which is never on call
  const schedule = e.flow.vars.string("pagerduty_schedule");
  const client = new pagerduty.Client(e.flow.vars.string("pagerduty_url"), secret.named("pagerduty-token"));
  const onCall = await client.isOnCall(e.user.email, pagerduty.schedule(schedule));
  if (!e.check("on call in PagerDuty", onCall, `schedule ${schedule}`)) return continue_();
  return approve(`${e.user.email} is on call.`);
}

// The hooks of each flow, by its name in flows.yaml.
export const handler = serve({ "on-call": { onRequest: approveOnCall } });
