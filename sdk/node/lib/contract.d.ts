// Generated from schema/hook-asked.v1.json and schema/hook-answer.v1.json by
// `go run ./tools/contracttypes`. DO NOT EDIT.

export type AskedActor = {
  email?: string;
  groups?: string[];
  id?: string;
  name?: string;
  /** For a hook, id is the hook's name; the engine has none. */
  type: "user" | "hook" | "engine";
};

/** The values of the request, without the sensitive ones. A duration is in seconds, a target an object, a user an e-mail. */
export type AskedFields = { [name: string]: string | number | boolean | string[] | {
  id: string;
  label?: string;
  /** The target's settings in flows.yaml. */
  settings?: { [name: string]: unknown };
} };

export type AskedFlow = {
  label?: string;
  name: string;
  /** The flow's vars in flows.yaml. */
  vars?: { [name: string]: unknown };
};

/** The hook to call. After an undecided on_request, the function may respond for get_permissions and get_notifications in the same invocation, and after get_permissions for get_notifications. none calls no hook: it is for a flow with hooks: none, and for learning which flows the function has hooks for. */
export type AskedHook = "on_request" | "get_permissions" | "get_notifications" | "after_request" | "on_approve" | "after_approve" | "on_deny" | "after_deny" | "on_expire" | "after_expire" | "after_cancel" | "on_escalate" | "after_escalate" | "while_active" | "on_deescalate" | "after_deescalate" | "on_revoke" | "after_revoke" | "after_fail" | "prefetch" | "none";

/** Values by key. */
export type AskedKept = { [name: string]: {
  /** When the value is gone. */
  expires_at: string;
  /** Any JSON of at most 4 KiB. */
  value: unknown;
  /** Changes with each put; for if_version. */
  version: string;
} };

export type AskedLifecycle = {
  /** What happens to the request. */
  event: {
    /** Who caused it. */
    actor: AskedActor;
    at: string;
    /** Where it came from; hook if a hook caused it. */
    channel: "api" | "cli" | "slack" | "web" | "hook" | "engine";
    name: "request" | "approve" | "deny" | "expire" | "cancel" | "escalate" | "deescalate" | "revoke" | "fail";
    /** The reason that came with it. */
    reason?: string;
  };
  run: {
    /** Once access was granted: when it was read back, and when it ends. */
    access?: {
      ends_at: string;
      starts_at: string;
    };
    /** Who last caused each event. */
    actors: { [name: string]: AskedActor };
    /** The requester's context: any JSON of at most 64 KiB. Absent if none was sent, which differs from empty. */
    context?: unknown;
    /** The requested duration of access; absent if the flow grants none. */
    duration_seconds?: number;
    /** The request in which the access goes on, which has taken it over. Absent where none has. */
    extended_by?: string;
    /** What the request extends: the access of another request, which it takes over once it is granted. Absent where it extends none. */
    extends?: {
      /** When the access ends without the extension. The duration counts from then. */
      ends_at: string;
      /** The request whose access it extends. */
      id: string;
      /** Counts the extensions of the access: the first is 1. */
      number: number;
      /** When the access began, in the first request that was extended. */
      started_at: string;
      /** How long the access lasts without the extension. */
      total_seconds: number;
    };
    fields: AskedFields;
    flow: AskedFlow;
    /** Whom the access is for; absent where it is the requester. */
    for?: AskedPerson;
    /** The newest 50 history entries, oldest first. */
    history: {
      actor: AskedActor;
      at: string;
      /** The error of a hook. */
      error?: string;
      event: string;
      /** The words of the hook hook_reason_by about the event of actor. */
      hook_reason?: string;
      hook_reason_by?: string;
      reason?: string;
      seq: number;
    }[];
    id: string;
    /** Set if an admin sets the outcome of this hook aside: the seq of the entry with which it last ignored such an action, 0 for none. */
    override_of?: number | null;
    /** The reason of the requester. */
    reason: string;
    recent?: AskedRecent;
    recent_counts?: AskedRecentCounts;
    requester: AskedPerson;
    /** The sensitive fields that have a value. Their values are withheld. */
    sensitive?: string[];
    /** Where the request came from. Absent from an older engine. */
    source?: {
      channel: "api" | "cli" | "slack" | "web";
      /** Where in the channel: the id of a Slack channel, the address of a page or of a job of CI, the name of a host. Absent if unknown. */
      place?: string;
      /** Whether channel and place are proven, by Slack. Otherwise they are the caller's own words: do not approve by them. */
      verified: boolean;
    };
    /** When access is to start, if the requester chose a time; absent for once the request is approved. */
    starts_at?: string;
    status: "requested" | "pending" | "approved" | "denied" | "expired" | "canceled" | "active" | "ended" | "revoked" | "failed";
    /** The outputs of earlier hooks, by hook. */
    steps?: { [name: string]: unknown };
    /** The values that hooks of the flow keep, as far as they are there; a scope that the flow does not declare is absent. Absent as a whole if the flow keeps none, from an older engine, and if it does not fit into the event: absent does not mean empty. */
    store?: {
      flow?: AskedKept;
      person?: AskedKept;
    };
    /** The output of the strategy that granted the access. Absent without one, and from an engine of version 1.0. */
    strategy_output?: unknown;
    /** Whether access is requested until it is revoked: duration_seconds is then how often its holder confirms it. Absent for other access. */
    until_revoked?: boolean;
  };
};

export type AskedPerson = {
  email?: string;
  groups?: string[];
  /** Identifies the person. */
  id: string;
  /** Set for an identity that is not a person, such as CI's role. */
  machine?: boolean;
  name?: string;
};

/** Asks for the options of a field, before the request is filed. */
export type AskedPrefetch = {
  /** The field whose options are requested. */
  field: string;
  /** What the person typed so far; when the request is filed, the chosen value. */
  query: string;
  run: {
    /** The other fields when the request is filed; during a search those that the field depends on. */
    fields?: AskedFields;
    flow: AskedFlow;
    /** The person who files the request. */
    requester: AskedPerson;
  };
  /** The value to check when the request is filed: it is valid if an option has exactly this value. Absent during a search. */
  value?: string;
};

/** The requester's earlier requests of this flow, counted when this one was filed. Absent if the flow has no recent. */
export type AskedRecent = {
  approved?: number;
  denied?: number;
  escalated?: number;
  requested?: number;
  /** Those for the same target. */
  same_target?: {
    approved?: number;
    denied?: number;
  };
  window_seconds: number;
};

/** The requester's earlier requests by window, flow and target, counted when this one was filed. Absent if the flow's recent names no windows. */
export type AskedRecentCounts = {
  /** The counts that are not zero. */
  counts: {
    approved: number;
    denied: number;
    escalated: number;
    flow: string;
    requested: number;
    /** Absent for all requests of the flow. */
    target?: string;
    window_seconds: number;
  }[];
  /** The flows that are counted. */
  flows: string[];
  /** The targets that are counted in each flow, beside all of its requests. */
  targets?: string[];
  /** The windows with too many requests to count all of them. */
  uncounted?: number[];
  /** The windows that are counted, in seconds. */
  windows: number[];
};

/** fasttrack hook contract, version 1: the event of a hook function. One document for each invocation. New members may be added within a version: ignore unknown members. */
export type HookInvocation = {
  /** The response members that the engine understands, beside version. Send no others. Absent from an engine of version 1.0, which understands all but flows and more. */
  accepts?: string[];
  /** What the flow declares in flows.yaml. A hook that reads any other field or var has misspelt it, and fails. */
  flow?: {
    /** The names of all fields, sensitive ones too. */
    fields: string[];
    name: string;
    /** The values that the flow's hooks may keep, by scope. A name that ends in /* stands for all keys that begin as it does. Absent if they keep none. */
    store?: {
      /** Values of the flow. */
      flow?: string[];
      /** Values of the person who gets the access, in this flow. */
      person?: string[];
    };
    /** The names of all vars. */
    vars_declared: string[];
    /** Changes whenever the flow's block in flows.yaml does. */
    version?: string;
  };
  hook: AskedHook;
  /** The limit of each hook of the invocation. */
  timeout_seconds?: number;
  /** The response has no effect: change nothing elsewhere. Set by simulate, backtest and hooks check, and for on_request in a flow in shadow mode. */
  trial?: boolean;
  /** The version of the contract. */
  version: "1";
} & (({ hook: "prefetch" } & AskedPrefetch) | ({ hook: Exclude<AskedHook, "prefetch"> } & AskedLifecycle));

export type AnswerAfterApprove = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: never;
};

export type AnswerAfterCancel = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: never;
};

export type AnswerAfterDeescalate = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: never;
};

export type AnswerAfterDeny = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: never;
};

export type AnswerAfterEscalate = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: "revoke" | "deescalate";
};

export type AnswerAfterExpire = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: never;
};

export type AnswerAfterFail = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: never;
};

export type AnswerAfterRequest = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: "approve" | "deny";
};

export type AnswerAfterRevoke = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: never;
};

export type AnswerAnswer = {
  /** The evidence that requester, reviewers and auditors see. */
  checks?: AnswerCheck[];
  /** Only with approve: a shorter duration than requested. */
  duration_seconds?: number;
  /** The hooks of this invocation that failed. The outcomes of the others stand. */
  errors?: {
    /** The error, for reviewers and the hook's author; cut at 1,000 characters. */
    error: string;
    hook: AnswerHook;
  }[];
  /** The flows that this function has hooks for, "*" for all others; sent with subscriptions. The hook fails if the request's flow is not among them. */
  flows?: string[];
  /** Only with ignore: the text that the person sees. */
  message?: string;
  notifications?: AnswerNotifications;
  /** Kept for later hooks, in run.steps under this hook's name. At most 8 KiB as JSON. */
  output?: unknown;
  permissions?: AnswerPermissions;
  /** What the hook keeps in the flow's store, if its outcome takes effect. Send it only if the event's `accepts` lists it. If a condition does not hold any more, nothing of the response counts, and the hook is called again. */
  puts?: AnswerPut[];
  /** The reason that everyone sees. Without one the hook and the flow are named. */
  reason?: string;
  /** The hooks that this function has for the request's flow; others are not called. Without it, all are called. */
  subscriptions?: AnswerHook[];
  /** The transition; absent to continue. $defs has those that each hook may return. */
  transition?: "approve" | "deny" | "ignore" | "expire" | "escalate" | "deescalate" | "revoke";
  /** The version of the contract. In a newer one, 1.N, the engine ignores unknown members and lists them in the history. */
  version?: "1" | "1.0";
};

export type AnswerCheck = {
  detail?: string;
  /** The name of the check. */
  name: string;
  passed: boolean;
};

export type AnswerGetNotifications = Omit<AnswerAnswer, "permissions" | "puts" | "transition"> & {
  permissions?: never;
  puts?: never;
  transition?: never;
};

export type AnswerGetPermissions = Omit<AnswerAnswer, "puts" | "transition"> & {
  puts?: never;
  transition?: never;
};

export type AnswerHook = "on_request" | "get_permissions" | "get_notifications" | "after_request" | "on_approve" | "after_approve" | "on_deny" | "after_deny" | "on_expire" | "after_expire" | "after_cancel" | "on_escalate" | "after_escalate" | "while_active" | "on_deescalate" | "after_deescalate" | "on_revoke" | "after_revoke" | "after_fail";

/** Whom to notify, in this order, instead of the flow's notify list; an empty list notifies nobody. */
export type AnswerNotifications = {
  to: string[];
  /** How long to wait for a decision before the next is notified. */
  wait_seconds?: number;
}[];

export type AnswerOnApprove = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: "approve" | "deny" | "ignore";
};

export type AnswerOnDeescalate = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: "deescalate";
};

export type AnswerOnDeny = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: "deny" | "ignore";
};

export type AnswerOnEscalate = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: "escalate" | "deescalate";
};

export type AnswerOnExpire = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: "approve" | "deny" | "expire";
};

export type AnswerOnRequest = Omit<AnswerAnswer, "transition"> & {
  transition?: "approve" | "deny";
};

export type AnswerOnRevoke = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: "revoke" | "ignore";
};

/** Overrides members of the flow's review for this request. A missing member keeps the flow's. */
export type AnswerPermissions = {
  /** How many different people must approve, at most 20; or a list, all of which must be met by different people. */
  approvals?: number | {
    count: number;
    /** Whose approvals count; any approver's if absent. */
    from?: AnswerPrincipal;
  }[];
  /** E-mails, identities, "group:NAME", "everyone" (every person), "admins". If missing, the flow's apply; null is invalid; an empty list is empty. */
  approvers?: AnswerPrincipal[];
  /** Whether requesters may approve their own requests. */
  self_approval?: boolean;
  /** How long the review may take, measured from the request. */
  timeout_seconds?: number;
  /** E-mails, identities, "group:NAME", "everyone" (every person), "admins". If missing, the flow's apply; null is invalid; an empty list is empty. */
  viewers?: AnswerPrincipal[];
};

/** The response of the hook prefetch: the options of a field. */
export type AnswerPrefetch = {
  errors?: {
    error: string;
    hook: "prefetch";
  }[];
  /** Whether more options exist. Send it only if the event's `accepts` lists it. */
  more?: boolean;
  options?: {
    /** What people see; the value if absent. */
    label?: string;
    /** The value of the field. */
    value: string;
  }[];
  version?: "1" | "1.0";
};

/** An e-mail or other identity, "group:NAME", "everyone" or "admins". */
export type AnswerPrincipal = string;

export type AnswerPut = {
  /** Removes the value. */
  delete?: boolean;
  /** The version that the value must have; empty if there must be none. Without it the put has no condition. */
  if_version?: string;
  /** A key that the flow's store declares. */
  key: string;
  scope: "person" | "flow";
  /** How long the value is kept, at most 400 days. */
  ttl_seconds?: number;
  /** Any JSON but null, of at most 4 KiB. */
  value?: unknown;
};

export type AnswerWhileActive = Omit<AnswerAnswer, "notifications" | "permissions" | "transition"> & {
  notifications?: never;
  permissions?: never;
  transition?: "revoke";
};

/** fasttrack hook contract, version 1: the response of a hook function. At most 64 KiB; with permissions 256 KiB together with the event and 2 KiB around both. {} and null continue as if without the hook. A response that this schema does not describe is invalid, and the hook has failed. $defs has the response of each hook under its name. */
export type HookResponse = null | AnswerAnswer | AnswerPrefetch;
