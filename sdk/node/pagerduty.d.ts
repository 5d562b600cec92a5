import type { Token } from "./rest.js";

/** The base URL of PagerDuty's region in the USA. */
export const URL: string;
/** The base URL of PagerDuty's region in the EU. */
export const EU: string;

/** Says whose duty counts. */
export interface Rotation {
  readonly kind: { readonly word: string };
}

/** The rotation of a schedule, by its id or name. */
export function schedule(idOrName: string): Rotation;

/**
 * The rotation of an escalation policy, by its id or name, down to the highest level that counts: 1 is who is called
 * first. A whole policy can't be named, since its last level is often everybody.
 */
export function policy(idOrName: string, levels: number): Rotation;

/**
 * The rotation of all schedules that an escalation policy uses, at any level. People who stand in an escalation
 * policy without a schedule are always on call, so they don't count.
 */
export function anySchedule(): Rotation;

/** A person in PagerDuty. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** Which open incidents count: triggered or acknowledged ones that fit each member that is set. */
export interface Incidents {
  /** The id or the name of the incident's service. */
  service?: string;
  urgency?: "high" | "low" | "";
  /** The e-mail of a person to whom the incident is assigned. */
  assignee?: string;
  /** The earliest time at which the incident was created. */
  since?: Date;
}

/** Calls one account. */
export class Client {
  /** url is {@link URL} if it is empty. token returns an API key, such as secret.named("pagerduty-token"); a read-only one suffices. */
  constructor(url: string, token: Token);
  /**
   * Reports whether the person of that e-mail is on call now. A schedule or policy that PagerDuty doesn't have throws,
   * and so does a schedule that no escalation policy uses. A person whom PagerDuty doesn't have is not on call.
   */
  isOnCall(email: string, rotation: Rotation): Promise<boolean>;
  /** Returns who is on call now, each person once. */
  usersOnCall(rotation: Rotation): Promise<User[]>;
  /** Reports whether there is such an incident now. A service that PagerDuty doesn't have throws. */
  hasIncident(of: Incidents): Promise<boolean>;
}
