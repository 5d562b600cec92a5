// Who may decide and who is notified, checked as the engine does.
import { checkLine, kindOf } from "./text.mjs";

// KEEP stands for the flow's own list of people. A failed lookup that returned nothing
// never keeps the flow's wider list.
export const KEEP = Symbol("fasttrack.KEEP");

const maxPrincipals = 1000;
const maxNotified = 100;
const maxPrincipal = 320; // characters
const maxApprovals = 20;
const maxNotifications = 50;
const maxReviewSeconds = 30 * 24 * 3600;

// wirePermissions returns permissions as they are sent.
export function wirePermissions(permissions) {
  const { approvers, viewers, selfApproval, approvals, timeoutSeconds } = members("permissions", permissions, ["approvers", "viewers", "selfApproval", "approvals", "timeoutSeconds"]);
  const wire = {};
  const people = (name, given) => {
    if (given === KEEP) return;
    wire[name] = principals(name, given ?? []);
  };
  people("approvers", approvers);
  people("viewers", viewers);
  if (!absent(selfApproval)) {
    if (typeof selfApproval !== "boolean") throw new Error(`selfApproval must be true or false, got ${kindOf(selfApproval)}`);
    wire.self_approval = selfApproval;
  }
  if (!absent(approvals)) {
    const needs = requirements(approvals);
    if (needs.length > 0) wire.approvals = needs;
  }
  const seconds = wholeSeconds("timeoutSeconds", timeoutSeconds);
  if (seconds > 0) wire.timeout_seconds = seconds;
  return wire;
}

function requirements(approvals) {
  let total = 0;
  const given = typeof approvals === "number" ? [{ count: approvals }] : list("approvals", approvals);
  const needs = given.map((need) => {
    const { from, count } = members("an entry of approvals", need, ["from", "count"]);
    if (!Number.isInteger(count) || count < 1 || count > maxApprovals) throw new Error(`a count in approvals must be 1 to ${maxApprovals}, got ${String(count)}`);
    total += count;
    if (absent(from) || from === "") return { count };
    principals("approvals", [from]);
    return { from, count };
  });
  if (total > maxApprovals) throw new Error(`${total} people in approvals, more than ${maxApprovals}`);
  return needs;
}

// wireNotifications returns notifications as they are sent.
export function wireNotifications(notifications) {
  if (list("getNotifications", notifications).length > maxNotifications) throw new Error(`${notifications.length} notifications, more than ${maxNotifications}`);
  return notifications.map((n) => {
    const { to, waitSeconds } = members("a notification", n, ["to", "waitSeconds"]);
    if (list("a notification: to", to ?? []).length === 0) throw new Error("a notification: to names nobody");
    if (to.length > maxNotified) throw new Error(`a notification: to names ${to.length}, more than ${maxNotified}`);
    for (const name of to) {
      if (name === "") throw new Error("a notification: to has an empty name");
      checkLine("a notification: to", name, maxPrincipal);
    }
    const wait = wholeSeconds("waitSeconds", waitSeconds);
    return { to: [...to], wait_seconds: wait };
  });
}

// principals checks the form of e-mails and other identities, "group:NAME", "everyone",
// "admins", and returns a copy.
function principals(what, given) {
  if (list(what, given).includes(KEEP)) throw new Error(`${what}: KEEP can't be combined with other principals; use it in place of the list`);
  if (given.length > maxPrincipals) throw new Error(`${what}: ${given.length} of them, more than ${maxPrincipals}`);
  for (const p of given) {
    checkLine(what, p, maxPrincipal);
    if (p === "group:" || (p !== "everyone" && p !== "admins" && !/[@:|]/.test(p))) {
      throw new Error(`${what}: ${JSON.stringify(p)} is neither an e-mail nor "group:NAME", "everyone" or "admins"`);
    }
  }
  return [...given];
}

const absent = (v) => v === null || v === undefined;

function list(what, given) {
  if (!Array.isArray(given)) throw new Error(`${what} must be a list, got ${kindOf(given)}`);
  return given;
}

// members returns an object that has no other members: a misspelt one would be lost.
function members(what, given, known) {
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw new Error(`${what} must be an object, got ${kindOf(given)}`);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`${what}: unknown member ${JSON.stringify(unknown)}; known: ${known.join(", ")}`);
  return given;
}

function wholeSeconds(what, n) {
  if (absent(n)) return 0;
  if (!Number.isInteger(n) || n < 0 || n > maxReviewSeconds) throw new Error(`${what} must be 0 to ${maxReviewSeconds}, got ${String(n)}`);
  return n;
}
