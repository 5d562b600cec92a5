// Reads the secrets of hooks: from AWS Secrets Manager, or from the environment on your
// own machine.
import { callAWS } from "./lib/aws.mjs";

// fresh is how long a value is used before it is read again, and stale how long one is
// used that can't be read again.
const fresh = 5 * 60_000; // ms
const stale = 60 * 60_000; // ms

export class Store {
  #url;
  #now;
  #kept = new Map();

  // now returns the time in milliseconds; tests set it.
  constructor({ url = undefined, now = Date.now } = {}) {
    this.#url = url;
    this.#now = now;
  }

  async get(name) {
    return process.env[variable(name)] || this.#read(name);
  }

  named(name) {
    return () => this.get(name);
  }

  async #read(name) {
    const kept = this.#kept.get(name);
    const age = kept ? this.#now() - kept.at : Infinity;
    if (age < fresh) return kept.text;
    let out;
    try {
      out = await callAWS("secretsmanager", "secretsmanager.GetSecretValue", { SecretId: name }, this.#url);
    } catch (error) {
      if (error.code === "ResourceNotFoundException") throw new Error(`secret ${name} not found: create it in Secrets Manager, or set ${variable(name)}`);
      if (age < stale) return kept.text;
      if (error.code === "AccessDeniedException") {
        throw new Error(`secret ${name} not found, or the hooks may not read it: create it in Secrets Manager, and allow the hooks' role secretsmanager:GetSecretValue on its ARN`);
      }
      throw new Error(`secret ${name} could not be read: ${error.message}`);
    }
    if (typeof out.SecretString !== "string" || out.SecretString === "") throw new Error(`secret ${name} holds no text`);
    this.#kept.set(name, { text: out.SecretString, at: this.#now() });
    return out.SecretString;
  }
}

// variable returns the environment variable of a secret.
export function variable(name) {
  return "FASTTRACK_SECRET_" + name.replace(/[a-z]/g, (c) => c.toUpperCase()).replace(/[^A-Z0-9]/gu, "_");
}

const own = new Store();

export const get = (name) => own.get(name);
export const named = (name) => own.named(name);
