import type { Token } from "./rest.js";

/** A person in OneLogin. */
export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string;
}

/** Calls one account. Keep the client for later calls: it keeps its access token. */
export class Client {
  /**
   * url is such as https://example.onelogin.com. credentials returns the id and the secret of API credentials as
   * "id:secret", such as secret.named("onelogin-credentials"); the scope "read users" suffices.
   */
  constructor(url: string, credentials: Token);
  /**
   * Reports whether the person of that e-mail has the role of that name, or of that id if it is a number. A role or a
   * person that OneLogin doesn't know, and a person who can't sign in, throws.
   */
  hasRole(email: string, role: string): Promise<boolean>;
  /** Returns the people who have the role of that name or id and can sign in. */
  usersInRole(role: string): Promise<User[]>;
}
