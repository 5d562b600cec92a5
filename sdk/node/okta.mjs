// Looks up people and groups in Okta, by its management API
// (https://developer.okta.com/docs/api/).
import { listOf } from "./lib/list.mjs";
import { Mistakes } from "./lib/strict.mjs";
import { vars } from "./lib/values.mjs";
import { Client as Rest, notFound, path } from "./rest.mjs";

const active = ["ACTIVE", "PASSWORD_EXPIRED", "RECOVERY"];

// isActive reports whether a status lets a person sign in. A status that this package
// doesn't know doesn't.
const isActive = (user) => active.includes(user.status);

export class Client {
  #rest;

  constructor(url, token) {
    this.#rest = new Rest("Okta", url, async (headers) => {
      headers.Authorization = `SSWS ${await token()}`;
    });
  }

  async user(login) {
    if (!login) throw new Error("Okta: the person has no e-mail, so no login");
    const user = userOf(await this.#found(path("api", "v1", "users", login), () => unknownUser(login)));
    if (!isActive(user)) throw new Error(`user ${login} is ${user.status || "of unknown status"} in Okta, and can't sign in`);
    return user;
  }

  async inGroup(login, idOrName) {
    const want = await this.#group(idOrName);
    await this.user(login);
    try {
      for await (const page of this.#rest.pages(path("api", "v1", "users", login, "groups"))) {
        if (listOf("Okta", page).some((g) => g.id === want.id)) return true;
      }
    } catch (error) {
      throw notFound(error) ? unknownUser(login) : error;
    }
    return false;
  }

  async usersInGroup(idOrName) {
    const group = await this.#group(idOrName);
    const users = [];
    for await (const page of this.#rest.pages(path("api", "v1", "groups", group.id, "users"), { limit: "200" })) {
      users.push(...listOf("Okta", page).map(userOf).filter(isActive));
    }
    return users;
  }

  // group finds a group by id, or by its whole name.
  async #group(idOrName) {
    if (!idOrName) throw new Error("Okta: the group's name is empty");
    if (/^00g[0-9A-Za-z]{17}$/.test(idOrName)) {
      const group = await this.#found(path("api", "v1", "groups", idOrName), () => undefined);
      if (group) return group;
    }
    const quoted = idOrName.replace(/[\\"]/g, "\\$&");
    const all = listOf("Okta", await this.#rest.get("/api/v1/groups", { search: `profile.name eq "${quoted}"` }));
    const found = all.filter((g) => g.profile?.name === idOrName);
    if (found.length === 0) throw new Error(`Okta has no group ${idOrName}`);
    if (found.length > 1) throw new Error(`Okta has ${found.length} groups of the name ${idOrName}; use the group's id`);
    return found[0];
  }

  // found returns what is at a path. Where there is nothing, it throws the error of
  // missing, or returns undefined without one.
  async #found(path, missing) {
    try {
      return await this.#rest.get(path);
    } catch (error) {
      if (!notFound(error)) throw error;
      const other = missing();
      if (other) throw other;
      return undefined;
    }
  }
}

const unknownUser = (login) => new Error(`Okta has no user ${login}`);

function userOf({ id, status, profile }) {
  const attributes = vars(profile ?? {}, () => {}, new Mistakes(), "profile");
  const text = (v) => (typeof v === "string" ? v : "");
  return { id: text(id), login: attributes.string("login"), email: attributes.string("email"), status: text(status), profile: attributes };
}
