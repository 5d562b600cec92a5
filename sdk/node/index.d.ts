import type * as contract from "./lib/contract.js";
import type { HookInvocation, HookResponse } from "./lib/contract.js";

export type { HookInvocation, HookResponse } from "./lib/contract.js";

/** The version of the hook contract that this package supports. */
export const CONTRACT_VERSION: "1";

/** One piece of evidence: what was checked, whether it passed, and a detail. Requesters, reviewers and auditors see it. */
export interface Check {
  readonly name: string;
  readonly passed: boolean;
  readonly detail?: string;
}

/** Approves. See {@link approve}. */
export class Approval {
  private constructor();
  readonly transition: "approve";
  readonly reason: string;
  readonly checks: readonly Check[];
  readonly durationSeconds: number | undefined;
  /** Returns a copy of the approval with evidence added. */
  because(...checks: Check[]): Approval;
  /**
   * Returns a copy of the approval for a shorter time than requested, in whole seconds. A longer time fails the hook;
   * Math.min(e.run.durationSeconds, n) never does. In a flow that grants no access, any time fails it.
   */
  forSeconds(seconds: number): Approval;
  toString(): string;
}

/** Denies. See {@link deny}. */
export class Denial {
  private constructor();
  readonly transition: "deny";
  readonly reason: string;
  readonly checks: readonly Check[];
  /** Returns a copy of the denial with evidence added. */
  because(...checks: Check[]): Denial;
  toString(): string;
}

/** Has an action not count. See {@link ignore}. */
export class Ignoring {
  private constructor();
  readonly transition: "ignore";
  readonly message: string;
  toString(): string;
}

/** Decides nothing. See {@link continue_}. */
export class Continuation {
  private constructor();
  readonly transition: "continue";
  toString(): string;
}

/** Expires. See {@link expire}. */
export class Expiry {
  private constructor();
  readonly transition: "expire";
  readonly reason: string;
  toString(): string;
}

/** Grants access. See {@link escalate}. */
export class Escalation {
  private constructor();
  readonly transition: "escalate";
  readonly reason: string;
  toString(): string;
}

/** Ends access, or grants none. See {@link deescalate}. */
export class Deescalation {
  private constructor();
  readonly transition: "deescalate";
  readonly reason: string;
  toString(): string;
}

/** Revokes access. See {@link revoke}. */
export class Revocation {
  private constructor();
  readonly transition: "revoke";
  readonly reason: string;
  toString(): string;
}

/**
 * Approves the request. Everyone sees the reason. It has at most 2,000 characters; line breaks and tabs are allowed,
 * other control characters are not. An empty reason becomes one that names the hook and the flow.
 */
export function approve(reason: string): Approval;

/** Denies the request. Everyone sees the reason. */
export function deny(reason: string): Denial;

/** Has the action not count. The person sees the message. */
export function ignore(message: string): Ignoring;

/** Decides nothing: the request goes on as it would without the hook. */
export function continue_(): Continuation;

/** Lets the request expire, with a reason. */
export function expire(reason: string): Expiry;

/** Grants access, with a reason. */
export function escalate(reason: string): Escalation;

/** Ends access now or, from onEscalate, grants none. */
export function deescalate(reason: string): Deescalation;

/** Revokes access early, with a reason. */
export function revoke(reason: string): Revocation;

interface Outcomes {
  approve: Approval;
  deny: Denial;
  ignore: Ignoring;
  expire: Expiry;
  escalate: Escalation;
  deescalate: Deescalation;
  revoke: Revocation;
}

type From<Answer extends { transition?: keyof Outcomes }> = Outcomes[NonNullable<Answer["transition"]>] | Continuation;

// What each hook may return, by the contract. Any other outcome is a type error, and fails the hook.
export type FromRequest = From<contract.AnswerOnRequest>;
export type FromAfterRequest = From<contract.AnswerAfterRequest>;
export type FromApprove = From<contract.AnswerOnApprove>;
export type FromDeny = From<contract.AnswerOnDeny>;
export type FromExpire = From<contract.AnswerOnExpire>;
export type FromEscalate = From<contract.AnswerOnEscalate>;
export type FromAfterEscalate = From<contract.AnswerAfterEscalate>;
export type FromActive = From<contract.AnswerWhileActive>;
export type FromRevoke = From<contract.AnswerOnRevoke>;
export type FromDeescalate = From<contract.AnswerOnDeescalate>;

/** Aborts once the hook's time is over. Pass it to a fetch of your own. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer T } } ? T : unknown;

/** A person, a hook or the engine. Text that is absent is empty. */
export interface User {
  readonly type: contract.AskedActor["type"] | "";
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly groups: readonly string[];
  /** True for an identity that is not a person, such as CI's role. Set only for the requester. */
  readonly machine: boolean;
}

/** Settings of flows.yaml. Each accessor returns the zero value for one that is absent or of another type. */
export interface Vars {
  /** Returns the JSON of a setting; undefined if it is absent. */
  lookup(name: string): unknown;
  string(name: string): string;
  /** Returns a setting that is a whole number. */
  int(name: string): number;
  bool(name: string): boolean;
  /** Returns a setting that is a list of strings. */
  strings(name: string): string[];
  /** Returns a copy of all settings. */
  all(): Record<string, unknown>;
  toJSON(): unknown;
}

/** What access is requested to. */
export interface Target {
  readonly id: string;
  readonly label: string;
  /** The target's settings in flows.yaml. Targets differ in what they set, so any name may be read. */
  readonly settings: Vars;
}

/**
 * The values of a request. Each accessor returns the zero value for a field that is absent, withheld or of another
 * type; lookup distinguishes them. Reading a name that the flow does not declare in flows.yaml fails the hook.
 */
export interface Fields extends Vars {
  /** Returns a duration field. */
  durationSeconds(name: string): number;
  target(name: string): Target;
}

/** A document of any shape. An absent one does not read as an empty one. */
export interface Document {
  /** Returns a copy of the document; undefined if it is absent. */
  decode(): unknown;
  /** Returns a member that is a string; undefined if the document or the member is absent, or of another type. */
  lookup(member: string): string | undefined;
  toJSON(): unknown;
}

/** The flow of the request. */
export interface Flow {
  readonly name: string;
  readonly label: string;
  /** The version of the flow's block in flows.yaml that the request was filed under; empty from an older engine. */
  readonly version: string;
  readonly vars: Vars;
}

/** One event of a run's history. */
export interface Entry {
  readonly seq: number;
  readonly event: string;
  readonly at: Date | undefined;
  readonly actor: User;
  /** The reason of actor; hookReason is that of the hook hookReasonBy. */
  readonly reason: string;
  readonly hookReason: string;
  readonly hookReasonBy: string;
  readonly error: string;
}

/** Where a request came from. */
export interface Source {
  /** "" from an older engine. */
  readonly channel: "api" | "cli" | "slack" | "web" | "";
  /** The id of a Slack channel, the address of a page or of a job of CI, the name of a host; "" if unknown. */
  readonly place: string;
  /** Whether both are proven, by Slack. Otherwise they are the caller's own words: a hook must not approve by them. */
  readonly verified: boolean;
}

/** The record of the request. */
export interface Run {
  readonly id: string;
  readonly status: contract.AskedLifecycle["run"]["status"];
  /** The requester's reason. */
  readonly reason: string;
  /** Where the request came from. */
  readonly source: Source;
  /** How long access is requested for, 0 in a flow that grants none. */
  readonly durationSeconds: number;
  /** Whether access is requested until it is revoked; durationSeconds is then how often its holder confirms it. */
  readonly untilRevoked: boolean;
  /** When access is to start, if the requester chose a time. Undefined: once the request is approved. */
  readonly scheduledStart: Date | undefined;
  /** Set once access was granted. */
  readonly startsAt: Date | undefined;
  readonly endsAt: Date | undefined;
  /** The sensitive fields that have a value. */
  readonly withheld: readonly string[];
  /** What happened so far, oldest first, at most 50 entries. */
  readonly history: readonly Entry[];
  /**
   * Set if an admin overrides this hook: its outcome is recorded and has no effect. It is the seq of the entry with
   * which the hook last ignored such an action, 0 for none.
   */
  readonly overrideOf: number | undefined;
  /** What the request extends; undefined if it extends none. */
  readonly extends: Extends | undefined;
  /** The request in which the access goes on, which has taken it over; "" if none has. */
  readonly extendedBy: string;
}

/** What a request extends: the access of another request, which it takes over once it is granted. */
export interface Extends {
  /** The request whose access it extends. */
  readonly id: string;
  /** Counts the extensions of the access: the first is 1. */
  readonly number: number;
  /** When the access began, in the first request that was extended. */
  readonly startedAt: Date;
  /** When the access ends without the extension; the request's duration counts from then. */
  readonly endsAt: Date;
  /** How long the access lasts without the extension. */
  readonly totalSeconds: number;
}

/** Counts the requester's earlier requests of the flow, within the window before this one. */
export interface Recent {
  readonly windowSeconds: number;
  readonly requested: number;
  readonly approved: number;
  readonly denied: number;
  readonly escalated: number;
  /** Those for the same target. */
  readonly sameTarget: { readonly approved: number; readonly denied: number };
}

/** Numbers of requests. */
export interface Counts {
  readonly requested: number;
  readonly approved: number;
  readonly denied: number;
  /** Those whose access was granted. */
  readonly escalated: number;
}

/** The hooks by their names in the contract. */
export type HookName = contract.AnswerHook;

/** What happens to a request. */
export type EventName = contract.AskedLifecycle["event"]["name"];

/**
 * What the hooks of a flow keep between requests. What a hook puts is stored together with its outcome, once that takes
 * effect, and else not at all.
 */
export interface Store {
  /** The values of the person who gets the access. No event has those of anybody else. */
  readonly person: Values;
  /** The values of the flow. */
  readonly flow: Values;
  /** What the hook has put so far. It is for tests. */
  puts(): contract.AnswerPut[];
}

/** The values of one scope of a store. A key that flows.yaml does not declare fails the hook. */
export interface Values {
  /** Returns a copy of the value of a key; undefined if there is none. What the hook itself has put counts. */
  get(key: string): unknown;
  /** Returns the keys that begin with prefix and have a value, in order. */
  list(prefix?: string): string[];
  /**
   * Keeps a value for so many seconds, at most 400 days; 0 is 90 days. It holds if nobody has changed the value since this
   * event was sent: else nothing of the outcome counts, and the hook is called again with what there is then.
   */
  put(key: string, value: unknown, ttlSeconds?: number): void;
  /** Keeps a value as put does, whatever there is by then. */
  set(key: string, value: unknown, ttlSeconds?: number): void;
  /** Removes the value of a key, under the condition of put. */
  delete(key: string): void;
}

/** What Hooks.getFlows is called with: a person, who may request the flow by flows.yaml. */
export interface Viewer {
  readonly requester: User;
  readonly flow: Pick<Flow, "name" | "label" | "vars">;
  readonly signal: Signal;
}

/** What a hook is called for: something that happens to a request. Reading a member that does not exist fails the hook. */
export interface Event {
  /** The hook that is called, such as "on_request". */
  readonly hook: HookName;
  /** What happens. */
  readonly name: EventName;
  readonly at: Date;
  /** Where the event came from. */
  readonly channel: contract.AskedLifecycle["event"]["channel"];
  /** The reason of this event; run.reason is the requester's. */
  readonly reason: string;
  /** Caused this event. */
  readonly user: User;
  /** Filed the request. */
  readonly requester: User;
  /** Gets the access: the requester, unless they requested for somebody else. */
  readonly holder: User;
  readonly flow: Flow;
  readonly run: Run;
  readonly fields: Fields;
  /** JSON that a machine sent with its request. */
  readonly context: Document;
  /** Counts the requester's earlier requests; undefined if the flow has no recent: in flows.yaml, which is not the same as never. */
  readonly recent: Recent | undefined;
  /**
   * Counts the requester's earlier requests of a flow within a window, for a target. Without a flow it is that of this
   * request, without a target any. It is undefined if there are too many in the window to count all of them, and if the
   * flow counts nothing (recent: in flows.yaml); neither means never. A window, flow or target that flows.yaml does not
   * have counted fails the hook.
   */
  recentOf(windowSeconds: number, flow?: string, target?: string): Counts | undefined;
  /** What the flow's hooks keep between requests, such as counters: values that the flow names under store: in flows.yaml. */
  readonly store: Store;
  /** Whether a hook, not a person, caused this event. */
  readonly byHook: boolean;
  /**
   * Whether the outcome has no effect. A hook that changes something elsewhere must not do so then. It is true in
   * `fasttrack simulate`, `fasttrack backtest` and `fasttrack hooks check`. In a flow in shadow mode it is true for
   * onRequest and the reducers that run in its invocation.
   */
  readonly trial: boolean;
  /** Aborts once the hook's time is over. */
  readonly signal: Signal;
  /** Returns who last caused an event of that name; an empty user if nobody did. */
  actor(event: EventName): User;
  /** Records evidence and returns passed. */
  check(name: string, passed: boolean, detail?: string): boolean;
  /** Keeps a value for later hooks, as JSON of at most 8 KiB; see step. An invocation keeps one output. */
  output(value: unknown): void;
  /** Returns what an earlier step of the run left: what a hook kept by output, or the output of the strategy, as "escalate". */
  step(name: HookName | "escalate"): Document;
}

/** Stands for the flow's own list in {@link Permissions}. */
export const KEEP: unique symbol;

/** A list of e-mails, "group:NAME", "everyone" and "admins", at most 1,000. */
export type Principals = readonly string[] | typeof KEEP | null | undefined;

/** Overrides members of the flow's review. */
export interface Permissions {
  /** May decide, besides the flow's admins, who always may. KEEP keeps the flow's approvers; null leaves the admins only. */
  readonly approvers: Principals;
  /** May see the request, besides the flow's viewers and the approvers. KEEP and null add nobody. */
  readonly viewers?: Principals;
  /** Whether requesters may approve their own requests. */
  readonly selfApproval?: boolean;
  /** How many people must approve, or requirements that all must be met. */
  readonly approvals?: number | readonly Requirement[];
  /** How long the review waits, from when the request was filed; 0 keeps the flow's. */
  readonly timeoutSeconds?: number;
}

/** Demands approvals of count different people of the principal from, or of any approver without one. */
export interface Requirement {
  readonly from?: string;
  readonly count: number;
}

/** Names who is notified, and how long to wait for a decision before the next notification. */
export interface Notification {
  /**
   * Entries as the notify list of flows.yaml has them. People: an e-mail address, "group:sre", "admins", "everyone", an
   * ARN or "issuer|subject". Channels: "sns", "webhook", "slack:#ops", "slack:C0123ABCD", "slack:@grace@example.com",
   * "slack:@requester", "email:ops@example.com", "teams:ops". One that the deployment can't deliver to is skipped.
   */
  readonly to: readonly string[];
  readonly waitSeconds?: number;
}

/**
 * What a function of Hooks.prefetch is called with: for the options of a field while a person writes a request, and
 * to check the chosen value when the request is filed. A function that searches the values of its options can treat
 * both the same: a value that is checked is the query too. One that searches elsewhere must look at value first.
 */
export interface Search {
  readonly field: string;
  /** What the person typed so far, "" at first. When a value is checked, it is that value. */
  readonly query: string;
  /** The value to check, empty during a search. */
  readonly value: string;
  /** Writes the request. */
  readonly requester: User;
  readonly flow: Flow;
  /** The other fields when a value is checked, without sensitive ones. During a search, those that the field depends on (depends_on in flows.yaml). */
  readonly fields: Fields;
  readonly trial: boolean;
  readonly signal: Signal;
  /** Reports that more options exist than are returned. More than 100 returned options report it by themselves. */
  more(): void;
}

/** One option of a field. People see the label, or the value without one. */
export interface Option {
  readonly value: string;
  readonly label?: string;
}

type Hook<Outcome> = (e: Event) => Outcome | Promise<Outcome>;

/** The hooks of one flow. One that is absent is never called and costs nothing. */
export interface Hooks {
  /** Runs first, before the request goes to people. */
  onRequest?: Hook<FromRequest>;
  /** Names the approvers, after an onRequest that decided nothing. */
  getPermissions?: Hook<Permissions>;
  /** Names who is notified, in order. null keeps the flow's list, an empty list notifies nobody. */
  getNotifications?: Hook<readonly Notification[] | null>;
  /** Runs once the request has gone to people. */
  afterRequest?: Hook<FromAfterRequest>;
  /** Runs before an approve counts, a person's or a hook's (see Event.byHook). */
  onApprove?: Hook<FromApprove>;
  afterApprove?: Hook<void>;
  /** Runs before a deny takes effect. */
  onDeny?: Hook<FromDeny>;
  afterDeny?: Hook<void>;
  /** Runs at the timeout of the review. */
  onExpire?: Hook<FromExpire>;
  afterExpire?: Hook<void>;
  afterCancel?: Hook<void>;
  /** Runs before access is granted. */
  onEscalate?: Hook<FromEscalate>;
  /** Runs once access was granted. */
  afterEscalate?: Hook<FromAfterEscalate>;
  /** Runs every recheck of flows.yaml while access is active. Its failure changes nothing. */
  whileActive?: Hook<FromActive>;
  /** Runs before access ends on time. */
  onDeescalate?: Hook<FromDeescalate>;
  afterDeescalate?: Hook<void>;
  /** Runs before a person's revoke takes effect. */
  onRevoke?: Hook<FromRevoke>;
  afterRevoke?: Hook<void>;
  afterFail?: Hook<void>;
  /** A function for each field that has prefetch in flows.yaml. It returns the options of the field, within 5 s. */
  prefetch?: Record<string, (s: Search) => readonly Option[] | Promise<readonly Option[]>>;
  /**
   * Reports whether a person sees the flow, which has get_flows in flows.yaml, within 5 s. To whom it does not show the flow,
   * the flow is unknown: also while it fails.
   */
  getFlows?: (v: Viewer) => boolean | Promise<boolean>;
}

/** The hooks of each flow, by its name. Those of "*" are for flows that have none of their own. */
export type Flows = Record<string, Hooks>;

/** The handler of a Lambda function. */
export type Handler = (event: HookInvocation, context?: { getRemainingTimeInMillis?(): number }) => Promise<HookResponse>;

/**
 * Returns the handler of a Lambda function that serves hooks. A hook that throws or runs out of time approves
 * nothing: the request goes to people, who see why. serve throws for a name that is no hook.
 */
export function serve(flows: Flows): Handler;
