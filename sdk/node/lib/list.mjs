// Reads lists of other systems. One of another shape is an error: it would read as an
// empty list, and "nobody" would be the wrong answer.
export function listOf(service, value) {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Error(`${service} sent unexpected JSON`);
  return value;
}
