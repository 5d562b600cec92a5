// Looks up people and roles in OneLogin, by its API
// (https://developers.onelogin.com/api-docs/2/).
import { equal } from "./email.mjs";
import { listOf } from "./lib/list.mjs";
import { Client as Rest, MAX_PAGES, basic, hasStatus, notFound } from "./rest.mjs";

const early = 60_000; // ms before its expiry in which a token is renewed
const idsAtOnce = 50; // people who are looked up in one call

// isActive reports whether a person can sign in: by OneLogin's documentation only those of
// status 1 can, and none whose state is unapproved, rejected or unlicensed.
const isActive = (u) => u.status === 1 && u.state === 1;

export class Client {
  #rest;
  #access;

  constructor(url, credentials) {
    this.#access = new Access(url, credentials);
    this.#rest = new Rest("OneLogin", url, (headers) => this.#access.add(headers));
  }

  async hasRole(email, role) {
    if (!email) throw new Error("OneLogin: the person has no e-mail");
    const id = await this.#role(role);
    const users = (await this.#list("/api/2/users", { email })).filter((u) => equal(u.email, email));
    if (users.length === 0) throw new Error(`OneLogin has no user ${email}`);
    if (users.length > 1) throw new Error(`OneLogin has ${users.length} users of the e-mail ${email}`);
    const { body: user } = await this.#get(`/api/2/users/${Number(users[0].id)}`); // a list leaves the roles out
    if (!isActive(user)) {
      throw new Error(`user ${email} can't sign in to OneLogin: status ${user.status ?? 0}, state ${user.state ?? 0}; only status 1, state 1 can`);
    }
    return listOf("OneLogin", user.role_ids).includes(id);
  }

  async usersInRole(role) {
    const id = await this.#role(role);
    const members = await this.#list(`/api/2/roles/${id}/users`);
    const ids = new Set(); // of those who can sign in; the list of a role leaves out the status
    for (let i = 0; i < members.length; i += idsAtOnce) {
      const some = members.slice(i, i + idsAtOnce).map((u) => u.id);
      for (const u of await this.#list("/api/2/users", { user_ids: some.join(",") })) {
        if (isActive(u)) ids.add(u.id);
      }
    }
    return members.filter((u) => ids.has(u.id)).map(({ id, name = "", email = "" }) => ({ id, name, email }));
  }

  // role finds the id of a role by its id or whole name.
  async #role(role) {
    if (!role && role !== 0) throw new Error("OneLogin: the role's name is empty");
    if (/^-?\d+$/.test(role)) {
      try {
        await this.#get(`/api/2/roles/${role}`);
      } catch (error) {
        throw notFound(error) ? new Error(`OneLogin has no role ${role}`) : error;
      }
      return Number(role);
    }
    const found = (await this.#list("/api/2/roles", { name: role })).filter((r) => r.name === role);
    if (found.length === 0) throw new Error(`OneLogin has no role ${role}`);
    if (found.length > 1) throw new Error(`OneLogin has ${found.length} roles of the name ${role}; use the role's id`);
    return found[0].id;
  }

  // list reads all pages of a list, by the cursor that comes with each
  // (https://developers.onelogin.com/api-docs/2/getting-started/using-query-parameters).
  async #list(path, query = {}) {
    const all = [];
    let cursor;
    for (let n = 0; n < MAX_PAGES; n++) {
      const { body, headers } = await this.#get(path, { limit: "100", ...query, ...(cursor && { cursor }) });
      all.push(...listOf("OneLogin", body));
      const next = headers.get("After-Cursor");
      if (!next || next === cursor) return all;
      cursor = next;
    }
    throw new Error(`OneLogin lists more than ${MAX_PAGES} pages`);
  }

  // get takes another token where the first is refused: tokens can be revoked.
  async #get(path, query) {
    let response;
    try {
      response = await this.#rest.do({ path, query });
    } catch (error) {
      if (!hasStatus(error, 401)) throw error;
      this.#access.forget();
      response = await this.#rest.do({ path, query });
    }
    if (response.body === undefined || response.body === null) throw new Error("OneLogin sent an empty response; it must be JSON");
    return response;
  }
}

// Access holds the token that calls are made with (OAuth 2.0 client credentials,
// https://developers.onelogin.com/api-docs/2/oauth20-tokens/generate-tokens-2).
class Access {
  #rest;
  #token = "";
  #until = 0;

  constructor(url, credentials) {
    this.#rest = new Rest("OneLogin", url, basic(credentials));
  }

  // add adds a token that is valid for another minute at least.
  async add(headers) {
    if (Date.now() > this.#until) {
      const got = await this.#rest.post("/auth/oauth2/v2/token", new URLSearchParams({ grant_type: "client_credentials" }));
      if (typeof got?.access_token !== "string" || got.access_token === "") throw new Error("OneLogin returned no token for the credentials; check the secret");
      this.#token = got.access_token;
      this.#until = Date.now() + (Number(got.expires_in) || 0) * 1000 - early;
    }
    headers.Authorization = `Bearer ${this.#token}`;
  }

  forget() {
    this.#until = 0;
  }
}
