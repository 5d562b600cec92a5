// Looks up in PagerDuty who is on call, and whether there is an incident, by its REST API
// (https://developer.pagerduty.com/api-reference/).
import { equal } from "./email.mjs";
import { listOf } from "./lib/list.mjs";
import { Client as Rest, MAX_PAGES, notFound, path } from "./rest.mjs";

// The base URLs of PagerDuty's regions.
export const URL = "https://api.pagerduty.com";
export const EU = "https://api.eu.pagerduty.com";

const pageSize = 100; // the largest page that PagerDuty returns

// kinds are those of things that have an id and a name, and what its API calls them.
const schedules = { word: "schedule", list: "schedules", filter: "schedule_ids[]" };
const policies = { word: "escalation policy", list: "escalation_policies", filter: "escalation_policy_ids[]" };
const services = { word: "service", list: "services", filter: "service_ids[]" };

// A rotation says whose duty counts.
export const schedule = (idOrName) => Object.freeze({ kind: schedules, idOrName });
export const policy = (idOrName, levels) => Object.freeze({ kind: policies, idOrName, levels });
export const anySchedule = () => Object.freeze({ kind: schedules, any: true });

export class Client {
  #rest;

  constructor(url, token) {
    this.#rest = new Rest("PagerDuty", url || URL, async (headers) => {
      headers.Authorization = `Token token=${await token()}`;
      headers.Accept = "application/vnd.pagerduty+json;version=2";
    });
  }

  async isOnCall(email, rotation) {
    if (!email) throw new Error("PagerDuty: the person has no e-mail");
    const users = rotation?.any ? await this.#personOnCall(email, rotation) : await this.usersOnCall(rotation);
    return users.some((u) => equal(u.email, email));
  }

  async usersOnCall(rotation) {
    if (rotation?.any) return (await this.#onCalls(rotation, "", [])).users;
    if (!rotation?.idOrName) throw new Error("PagerDuty: the schedule or escalation policy has no name");
    const { kind, idOrName, levels } = rotation;
    if (kind === policies && !(Number.isInteger(levels) && levels >= 1)) throw new Error(`PagerDuty: the level of policy must be 1 or more, got ${levels}`);
    if (isID(idOrName)) {
      const { users, found } = await this.#onCallOf(rotation, idOrName);
      if (found) return users;
    }
    return (await this.#onCallOf(rotation, await this.#byName(kind, idOrName))).users;
  }

  async hasIncident({ service = "", urgency = "", assignee = "", since = undefined, ...other }) {
    const [unknown] = Object.keys(other);
    if (unknown !== undefined) throw new Error(`PagerDuty: hasIncident knows no ${unknown}; it knows service, urgency, assignee, since`);
    if (service === "" && assignee === "") throw new Error("PagerDuty: hasIncident must have a service or an assignee; any incident anywhere says little");
    const query = [["statuses[]", "triggered"], ["statuses[]", "acknowledged"]];
    if (urgency !== "") {
      if (urgency !== "high" && urgency !== "low") throw new Error(`PagerDuty: the urgency of hasIncident must be "high" or "low", got ${JSON.stringify(urgency)}`);
      query.push(["urgencies[]", urgency]);
    }
    query.push(...times(since));
    if (assignee !== "") {
      const id = await this.#userID(assignee);
      if (id === undefined) return false;
      query.push(["user_ids[]", id]);
    }
    if (service === "") return this.#hasIncident(query);
    if (isID(service)) {
      if (await this.#hasIncident([...query, [services.filter, service]])) return true;
      if (await this.#exists(services, service)) return false;
    }
    return this.#hasIncident([...query, [services.filter, await this.#byName(services, service)]]);
  }

  async #hasIncident(query) {
    for await (const page of this.#pages("/incidents", query)) {
      if (listOf("PagerDuty", page.incidents).length > 0) return true;
    }
    return false;
  }

  // personOnCall returns the person of that e-mail, if on call: of a large account it
  // reads one page where everybody on call would be many.
  async #personOnCall(email, rotation) {
    const id = await this.#userID(email);
    return id === undefined ? [] : (await this.#onCalls(rotation, "", [["user_ids[]", id]])).users;
  }

  // onCallOf returns who is on call in the rotation of that id; found is false for an
  // unknown one.
  async #onCallOf(rotation, id) {
    const { users, listed } = await this.#onCalls(rotation, id, [[rotation.kind.filter, id]]);
    if (listed) return { users, found: true };
    // Nobody is on call, or PagerDuty can't say who: the difference is an error.
    const there = await this.#exists(rotation.kind, id);
    if (there && rotation.kind === schedules && listOf("PagerDuty", there.schedule?.escalation_policies).length === 0) {
      throw new Error(`no escalation policy of PagerDuty uses the schedule ${rotation.idOrName}, so nobody of it is ever on call; add it to one`);
    }
    return { users, found: there !== undefined };
  }

  // onCalls reads PagerDuty's list by a filter of the query. The filter is PagerDuty's: an
  // entry of another rotation does not count. listed is false for an empty list.
  async #onCalls(rotation, id, query) {
    const users = new Map();
    let listed = false;
    for await (const page of this.#pages("/oncalls", [...query, ["include[]", "users"]])) {
      for (const entry of listOf("PagerDuty", page.oncalls)) {
        listed = true;
        const { user } = entry;
        if (counts(rotation, entry, id) && user && !user.deleted_at && !users.has(user.id)) {
          users.set(user.id, { id: user.id, name: user.name ?? "", email: user.email ?? "" });
        }
      }
    }
    return { users: [...users.values()], listed };
  }

  // exists returns the thing of that id, undefined if there is none.
  async #exists(kind, id) {
    try {
      return await this.#rest.get(path(kind.list, id));
    } catch (error) {
      if (notFound(error)) return undefined;
      throw error;
    }
  }

  // byName returns the id of the one thing of that whole name. PagerDuty's search also
  // finds parts of names, in letters of either case.
  async #byName(kind, name) {
    const found = [];
    for await (const page of this.#pages("/" + kind.list, [["query", name]])) {
      found.push(...listOf("PagerDuty", page[kind.list]).filter((n) => n.name === name));
    }
    if (found.length === 0) throw new Error(`PagerDuty has no ${kind.word} ${name}`);
    if (found.length > 1) throw new Error(`PagerDuty has ${found.length} ${kind.list.replaceAll("_", " ")} of the name ${name}; use the id`);
    return found[0].id;
  }

  // userID returns the id of the person of an e-mail, undefined if PagerDuty has none. Its
  // search also finds parts of names.
  async #userID(email) {
    for await (const page of this.#pages("/users", [["query", email]])) {
      const found = listOf("PagerDuty", page.users).find((u) => equal(u.email, email));
      if (found) return found.id;
    }
    return undefined;
  }

  // pages reads the pages of a list by offset, until the last one.
  async *#pages(list, query) {
    for (let n = 0; n < MAX_PAGES; n++) {
      const page = await this.#rest.get(list, [...query, ["limit", pageSize], ["offset", n * pageSize]]);
      yield page;
      if (page.more !== true) return;
    }
    throw new Error(`PagerDuty lists more than ${MAX_PAGES} pages`);
  }
}

// isID reports whether a text has the form of PagerDuty's ids, such as PI7DH85. A name may
// have it too.
const isID = (s) => /^[A-Z0-9]{2,}$/.test(s);

// counts reports whether an entry is of the rotation of that id.
function counts({ kind, levels, any }, entry, id) {
  if (kind === policies) return entry.escalation_policy?.id === id && entry.escalation_level >= 1 && entry.escalation_level <= levels;
  return Boolean(entry.schedule) && (any || entry.schedule.id === id);
}

// times are those at which an incident was created. PagerDuty looks at the last month
// unless it is asked for all.
function times(since) {
  if (since === undefined) return [["date_range", "all"]];
  if (!(since instanceof Date) || Number.isNaN(since.getTime())) throw new Error("PagerDuty: the since of hasIncident must be a Date");
  return [["since", since.toISOString()], ["until", new Date(Date.now() + 60_000).toISOString()]];
}
