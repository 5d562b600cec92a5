// Hooks on the Node.js SDK: one rule for each of four flows.
import { approve, continue_, deny, serve } from "@fasttrack-dev/hooks";
import * as okta from "@fasttrack-dev/hooks/okta";
import * as pagerduty from "@fasttrack-dev/hooks/pagerduty";
import * as secret from "@fasttrack-dev/hooks/secret";

// Everything goes: approve each request.
function everythingGoes() {
  return approve("Everything goes!");
}

// Approve emergencies at once; the rest go to people.
function fastTrackEmergencies(e) {
  if (e.fields.string("urgency") !== "Emergency") return continue_();
  const target = e.fields.target("target");
  return approve(`${e.user.email} was fast tracked ${target.label} AWS access.`);
}

// Approve who is on call in PagerDuty.
async function approveOnCall(e) {
  const schedule = e.flow.vars.string("pagerduty_schedule");
  const client = new pagerduty.Client(e.flow.vars.string("pagerduty_url"), secret.named("pagerduty-token"));
  const onCall = await client.isOnCall(e.user.email, pagerduty.schedule(schedule));
  if (!e.check("on call in PagerDuty", onCall, `schedule ${schedule}`)) return continue_();
  return approve(`${e.user.email} is on call.`);
}

// Deny members of one Okta group, approve those of another.
async function decideByGroups(e) {
  const client = new okta.Client(e.flow.vars.string("okta_url"), secret.named("okta-token"));
  const isIn = async (group) => e.check(`in the Okta group ${group}`, await client.inGroup(e.user.email, group));
  const [never, always] = [e.flow.vars.string("never"), e.flow.vars.string("always")];
  if (await isIn(never)) return deny(`${e.user.email} is in the group ${never}.`);
  if (await isIn(always)) return approve(`${e.user.email} is in the group ${always}.`);
  return continue_();
}

export const handler = serve({
  "everything-goes": { onRequest: everythingGoes },
  "aws-access": { onRequest: fastTrackEmergencies },
  "on-call": { onRequest: approveOnCall },
  "groups": { onRequest: decideByGroups },
});
