#!/usr/bin/env node
// Starts the program of the package for this platform, and ends as it ends.
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const name = `@fasttrack-dev/fasttrack-${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${name}/bin/fasttrack`);
} catch {
  console.error(`fasttrack: ${name} is not installed; run npm install without --omit=optional, on Linux or macOS with an x64 or arm64 processor`);
  process.exit(1);
}
const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
// A terminal sends its signals to the program as well; others come here alone.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`fasttrack: start ${program}: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
