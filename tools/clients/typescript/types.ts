// Uses the types that openapi-typescript makes of openapi.json, as openapi-fetch
// does; see tools/clients/run.
import createClient from "openapi-fetch";
import type { components, paths } from "./generated-types";

declare const process: { env: Record<string, string> };

function client(who: string) {
  return createClient<paths>({ baseUrl: process.env.FASTTRACK_URL, headers: { Authorization: `Bearer ${who}` } });
}

function found<T>(value: T | undefined, error: unknown): T {
  if (value === undefined) throw new Error(JSON.stringify(error));
  return value;
}

const ada = client("ada@example.com");
const grace = client("grace@example.com;sre");

const asked = await ada.POST("/requests", {
  params: { header: { Prefer: "wait=10" } },
  body: { flow: "aws-access", fields: { target: "prod-ro", urgency: "Normal" }, reason: "openapi-typescript", duration_seconds: 3600 },
});
const request: components["schemas"]["Run"] = found(asked.data, asked.error);
const approved = await grace.POST("/requests/{id}/approve", { params: { path: { id: request.id } }, body: {} });
const by: string | undefined = found(approved.data, approved.error).decision?.by.email;
if (by !== "grace@example.com") throw new Error(JSON.stringify(approved.data));
