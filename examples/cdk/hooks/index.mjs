// The hooks of the flows in flows.yaml: rules that decide before people are notified.
// What a hook may do: https://github.com/fasttrack-dev/fasttrack/blob/main/docs/hooks-node.md
import { approve, continue_, serve } from "@fasttrack-dev/hooks";

// approveLowRisk approves a service that the flow's var low_risk lists. People decide about
// all others.
export function approveLowRisk(e) {
  const service = e.fields.string("service");
  if (!e.check("low risk", e.flow.vars.strings("low_risk").includes(service), service)) return continue_();
  return approve(`${service} is low risk.`);
}

// The hooks of each flow, by its name in flows.yaml.
export const handler = serve({ deploy: { onRequest: approveLowRisk } });
