import { approve, continue_, serve } from "@fasttrack-dev/hooks";

export function approveLowRisk(e) {
  const service = e.fields.string("service");
  if (!e.check("low risk", e.flow.vars.strings("low_risk").includes(service), service)) return continue_();
  return approve(`${service} is low risk.`);
}

// approveReplicated approves the restart of a service with enough replicas.
export function approveReplicated(e) {
  const replicas = e.fields.int("replicas");
  if (!e.check("replicated", replicas >= e.flow.vars.int("enough"), String(replicas))) return continue_();
  return approve(`${replicas} replicas serve meanwhile.`);
}

export const handler = serve({ deploy: { onRequest: approveLowRisk }, restart: { onRequest: approveReplicated } });
