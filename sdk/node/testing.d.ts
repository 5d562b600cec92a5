import type { AskedLifecycle } from "./lib/contract.js";
import type { Counts, Event, EventName, Extends, HookInvocation, HookName, Recent, Search, Source } from "./index.js";

/** A person by e-mail, or with groups. */
export type Person = string | { email: string; groups?: readonly string[] };

/** What differs from a request of ada@example.com for the flow "sample". */
export interface Options {
  /** The hook that is called, and the event that it is about. */
  hook?: HookName;
  /** Files the request; who caused the event stays. */
  requester?: Person;
  /** Whom the requester requests for. */
  for?: Person;
  /** What the request extends. */
  extends?: Extends;
  /** The request that has taken the access over. */
  extendedBy?: string;
  /** Makes the requester a machine, such as CI's role by its ARN. */
  machine?: string;
  /** Where the event comes from, such as "slack". */
  channel?: AskedLifecycle["event"]["channel"];
  at?: Date;
  /** A person who causes the event. */
  byUser?: Person;
  /** A hook that causes the event. */
  byHook?: HookName;
  /** The reason of the event. */
  reason?: string;
  /** Who caused earlier events. */
  actors?: { [name in EventName]?: Person };
  /** The requester's reason. */
  why?: string;
  /** Where the request came from. In the channel "slack" it is verified. */
  source?: Pick<Source, "channel"> & Partial<Source>;
  durationSeconds?: number;
  /** Has access be requested until it is revoked; durationSeconds is then how often it is confirmed. */
  untilRevoked?: boolean;
  /** When access is to start, as the requester chose it. */
  scheduledStart?: Date;
  /** The status of the run, such as "pending". */
  status?: string;
  flow?: string;
  /** The label of the flow. */
  label?: string;
  vars?: Record<string, unknown>;
  /** The fields of the request; a target is { id, label, settings }. */
  fields?: Record<string, unknown>;
  /** Sensitive fields that have a value. */
  withheld?: readonly string[];
  /** The context that the requester sent. Without it the context is absent. */
  context?: unknown;
  /** The requester's earlier requests. Without it the flow has no recent: in flows.yaml. */
  recent?: Pick<Recent, "windowSeconds"> & Partial<Recent>;
  /** What is counted of earlier requests, as Event.recentOf reads it. Without a flow it is this one. */
  recentOf?: readonly ({ windowSeconds: number; flow?: string; target?: string } & Partial<Counts>)[];
  /** Earlier entries, as the contract has them. */
  history?: AskedLifecycle["run"]["history"];
  /** The seq of the entry with which the hook last ignored an action that an admin overrides, 0 for none. */
  overrideOf?: number;
  /** The outputs of earlier hooks. */
  steps?: { [hook in HookName]?: unknown };
  /** The output of the strategy that granted the access. */
  strategyOutput?: unknown;
  /** Has the flow declare fields, as flows.yaml does. A hook that reads any other throws. */
  declareFields?: readonly string[];
  /** Has the flow declare vars, as flows.yaml does. A hook that reads any other throws. */
  declareVars?: readonly string[];
  /** What hooks keep of the person who gets the access. Either kind, also empty, gives the event a store. */
  personValues?: Record<string, unknown>;
  /** What hooks keep of the flow. */
  flowValues?: Record<string, unknown>;
  trial?: boolean;
}

/** Builds an event. */
export function event(options?: Options): Event;

/** Builds the JSON document that a hook function is invoked with, for tests of a whole handler. */
export function invocation(options?: Options): HookInvocation;

/** Builds what a function of Hooks.prefetch is called with: for a query, or to check a value. */
export function search(options: Options & { field: string; query?: string; value?: string }): Search;
