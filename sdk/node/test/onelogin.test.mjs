import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../onelogin.mjs";
import { fails, said, serve } from "./support.mjs";

const pair = () => "id:secret";

const byEmail = {
  "ada@example.com": [{ id: 1, email: "Ada@example.com" }],
  "u\u017fer@example.com": [{ id: 1, email: "user@example.com" }], // whom OneLogin takes for user
  "eve@example.com": [{ id: 2, email: "eve@example.com" }],
  "two@example.com": [{ id: 1, email: "two@example.com" }, { id: 2, email: "two@example.com" }],
};

const roles = { admin: [{ id: 7, name: "admin" }], twice: [{ id: 1, name: "twice" }, { id: 2, name: "twice" }] };

// newAccount answers as OneLogin's documentation says. tokens counts those it returned;
// only the newest is valid, and none once revoked is set.
async function newAccount() {
  const account = { tokens: 0, revoked: false };
  const server = await serve(({ method, path, query, headers, body }) => {
    if (method === "POST" && path === "/auth/oauth2/v2/token") {
      const known = headers.authorization === `Basic ${Buffer.from("id:secret").toString("base64")}` && body === "grant_type=client_credentials";
      if (!known) return { status: 401 };
      account.revoked = false;
      return { body: { access_token: `token${++account.tokens}`, expires_in: 36000 } };
    }
    if (headers.authorization !== `Bearer token${account.tokens}` || account.revoked) return { status: 401 };
    return api(path.replace("/api/2/", ""), query);
  });
  return Object.assign(account, { url: server.url });
}

function api(path, query) {
  if (path === "roles") return { body: roles[query.get("name")] ?? [] };
  if (path === "roles/7") return { body: roles.admin[0] };
  if (path === "roles/7/users") {
    if (!query.has("cursor")) return { body: [{ id: 1, name: "Ada", email: "ada@example.com" }], headers: { "After-Cursor": "second" } };
    const others = [[3, "cy"], [4, "sue"], [5, "un"], [6, "six"]]; // of six the account says nothing more
    return { body: others.map(([id, name]) => ({ id, name, email: `${name}@example.com` })) };
  }
  if (path === "users" && query.get("user_ids") === "1,3,4,5,6") {
    return { body: [{ id: 1, status: 1, state: 1 }, { id: 3, status: 1, state: 1 }, { id: 4, status: 2, state: 1 }, { id: 5, status: 1, state: 3 }] };
  }
  if (path === "users") {
    const numbered = /^user(\d+)@/.exec(query.get("email"));
    return { body: numbered ? [{ id: Number(numbered[1]), email: query.get("email") }] : (byEmail[query.get("email")] ?? []) };
  }
  if (path === "users/1") return { body: { id: 1, status: 1, state: 1, role_ids: [3, 7] } };
  if (path === "users/2") return { body: { id: 2, status: 1, state: 1, role_ids: null } };
  const [, kind, n] = /^users\/1([01])(\d)$/.exec(path) ?? [];
  if (kind === "0") return { body: { id: 100, status: Number(n), state: 1, role_ids: [7] } };
  if (kind === "1") return { body: { id: 110, status: 1, state: Number(n), role_ids: [7] } };
  return { status: 404 };
}

test("hasRole", async (t) => {
  const account = await newAccount();
  const client = new Client(account.url, pair);
  for (const [name, email, role, want, error = ""] of [
    ["by name", "ada@example.com", "admin", true],
    ["by id", "ada@example.com", "7", true],
    ["without it", "eve@example.com", "admin", false],
    ["a letter like theirs", "u\u017fer@example.com", "admin", undefined, "OneLogin has no user u\u017fer@example.com"],
    ["somebody unknown", "x@example.com", "admin", undefined, "OneLogin has no user x@example.com"],
    ["two of one e-mail", "two@example.com", "admin", undefined, "OneLogin has 2 users of the e-mail two@example.com"],
    ["a role that is none", "ada@example.com", "adm", undefined, "OneLogin has no role adm"],
    ["an id that is none", "ada@example.com", "8", undefined, "OneLogin has no role 8"],
    ["a name of two", "ada@example.com", "twice", undefined, "OneLogin has 2 roles of the name twice; use the role's id"],
    ["no role", "ada@example.com", "", undefined, "OneLogin: the role's name is empty"],
    ["nobody's e-mail", "", "admin", undefined, "OneLogin: the person has no e-mail"],
  ]) {
    await t.test(name, async () => assert.deepEqual(await said(() => client.hasRole(email, role)), { got: want, error }));
  }
  assert.equal(account.tokens, 1, "one token is for all calls");
  account.revoked = true;
  assert.equal(await client.hasRole("ada@example.com", "admin"), true);
  assert.equal(account.tokens, 2);
});

// Only an active, approved person has a role.
test("hasRole by status", async () => {
  const client = new Client((await newAccount()).url, pair);
  for (let id = 100; id < 119; id++) {
    if (id === 109) continue;
    const { got, error } = await said(() => client.hasRole(`user${id}@example.com`, "admin"));
    assert.equal(got, id === 101 || id === 111 ? true : undefined, String(id));
    assert.match(error, got ? /^$/ : /can't sign in to OneLogin/);
  }
});

test("usersInRole", async () => {
  const users = await new Client((await newAccount()).url, pair).usersInRole("admin");
  assert.deepEqual(users.map((u) => u.email), ["ada@example.com", "cy@example.com"]);
});

test("credentials", async () => {
  for (const [credentials, want] of [
    ["id:wrong", "OneLogin refused the credentials: 401; check the secret and what it may read"],
    ["nonsense", 'the credentials must be "user:password"; check the secret'],
  ]) {
    const client = new Client((await newAccount()).url, () => credentials);
    await fails(() => client.hasRole("ada@example.com", "admin"), want);
  }
});
