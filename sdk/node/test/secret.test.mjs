import assert from "node:assert/strict";
import { test } from "node:test";
import { signed } from "../lib/aws.mjs";
import { Store, get, named, variable } from "../secret.mjs";
import { fails, said, serve } from "./support.mjs";

Object.assign(process.env, { AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "s" });

test("from the environment", async () => {
  process.env.FASTTRACK_SECRET_PROD_OKTA_TOKEN2 = "s3cret";
  assert.equal(variable("prod/okta-token2"), "FASTTRACK_SECRET_PROD_OKTA_TOKEN2");
  assert.equal(variable("é"), "FASTTRACK_SECRET__");
  assert.equal(await get("prod/okta-token2"), "s3cret");
  assert.equal(await named("prod/okta-token2")(), "s3cret");
});

// manager is Secrets Manager with one secret, okta-token, whose responses are set.
async function manager() {
  const m = { calls: 0, now: Date.parse("2026-11-24T10:00:00Z"), respond: () => ({ body: {} }) };
  const { url } = await serve(({ headers, body }) => {
    m.calls++;
    assert.equal(headers["x-amz-target"], "secretsmanager.GetSecretValue");
    assert.match(headers.authorization, /\/eu-west-1\/secretsmanager\//);
    if (JSON.parse(body).SecretId !== "okta-token") return { status: 400, body: { __type: "ResourceNotFoundException" } };
    return m.respond();
  });
  m.store = new Store({ url, now: () => m.now });
  return m;
}

const text = (s) => () => ({ body: { Name: "okta-token", SecretString: s } });
const refuses = (code, message = "") => () => ({ status: 400, body: { __type: `com.amazonaws.secretsmanager#${code}`, Message: message } });

// A value is kept, read anew, and kept for longer while it can't be.
test("a value is kept", async () => {
  const m = await manager();
  for (const [minutes, respond, want, calls] of [
    [0, text("first"), "first", 1],
    [4, text("second"), "first", 1],
    [1, text("second"), "second", 2],
    [30, refuses("InternalServiceError"), "second", 3],
    [31, refuses("InternalServiceError"), undefined, 4],
    [0, text("third"), "third", 5],
  ]) {
    m.now += minutes * 60_000;
    m.respond = respond;
    const { got } = await said(() => m.store.get("okta-token"));
    assert.deepEqual([got, m.calls], [want, calls]);
  }
});

test("errors", async () => {
  const m = await manager();
  await fails(() => m.store.get("pagerduty-token"), "secret pagerduty-token not found: create it in Secrets Manager, or set FASTTRACK_SECRET_PAGERDUTY_TOKEN");
  m.respond = () => ({ body: { SecretBinary: "AA==" } });
  await fails(() => m.store.get("okta-token"), "secret okta-token holds no text");
  m.respond = refuses("AccessDeniedException", "no identity-based policy allows it");
  await fails(() => m.store.get("okta-token"), "secret okta-token not found, or the hooks may not read it: create it in Secrets Manager, and allow the hooks' role secretsmanager:GetSecretValue on its ARN");
  m.respond = refuses("DecryptionFailure", "the key is gone");
  await fails(() => m.store.get("okta-token"), "secret okta-token could not be read: DecryptionFailure: the key is gone");
  m.respond = () => ({ status: 302, headers: { Location: "http://127.0.0.1/" } });
  await fails(() => m.store.get("okta-token"), "secret okta-token could not be read: AWS did not respond: 302");
});

test("what passes is retried", async () => {
  const m = await manager();
  const responses = [() => ({ status: 500, body: {} }), refuses("ThrottlingException"), text("there")];
  m.respond = () => responses[m.calls - 1]();
  assert.equal(await m.store.get("okta-token"), "there");
});

// The signature is the one that botocore, AWS's SDK for Python, computes for this request.
test("signature", () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", AWS_SESSION_TOKEN: "token" });
  const headers = { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager.GetSecretValue" };
  const url = new URL("https://secretsmanager.eu-west-1.amazonaws.com/");
  const got = signed(url, "secretsmanager", "eu-west-1", '{"SecretId":"okta-token"}', headers, new Date("2026-11-24T10:00:00Z"));
  assert.match(got.Authorization, /Signature=ed5b59adc52c49b8815a35e8287ecd2a15cc9daa183a8af25d2f6dd30a93e453$/);
  assert.equal(got["X-Amz-Date"], "20261124T100000Z");
});
