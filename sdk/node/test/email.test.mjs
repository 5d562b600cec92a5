import assert from "node:assert/strict";
import { test } from "node:test";
import { equal, isPlain } from "../email.mjs";

test("plain addresses", () => {
  for (const s of ["ada@example.com", "Ada.Lovelace+ops@Example.COM", "o'neill@example.com", "a@b", "_@x-y.z", "ada@example..com"]) assert.ok(isPlain(s), s);
  for (const s of [
    "", "ada", "@example.com", "ada@", "ada@@example.com", "ada@example.com.", "ada|b@example.com", "ada@-example.com", '"ada"@example.com', "ada(x)@example.com",
    "ada@example.com(x)", "ada @example.com", "ada@[10.0.0.1]", "l\u0130nus@example.com", "\u212aim@example.com", "gra\u200bce@example.com", "grace@example\u3002com",
    "ada@example.com\n", "<ada@example.com>", "ada,bob@example.com", "ada\x00@example.com", "a".repeat(65) + "@b", "a@" + "b".repeat(254),
  ]) {
    assert.ok(!isPlain(s), s);
  }
});

test("equal addresses", () => {
  assert.ok(equal("ada@example.com", "ADA@Example.Com"));
  for (const [a, b] of [
    ["linus@example.com", "l\u0130nus@example.com"], ["kim@example.com", "\u212aim@example.com"], ["\u017fam@example.com", "sam@example.com"],
    ["grace@example.com", "gra\u200bce@example.com"], ["grace@example.com", "grace@example.com."], ['"Ada"@example.com', '"ada"@example.com'],
    ["J\u00fcrgen@example.com", "j\u00fcrgen@example.com"],
  ]) {
    assert.ok(!equal(a, b), `${a} and ${b}`);
  }
});
