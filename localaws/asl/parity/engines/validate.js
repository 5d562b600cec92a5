// Says which definitions asl-validator accepts: reads them as JSON lines, each
// with a name and a definition, and writes the name and what is wrong, if
// anything, as a JSON line.
const { createInterface } = require("node:readline");
require("./once.js");
const validate = require("asl-validator");

createInterface({ input: process.stdin }).on("line", (line) => {
  const { name, definition } = JSON.parse(line);
  let refused = "";
  try {
    const { isValid, errorsText } = validate(definition);
    if (!isValid) refused = errorsText("; ") || "invalid";
  } catch (e) {
    refused = String(e);
  }
  console.log(JSON.stringify({ name, refused }));
});
