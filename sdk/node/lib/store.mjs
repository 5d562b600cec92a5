// What the hooks of a flow keep between requests.
import { strict } from "./strict.mjs";
import { bytes, kindOf } from "./text.mjs";

const maxValue = 4 << 10; // bytes
const maxKey = 200; // characters
const maxSeconds = 400 * 24 * 3600;

// storeOf returns the store of an event. What the hook puts goes into made.puts.
export function storeOf({ run, flow }, made) {
  const name = JSON.stringify(run.flow.name);
  const fail = (text) => made.mistakes.add(text);
  const read = (scope) => {
    if (run.store !== undefined) return run.store[scope];
    const why = flow.store === undefined ? "it has none in flows.yaml, or the engine is older than stores" : "the request is too large to be sent together with it";
    throw fail(`this event has no store of flow ${name}: ${why}`);
  };
  const check = (scope, key) => {
    const values = read(scope);
    if (flow.store === undefined) return values;
    const names = flow.store[scope];
    const declared = (n) => n === key || (n.endsWith("*") && key.startsWith(n.slice(0, -1)) && key !== n.slice(0, -1));
    if (!names.some(declared)) {
      const has = names.length > 0 ? `it declares ${names.join(", ")}` : "it declares none";
      throw fail(`the store of flow ${name} has no ${JSON.stringify(key)} of scope ${scope}; ${has}`);
    }
    return values;
  };
  const version = (values, key) => (Object.hasOwn(values, key) ? values[key].version : "");
  const add = (put) => {
    made.puts = [...made.puts.filter((p) => p.scope !== put.scope || p.key !== put.key), put];
  };
  const own = (scope, key) => made.puts.find((p) => p.scope === scope && p.key === key);
  const keep = (scope, key, value, ttlSeconds, conditional) => {
    const values = check(scope, key);
    const put = { scope, key, value: copyOf(key, value, fail) };
    if (key.length > maxKey) throw fail(`store: a key of ${key.length} characters, more than ${maxKey}`);
    if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds < 0 || ttlSeconds > maxSeconds) {
      throw fail(`store: the value of ${key}: kept for ${String(ttlSeconds)} s: must be whole seconds, at most 400 days`);
    }
    if (conditional) put.if_version = version(values, key);
    if (ttlSeconds > 0) put.ttl_seconds = ttlSeconds;
    add(put);
  };
  const valuesOf = (scope) => strict(`store.${scope}`, {
    get(key) {
      const values = check(scope, key);
      const put = own(scope, key);
      if (put) return put.delete ? undefined : structuredClone(put.value);
      return Object.hasOwn(values, key) ? structuredClone(values[key].value) : undefined;
    },
    list(prefix = "") {
      const keys = new Set(Object.keys(read(scope)));
      for (const put of made.puts.filter((p) => p.scope === scope)) {
        if (put.delete) keys.delete(put.key);
        else keys.add(put.key);
      }
      return [...keys].filter((key) => key.startsWith(prefix)).sort();
    },
    put: (key, value, ttlSeconds = 0) => keep(scope, key, value, ttlSeconds, true),
    set: (key, value, ttlSeconds = 0) => keep(scope, key, value, ttlSeconds, false),
    delete(key) {
      add({ scope, key, delete: true, if_version: version(check(scope, key), key) });
    },
  }, made.mistakes);
  return strict("store", { person: valuesOf("person"), flow: valuesOf("flow"), puts: () => structuredClone(made.puts) }, made.mistakes);
}

// copyOf returns a value as JSON has it.
function copyOf(key, value, fail) {
  let raw;
  try {
    raw = JSON.stringify(value);
  } catch (error) {
    throw fail(`store: the value of ${key}: ${error.message}`);
  }
  if (raw === undefined) throw fail(`store: the value of ${key}: ${kindOf(value)} is no JSON`);
  const copy = JSON.parse(raw);
  if (copy === null) throw fail(`store: the value of ${key}: it is null; delete removes a value`);
  if (bytes(copy) > maxValue) throw fail(`store: the value of ${key}: ${bytes(copy)} bytes, more than ${maxValue}`);
  return copy;
}
