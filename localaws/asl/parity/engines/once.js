// asl-validator compiles its schemas for each definition, which takes longer
// than all else; here it compiles them once.
const ajv = require("ajv");

const Ajv = ajv.default;
const compiled = new Map();

ajv.default = function (options) {
  const key = JSON.stringify(options);
  const there = compiled.get(key);
  if (there) {
    there.addKeyword = () => there; // they are there already
    return there;
  }
  const made = new Ajv(options);
  compiled.set(key, made);
  return made;
};
