// The outcomes of hooks. They are compared by their members, so that a test needs no
// more than assert.deepEqual.

class Outcome {
  constructor(transition, members) {
    Object.assign(this, { transition, ...members });
    Object.freeze(this);
  }

  toString() {
    return `${this.transition}: ${this.reason}`;
  }
}

export class Approval extends Outcome {
  constructor(reason, checks = [], durationSeconds = undefined) {
    super("approve", { reason, checks: Object.freeze([...checks]), durationSeconds });
  }

  because(...checks) {
    return new Approval(this.reason, [...this.checks, ...checks], this.durationSeconds);
  }

  forSeconds(seconds) {
    return new Approval(this.reason, this.checks, seconds ?? NaN);
  }
}

export class Denial extends Outcome {
  constructor(reason, checks = []) {
    super("deny", { reason, checks: Object.freeze([...checks]) });
  }

  because(...checks) {
    return new Denial(this.reason, [...this.checks, ...checks]);
  }
}

export class Ignoring extends Outcome {
  constructor(message) {
    super("ignore", { message });
  }

  toString() {
    return `ignore: ${this.message}`;
  }
}

export class Expiry extends Outcome {
  constructor(reason) {
    super("expire", { reason });
  }
}

export class Escalation extends Outcome {
  constructor(reason) {
    super("escalate", { reason });
  }
}

export class Deescalation extends Outcome {
  constructor(reason) {
    super("deescalate", { reason });
  }
}

export class Revocation extends Outcome {
  constructor(reason) {
    super("revoke", { reason });
  }
}

export class Continuation extends Outcome {
  constructor() {
    super("continue", {});
  }

  toString() {
    return "continue";
  }
}

export const approve = (reason) => new Approval(reason);
export const deny = (reason) => new Denial(reason);
export const ignore = (message) => new Ignoring(message);
export const expire = (reason) => new Expiry(reason);
export const escalate = (reason) => new Escalation(reason);
export const deescalate = (reason) => new Deescalation(reason);
export const revoke = (reason) => new Revocation(reason);
export const continue_ = () => new Continuation();

const classes = [Approval, Denial, Ignoring, Expiry, Escalation, Deescalation, Revocation, Continuation];

// isOutcome reports whether a value was made by one of this package's verbs; a class
// that extends an outcome was not.
export function isOutcome(value) {
  return value instanceof Outcome && classes.some((c) => Object.getPrototypeOf(value) === c.prototype);
}
