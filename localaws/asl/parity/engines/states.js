// Runs state machines on aws-local-stepfunctions: reads cases as JSON lines on
// the standard input and writes what became of each as a JSON line. A case has
// a name, definition, input and, by function, the answers to its calls.
const { readFileSync } = require("node:fs");
require("./once.js");
const { StateMachine, ExecutionTimeoutError } = require("aws-local-stepfunctions");

// The package wants a newer Node.js for this alone.
Promise.withResolvers ??= () => {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};

const sleep = (seconds) => new Promise((done) => setTimeout(done, 1000 * (seconds || 0)));

const failure = (name, cause) => Object.assign(new Error(cause || ""), { name });

// tasks gives all Task states by name, those of branches and iterations too.
function tasks(machine, found = {}) {
  for (const [name, state] of Object.entries(machine.States)) {
    if (state.Type === "Task") found[name] = state;
    for (const inner of [...(state.Branches || []), state.ItemProcessor, state.Iterator]) {
      if (inner) tasks(inner, found);
    }
  }
  return found;
}

// The package has no task tokens: what would be sent with one is the answer.
async function sent(then) {
  for (const use of then || []) {
    await sleep(use.after);
    if (use.failure) throw failure(use.failure.error, use.failure.cause);
    if (!use.heartbeat) return use.success;
  }
  return new Promise(() => {});
}

function handler(state, answers) {
  return async (input) => {
    const invokes = state.Resource.startsWith("arn:aws:states:::lambda:invoke");
    const name = (invokes ? input.FunctionName : state.Resource).split(":").pop();
    const left = answers[name];
    const answer = left.length > 1 ? left.shift() : left[0];
    await sleep(answer.after);
    if (answer.service) throw failure("Lambda." + answer.service, answer.cause);
    if (answer.error) throw failure(answer.error, answer.cause);
    if (state.Resource.endsWith(".waitForTaskToken")) return sent(answer.then);
    const result = answer.echo ? (invokes ? (input.Payload ?? null) : input) : answer.size ? "x".repeat(answer.size) : (answer.result ?? null);
    return invokes ? { StatusCode: 200, ExecutedVersion: "$LATEST", Payload: result } : result;
  };
}

// context is all of the context object that the package lets a caller give.
const context = {
  Execution: { Id: "arn:aws:states:us-east-1:123456789012:execution:machine:run", Name: "run", RoleArn: "arn:aws:iam::123456789012:role/r", RedriveCount: 0 },
  StateMachine: { Id: "arn:aws:states:us-east-1:123456789012:stateMachine:machine", Name: "machine" },
  State: { Name: "", EnteredTime: "2020-01-01T00:00:00.000Z", RetryCount: 0 },
  Task: { Token: "token" },
};

async function run({ name, definition, input, tasks: answers }) {
  let machine;
  try {
    machine = new StateMachine(definition);
  } catch (e) {
    return { name, refused: e.message };
  }
  const handlers = Object.fromEntries(Object.entries(tasks(definition)).map(([task, state]) => [task, handler(state, answers)]));
  const execution = machine.run(input, { overrides: { taskResourceLocalHandlers: handlers }, context });
  const states = [];
  const events = (async () => {
    for await (const event of execution.eventLogs) {
      if (event.type === "StateEntered") states.push("+" + event.state.name);
      if (event.type === "StateExited") states.push("-" + event.state.name);
    }
  })();
  try {
    const output = await execution.result;
    await events;
    return { name, status: "SUCCEEDED", output, states };
  } catch (e) {
    await Promise.race([events, sleep(0.1)]);
    if (e instanceof ExecutionTimeoutError) return { name, status: "TIMED_OUT", states };
    return { name, status: "FAILED", error: e.cause?.name ?? e.name, cause: e.cause?.message, states };
  }
}

// The package leaves a task's failure alone where it finds a bad time-out.
process.on("unhandledRejection", () => {});

const lines = readFileSync(0, "utf8").split("\n").filter(Boolean);
Promise.all(lines.map(async (line) => console.log(JSON.stringify(await run(JSON.parse(line)))))).then(() =>
  process.stdout.write("", () => process.exit(0)), // tasks that nobody waits for go on
);
