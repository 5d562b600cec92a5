/** Returns a secret, such as secret.named("jira-token"). */
export type Token = () => string | Promise<string>;

/** Adds credentials to the headers of a request. */
export type Auth = (headers: Record<string, string>) => void | Promise<void>;

/** Sends a token as "Authorization: Bearer TOKEN". */
export function bearer(token: Token): Auth;

/** Sends credentials of the form "user:password" by HTTP's basic authentication. */
export function basic(credentials: Token): Auth;

/** Joins segments to a path, each escaped: path("users", "a/b") is "/users/a%2Fb". */
export function path(...segments: (string | number)[]): string;

export type Query = Record<string, string> | readonly (readonly [string, string | number])[];

export interface Request {
  /** GET if absent. */
  method?: string;
  /** Appended to the client's base URL. It is escaped already; see {@link path}. */
  path: string;
  query?: Query;
  /** Sent as JSON; URLSearchParams as a form. */
  body?: unknown;
}

export interface Response {
  /** The decoded JSON; undefined for an empty response. */
  body: any;
  headers: { get(name: string): string | null };
}

/**
 * Calls one service. A call, with its retries, ends half a second before the hook's time limit. It is retried after
 * 429 and 5xx, and waits as long as the response asks for. Redirects are not followed, and only https is called, or
 * http on this machine. An error names the service and holds neither the URL nor the response: a reviewer reads it.
 */
export class Client {
  /** service is the name that errors have, such as "Jira". */
  constructor(service: string, baseURL: string, auth?: Auth);
  /** Calls a path and returns the decoded response. */
  get(path: string, query?: Query): Promise<any>;
  /** Sends a body as JSON, or as a form if it is URLSearchParams. */
  post(path: string, body?: unknown): Promise<any>;
  /**
   * Sends a request. Any status but 2xx throws a RestError. A POST or PATCH is retried only where it had no effect:
   * after 429 and 503, and where no connection was made. The hook itself is called at least once, so make what it
   * changes repeatable by the run's id.
   */
  do(request: Request): Promise<Response>;
  /** Reads a list page by page, by the links of the responses (RFC 8288). One of more than MAX_PAGES throws. */
  pages(path: string, query?: Query): AsyncGenerator<any, void, undefined>;
}

/** A response with any status but 2xx. */
export class RestError extends Error {
  constructor(service: string, status: number, path: string);
  readonly service: string;
  readonly status: number;
  readonly path: string;
  /** The start of the response, at most 4 KiB. The message leaves it out, since it may quote what a reviewer must not see. */
  readonly body: string;
}

/** Reports whether an error is a 404. */
export function notFound(error: unknown): boolean;

/** Reports whether an error is a RestError of that HTTP status. */
export function hasStatus(error: unknown, status: number): boolean;

/** How many pages of a list are read. A longer list is an error: a part of it would answer wrongly. */
export const MAX_PAGES: 100;
