// A hook is a function: the test calls it with an event, and compares the outcome.
import assert from "node:assert/strict";
import { test } from "node:test";

import { approve, continue_ } from "@fasttrack-dev/hooks";
import { event } from "@fasttrack-dev/hooks/testing";

import { approveLowRisk } from "./index.mjs";

const read = { id: "prod-read", label: "Production, read-only", settings: { low_risk: true } };
const admin = { id: "prod-admin", label: "Production, administrator" };
const outcome = (target, durationSeconds) => approveLowRisk(event({ flow: "aws-access", fields: { target }, durationSeconds }));

test("low risk is approved for at most an hour", () => {
  for (const seconds of [3600, 4 * 3600]) {
    assert.deepEqual(outcome(read, seconds), approve("Production, read-only is low risk.").forSeconds(3600));
  }
});

test("others go to people", () => {
  assert.deepEqual(outcome(admin, 3600), continue_());
});
