// E-mail addresses, compared as the engine compares them.

const plain = /^[a-z0-9!#$%&'*+\-/=?^_`{}~.]{1,64}@(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

// fold returns an address in the form by which it is compared: a plain one with its
// ASCII letters in lower case, anything else unchanged.
export function fold(address) {
  return isPlain(address) ? address.replace(/[A-Z]/g, (c) => c.toLowerCase()) : address;
}

// isPlain reports whether a text is an address in its plain form. The pattern ignores
// the case of ASCII letters alone, as it has no flag u.
export function isPlain(address) {
  return plain.test(address) && /^[\x00-\x7f]*$/.test(address) && !address.endsWith("\n");
}

// equal reports whether two texts are the same address.
export function equal(a, b) {
  return fold(a) === fold(b);
}
