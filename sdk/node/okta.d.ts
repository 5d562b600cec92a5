import type { Vars } from "./index.js";
import type { Token } from "./rest.js";

/** A person in Okta. */
export interface User {
  readonly id: string;
  readonly login: string;
  readonly email: string;
  /** Okta's, such as "ACTIVE". */
  readonly status: string;
  /** The person's attributes, those of Okta and those that the organization added, such as "department". */
  readonly profile: Vars;
}

/** Calls one organization. */
export class Client {
  /** url is such as https://example.okta.com. token returns an API token, such as secret.named("okta-token"); that of a read-only administrator suffices. */
  constructor(url: string, token: Token);
  /** Returns the person of that login, which is an e-mail in most organizations. One whom Okta doesn't know, or who can't sign in, throws. */
  user(login: string): Promise<User>;
  /**
   * Reports whether the person of that login is in the group of that id or name. A group or a person that Okta doesn't
   * know, and a person who can't sign in, throws: a rule that says "never these" must not let them through.
   */
  inGroup(login: string, idOrName: string): Promise<boolean>;
  /** Returns the people in the group of that id or name who can sign in. */
  usersInGroup(idOrName: string): Promise<User[]>;
}
