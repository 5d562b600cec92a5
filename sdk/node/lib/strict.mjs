// JavaScript reads a misspelt member as undefined. In a hook that may decide wrongly, so
// the objects of an event throw instead, and the hook fails even if it catches that.

// What the language, JSON and test frameworks ask any object for.
const asked = new Set(["then", "toJSON", "asymmetricMatch", "nodeType", "$$typeof", "@@__IMMUTABLE_ITERABLE__@@", "@@__IMMUTABLE_RECORD__@@"]);

// strict returns an object that can't be changed, and whose members are all there are.
// what names it in an error.
export function strict(what, object, mistakes) {
  return new Proxy(Object.freeze(object), {
    get(target, name) {
      if (typeof name === "symbol" || name in target || asked.has(name)) return target[name];
      throw mistakes.add(`${what} has no member ${JSON.stringify(name)}; it has ${Object.keys(target).join(", ")}`);
    },
  });
}

// Mistakes keeps the first mistake of a hook.
export class Mistakes {
  first = undefined;

  add(text) {
    const error = new TypeError(text);
    this.first ??= error;
    return error;
  }
}
