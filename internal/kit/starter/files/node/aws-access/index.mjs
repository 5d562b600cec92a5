// The hooks of the flows in flows.yaml: rules that decide before people are notified.
// What a hook may do: https://github.com/fasttrack-dev/fasttrack/blob/main/docs/hooks-node.md
import { approve, continue_, serve } from "@fasttrack-dev/hooks";

const hour = 3600;

// approveLowRisk approves a target whose settings say low_risk, for at most an hour. People
// decide about all others.
export function approveLowRisk(e) {
  const target = e.fields.target("target");
  if (!e.check("low risk", target.settings.bool("low_risk"), target.label)) return continue_();
  return approve(`${target.label} is low risk.`).forSeconds(Math.min(e.run.durationSeconds, hour));
}

// The hooks of each flow, by its name in flows.yaml.
export const handler = serve({ "aws-access": { onRequest: approveLowRisk } });
