// Asks and approves with the client that openapi-generator-cli makes of
// openapi.json (generator typescript-fetch); see tools/clients/run.
import { Configuration, DefaultApi, ResponseError } from "./generated/index";

declare const process: { env: Record<string, string> };

function client(who: string): DefaultApi {
  return new DefaultApi(new Configuration({ basePath: process.env.FASTTRACK_URL, accessToken: who }));
}

function check(good: boolean | undefined, what: unknown): asserts good {
  if (!good) throw new Error(JSON.stringify(what));
}

const ada = client("ada@example.com");
const grace = client("grace@example.com;sre");

const { flows } = await ada.listFlows();
check(flows.length > 0, flows);

const ask = { flow: "aws-access", fields: { target: "prod-ro", urgency: "Normal" }, reason: "openapi-generator", durationSeconds: 3600 };
const asked = await ada.ask({ ask, prefer: "wait=10" });
check(asked.status === "pending", asked);

const wrong = await ada.ask({ ask: { flow: "aws-access" } }).catch((e: unknown) => e);
check(wrong instanceof ResponseError, wrong);
const problem = await wrong.response.json();
check(problem.errors[0].pointer === "#/fields/target", problem);

const approved = await grace.approve({ id: asked.id, approveAct: {} });
check(approved.decision?.by.email === "grace@example.com", approved);

const read = await ada.readRequest({ id: asked.id });
check(read.history !== undefined && read.history.length >= 2, read);
