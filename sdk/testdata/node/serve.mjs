// Calls a handler for the Go tests: events come in lines on standard input, responses and
// errors go to file descriptor 3 in lines.
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { handler } = await import(pathToFileURL(process.argv[2]));
for await (const line of createInterface({ input: process.stdin })) {
  let out;
  try {
    out = { payload: await handler(JSON.parse(line)) };
  } catch (error) {
    out = { error: error.message };
  }
  writeSync(3, JSON.stringify(out) + "\n");
}
