// Texts that people read, checked by the engine's rules, so that a mistake shows in the
// test of a hook and not in the history of a request.

const control = /[\u0000-\u001f\u007f-\u009f]/;

// checkLine checks a text of one line.
export function checkLine(what, text, limit) {
  checkLength(what, text, limit);
  const found = control.exec(text);
  if (found) {
    const code = found[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    throw new Error(`${what}: it holds the control character U+${code}`);
  }
}

// checkLines is checkLine for a text that may have line breaks and tabs.
export function checkLines(what, text, limit) {
  checkLength(what, text, limit);
  checkLine(what, text.replace(/\r\n|\n|\t/g, ""), limit);
}

function checkLength(what, text, limit) {
  if (typeof text !== "string") throw new Error(`${what} must be a text, got ${kindOf(text)}`);
  const length = characters(text);
  if (length > limit) throw new Error(`${what}: ${length} characters, more than ${limit}`);
}

// characters counts a text as the engine does: by code points.
export function characters(text) {
  let n = 0;
  for (const _ of text) n++;
  return n;
}

// bytes returns the size of a value as JSON in UTF-8.
export function bytes(value) {
  return Buffer.byteLength(JSON.stringify(value));
}

// kindOf names what a value is, without quoting it.
export function kindOf(value) {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  if (value instanceof Promise) return "a promise; await it";
  if (typeof value === "object") return Object.getPrototypeOf(value)?.constructor?.name ?? "an object";
  return `a ${typeof value}`;
}

const maxError = 1000; // characters

// clip shortens an error to one line for the history.
export function clip(text) {
  const line = text.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, " ");
  if (line.trim() === "") return "it failed without saying why";
  return characters(line) > maxError ? [...line].slice(0, maxError - 1).join("") + "…" : line;
}
