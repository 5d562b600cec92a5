import assert from "node:assert/strict";
import { test } from "node:test";

import { approve, continue_ } from "@fasttrack-dev/hooks";
import { event } from "@fasttrack-dev/hooks/testing";

import { approveReplicated } from "./index.mjs";

for (const [replicas, want] of [[1, continue_()], [3, approve("3 replicas serve meanwhile.")]]) {
  test(`${replicas} replicas`, () => {
    assert.deepEqual(approveReplicated(event({ fields: { replicas }, vars: { enough: 2 } })), want);
  });
}
