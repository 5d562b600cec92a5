/**
 * Returns the text of a secret. name is its name or ARN in Secrets Manager, which the function's role must be allowed
 * to read. If the environment variable FASTTRACK_SECRET_<NAME> is set, get returns its value; see {@link variable}.
 *
 * A value is kept for five minutes. If it can't be read again then, it is used for up to an hour.
 */
export function get(name: string): Promise<string>;

/** Returns a function that gets the secret, in the form in which clients of other systems take their tokens. */
export function named(name: string): () => Promise<string>;

/** Returns the environment variable of a secret: FASTTRACK_SECRET_ and the name in capitals, with _ for what is neither a letter nor a digit. */
export function variable(name: string): string;

/** Reads secrets and keeps them for a while. get and named use one of Lambda's own region. */
export class Store {
  /** url is that of the service, such as a VPC endpoint; AWS's of Lambda's own region if absent. now returns the time in milliseconds. */
  constructor(options?: { url?: string; now?: () => number });
  get(name: string): Promise<string>;
  named(name: string): () => Promise<string>;
}
