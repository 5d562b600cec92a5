// A hook is a function: the test calls it with an event, and compares the outcome.
import assert from "node:assert/strict";
import { test } from "node:test";

import { approve, continue_ } from "@fasttrack-dev/hooks";
import { event } from "@fasttrack-dev/hooks/testing";

import { approveLowRisk } from "./index.mjs";

for (const [service, want] of [
  ["website", approve("website is low risk.")],
  ["billing", continue_()],
  ["", continue_()],
]) {
  test(`service "${service}"`, () => {
    const e = event({ flow: "deploy", fields: { service }, vars: { low_risk: ["website"] } });
    assert.deepEqual(approveLowRisk(e), want);
  });
}
