/** Reports whether two texts are the same address: two plain ones that differ in the case of ASCII letters at most, any others exactly. */
export function equal(a: string, b: string): boolean;

/** Returns an address in the form by which it is compared. */
export function fold(address: string): string;

/** Reports whether a text is an address in its plain form, without quotes, comments or characters beyond ASCII. */
export function isPlain(address: string): boolean;
