import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../okta.mjs";
import { fails, said, serve } from "./support.mjs";

const deployers = "00g1emaKYZTWRYYRRTSK";

// statuses are those of Okta's users, but ACTIVE, and one that it doesn't have.
const statuses = ["STAGED", "PROVISIONED", "PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT", "SUSPENDED", "DEPROVISIONED", "TOMORROW"];

const group = (id, name) => ({ id, profile: { name } });

const user = (name, status = "ACTIVE") => ({
  id: name,
  status,
  profile: {
    login: `${name}@example.com`, email: `${name}@example.com`, secondEmail: null,
    department: "Payments", costCenters: ["c1", "c2"], onCall: true, // the last two are the organization's own
  },
});

const searches = {
  'profile.name eq "deployers"': [group(deployers, "deployers"), group("00gother", "Deployers")],
  'profile.name eq "a \\"b\\""': [group("00gquoted", 'a "b"')],
  'profile.name eq "twice"': [group("1", "twice"), group("2", "twice")],
};

// organization answers as Okta's documentation says: lists come in pages that a Link
// header joins.
async function organization() {
  const others = statuses.map((status) => user(`is-${status}`, status));
  const lists = {
    "users/ada@example.com/groups": [[group("00g0", "Everyone")], [group(deployers, "deployers")]],
    "users/eve@example.com/groups": [[group("00g0", "Everyone")]],
    [`groups/${deployers}/users`]: [[user("ada"), ...others], [user("cy")]],
  };
  const single = { [`groups/${deployers}`]: group(deployers, "deployers"), "users/ada@example.com": user("ada"), "users/eve@example.com": user("eve") };
  for (const other of others) {
    single[`users/${other.profile.login}`] = other;
    lists[`users/${other.profile.login}/groups`] = [[group(deployers, "deployers")]];
  }
  const { url } = await serve(({ path, query, headers }) => {
    if (headers.authorization !== "SSWS k") return { status: 401 };
    const name = path.replace("/api/v1/", "");
    if (name === "groups") return { body: searches[query.get("search")] ?? [] };
    if (single[name]) return { body: single[name] };
    if (!lists[name]) return { status: 404 };
    const n = Number(query.get("after") ?? 0);
    const links = [`<http://${headers.host}${path}>; rel="self"`];
    if (n + 1 < lists[name].length) links.push(`<http://${headers.host}${path}?after=${n + 1}>; rel="next"`);
    return { body: lists[name][n], headers: { Link: links } };
  });
  return url;
}

const key = () => "k";

// Who can't sign in is neither in a group nor out of it.
test("inGroup by status", async () => {
  const client = new Client(await organization(), key);
  for (const status of statuses) {
    const can = status === "PASSWORD_EXPIRED" || status === "RECOVERY";
    const want = can ? { got: true, error: "" } : { got: undefined, error: `user is-${status}@example.com is ${status} in Okta, and can't sign in` };
    assert.deepEqual(await said(() => client.inGroup(`is-${status}@example.com`, "deployers")), want);
  }
});

test("inGroup", async (t) => {
  const client = new Client(await organization(), key);
  for (const [name, login, of, want, error = ""] of [
    ["by name, on the second page", "ada@example.com", "deployers", true],
    ["by id", "ada@example.com", deployers, true],
    ["not in it", "eve@example.com", "deployers", false],
    ["a name with quotes", "eve@example.com", 'a "b"', false],
    ["somebody unknown", "x@example.com", "deployers", undefined, "Okta has no user x@example.com"],
    ["a group that is none", "ada@example.com", "deploy", undefined, "Okta has no group deploy"],
    ["an id that is none", "ada@example.com", "00g1emaKYZTWRYYRR404", undefined, "Okta has no group 00g1emaKYZTWRYYRR404"],
    ["a name of two", "ada@example.com", "twice", undefined, "Okta has 2 groups of the name twice; use the group's id"],
    ["no group", "ada@example.com", "", undefined, "Okta: the group's name is empty"],
    ["nobody's login", "", "deployers", undefined, "Okta: the person has no e-mail, so no login"],
  ]) {
    await t.test(name, async () => assert.deepEqual(await said(() => client.inGroup(login, of)), { got: want, error }));
  }
});

test("usersInGroup", async () => {
  const users = await new Client(await organization(), key).usersInGroup("deployers");
  assert.deepEqual(users.map((u) => u.login), ["ada@example.com", "is-PASSWORD_EXPIRED@example.com", "is-RECOVERY@example.com", "cy@example.com"]);
});

// A user comes with the profile, custom attributes too.
test("user", async () => {
  const client = new Client(await organization(), key);
  const { id, email, status, profile } = await client.user("ada@example.com");
  assert.deepEqual([id, email, status], ["ada", "ada@example.com", "ACTIVE"]);
  assert.equal(profile.string("department"), "Payments");
  assert.deepEqual(profile.strings("costCenters"), ["c1", "c2"]);
  assert.ok(profile.bool("onCall"));
  assert.deepEqual([profile.string("secondEmail"), profile.string("onCall"), profile.strings("department"), profile.bool("absent")], ["", "", [], false]);
  assert.throws(() => profile.department, /profile has no member "department"/);
  await fails(() => client.user("x@example.com"), "Okta has no user x@example.com");
  await fails(() => client.user(""), "Okta: the person has no e-mail, so no login");
});

test("a refused key is named", async () => {
  const client = new Client(await organization(), () => "wrong");
  await fails(() => client.inGroup("ada@example.com", "deployers"), "Okta refused the credentials: 401; check the secret and what it may read");
});
