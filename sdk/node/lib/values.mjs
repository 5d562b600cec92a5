// The values of a request and the settings of its flow, read by their declared names.
import { strict } from "./strict.mjs";

// names returns a function that checks a name of a kind, such as "field". An older
// engine sends no list, so every name is allowed.
export function names(flow, kind, list, mistakes) {
  return (name) => {
    if (list === undefined || list.includes(name)) return;
    const has = list.length > 0 ? `it declares ${list.join(", ")}` : "it declares none";
    throw mistakes.add(`flow ${JSON.stringify(flow)} has no ${kind} ${JSON.stringify(name)}; ${has}`);
  };
}

const isText = (v) => typeof v === "string";
const isWhole = (v) => Number.isSafeInteger(v);
const isTexts = (v) => Array.isArray(v) && v.every(isText);
const isObject = (v) => typeof v === "object" && v !== null && !Array.isArray(v);

// readers returns the accessors that fields and vars share. Each returns the zero value
// for one that is absent or of another type.
function readers(values, check) {
  const lookup = (name) => {
    check(name);
    return Object.hasOwn(values, name) ? values[name] : undefined;
  };
  const typed = (is, zero) => (name) => {
    const value = lookup(name);
    return is(value) ? value : zero();
  };
  return {
    lookup,
    typed,
    string: typed(isText, () => ""),
    int: typed(isWhole, () => 0),
    bool: typed((v) => typeof v === "boolean", () => false),
    strings: typed(isTexts, () => []),
    all: () => structuredClone(values),
    toJSON: () => values,
  };
}

// vars returns the settings of flows.yaml.
export function vars(values, check, mistakes, what = "vars") {
  const { lookup, string, int, bool, strings, all, toJSON } = readers(values, check);
  return strict(what, { lookup, string, int, bool, strings, all, toJSON }, mistakes);
}

// fields returns the values of a request.
export function fields(values, check, mistakes) {
  const { lookup, typed, string, int, bool, strings, all, toJSON } = readers(values, check);
  const object = typed(isObject, () => ({}));
  const target = (name) => {
    const { id, label, settings } = object(name);
    return strict("target", {
      id: isText(id) ? id : "",
      label: isText(label) ? label : "",
      settings: vars(isObject(settings) ? settings : {}, () => {}, mistakes, "settings"),
    }, mistakes);
  };
  return strict("fields", { lookup, string, int, bool, durationSeconds: int, target, strings, all, toJSON }, mistakes);
}

// document returns a JSON document of any shape. An absent one decodes as undefined, and
// does not read as an empty one.
export function document(value, mistakes) {
  return strict("document", {
    decode: () => structuredClone(value),
    lookup: (member) => (isObject(value) && Object.hasOwn(value, member) && isText(value[member]) ? value[member] : undefined),
    toJSON: () => value,
  }, mistakes);
}
