// Calls a service of AWS with JSON, in Lambda's own region and with its own credentials,
// signed by Signature Version 4
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
import { createHash, createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "./limit.mjs";

const attempts = 3;

// AWSError is an error of AWS as a reviewer can read it: its code and message.
class AWSError extends Error {
  constructor(code, message) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

// callAWS calls an operation. url is an endpoint of one's own; without one it is the
// variable AWS_ENDPOINT_URL's, or AWS's own.
export function callAWS(service, target, input, url) {
  return waitFor("AWS", async (limit) => {
    const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint } = process.env;
    if (!region && !url && !endpoint) throw new Error("the variable AWS_REGION is not set");
    const address = new URL(url || endpoint || `https://${service}.${region}.${domain(region)}`);
    for (let n = 1; ; n++) {
      try {
        return await callOnce(address, service, region ?? "us-east-1", target, JSON.stringify(input), limit);
      } catch (error) {
        if (n === attempts || !error.passes || limit.signal.aborted) throw error;
        await sleep(100 * 2 ** n);
      }
    }
  });
}

async function callOnce(address, service, region, target, body, limit) {
  const headers = signed(address, service, region, body, { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target });
  let response, text;
  try {
    response = await fetch(address, { method: "POST", headers, body, redirect: "manual", signal: limit.signal });
    text = await response.text();
  } catch (error) {
    if (limit.signal.aborted) throw new Error("AWS did not respond in time");
    throw passing(new Error(`AWS could not be reached: ${error.cause?.code ?? error.name}`));
  }
  try {
    return read(response, text);
  } catch (error) {
    throw response.status >= 500 || error.code === "ThrottlingException" ? passing(error) : error;
  }
}

// passing marks an error that another attempt may not have.
const passing = (error) => Object.assign(error, { passes: true });

function read(response, text) {
  let out;
  try {
    out = JSON.parse(text) ?? {};
  } catch {
    throw new Error(`AWS did not respond: ${response.status}`);
  }
  if (response.ok) return out;
  const code = String(out.__type ?? response.headers.get("X-Amzn-ErrorType") ?? "").replace(/^.*#/, "").replace(/:.*$/, "");
  if (code === "") throw new Error(`AWS did not respond: ${response.status}`);
  throw new AWSError(code, out.message ?? out.Message ?? "");
}

// domain is that of a region's partition.
function domain(region) {
  if (region.startsWith("cn-")) return "amazonaws.com.cn";
  return "amazonaws.com";
}

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

// signed returns the headers of a request with its signature.
export function signed(url, service, region, body, headers, now = new Date()) {
  const { AWS_ACCESS_KEY_ID: id = "", AWS_SECRET_ACCESS_KEY: secret = "", AWS_SESSION_TOKEN: token } = process.env;
  const at = now.toISOString().replace(/[-:]|\.\d+/g, "");
  const all = { ...headers, Host: url.host, "X-Amz-Date": at, ...(token && { "X-Amz-Security-Token": token }) };
  const names = Object.keys(all).sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const list = names.map((n) => n.toLowerCase()).join(";");
  const lines = names.map((n) => `${n.toLowerCase()}:${all[n].trim()}\n`).join("");
  const scope = [at.slice(0, 8), region, service, "aws4_request"].join("/");
  const request = sha256(["POST", url.pathname, url.search.slice(1), lines, list, sha256(body)].join("\n"));
  const key = scope.split("/").reduce(hmac, "AWS4" + secret);
  const signature = hmac(key, ["AWS4-HMAC-SHA256", at, scope, request].join("\n")).toString("hex");
  const { Host: _, ...sent } = all;
  return { ...sent, Authorization: `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${list}, Signature=${signature}` };
}
