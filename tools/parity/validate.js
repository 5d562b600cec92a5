// Says which definitions asl-validator accepts: reads them as JSON lines, each
// with a name and a definition, and writes the name and what is wrong, if
// anything, as a JSON line.
const { createInterface } = require("node:readline");
const ajv = require("ajv");

// asl-validator compiles its schemas for each definition; once is enough.
const Ajv = ajv.default;
let compiled;
ajv.default = function (options) {
  if (compiled) compiled.addKeyword = () => compiled; // they are there already
  return (compiled ??= new Ajv(options));
};
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
