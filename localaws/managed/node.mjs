// Runs a Lambda function in Node.js over the Runtime API, as Lambda's own runtime does:
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const env = process.env;
const [address, ...rest] = env.AWS_LAMBDA_RUNTIME_API.split('/');
const [hostname, port] = address.split(':');
const base = [...rest.map((part) => '/' + part), '/2018-06-01/runtime/'].join('');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let current = null; // the id of the request that is served
let settle = null; // ends it

function call(method, target, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    const request = http.request({ hostname, port, agent, method, path: base + target, headers }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function report(target, kind, error) {
  const isError = error instanceof Error;
  const message = isError ? error.message : String(error);
  const trace = isError && error.stack ? error.stack.split('\n') : [];
  console.error(`[ERROR] ${kind}: ${[message, ...trace].join('\n')}`);
  return call('POST', target, JSON.stringify({ errorType: kind, errorMessage: message, trace }));
}

const kindOf = (error) => (error instanceof Error ? error.name : typeof error);

// A syntax error in an imported module has no position: only Node.js itself prints one.
function position(url) {
  const tried = spawnSync(process.execPath, ['--input-type=module', '-e', `await import(${JSON.stringify(url)})`], { encoding: 'utf8', timeout: 5000 });
  const [first] = (tried.stderr || '').split('\n');
  return /:\d+$/.test(first) ? first : '';
}

class InitError extends Error {
  constructor(kind, message, stack) {
    super(message);
    this.kind = kind;
    if (stack) this.stack = stack;
  }
}

async function load() {
  const handler = env._HANDLER;
  const dir = path.dirname(handler);
  const [name, ...names] = path.basename(handler).split('.');
  if (names.length === 0) throw new InitError('Runtime.MalformedHandlerName', `Bad handler ${handler}: must be FILE.FUNCTION`);
  const stem = path.resolve(env.LAMBDA_TASK_ROOT, dir, name);
  const file = ['.js', '.mjs', '.cjs'].map((end) => stem + end).find(existsSync);
  if (!file) throw new InitError('Runtime.ImportModuleError', `Cannot find module '${name}': no ${name}.mjs, ${name}.js or ${name}.cjs`);
  const url = pathToFileURL(file).href;
  let module;
  try {
    module = await import(url);
  } catch (error) {
    if (error instanceof SyntaxError) throw new InitError('Runtime.UserCodeSyntaxError', String(error), [position(url), error.stack].filter(Boolean).join('\n'));
    if (error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND') throw new InitError('Runtime.ImportModuleError', String(error), error.stack);
    throw error;
  }
  const find = (from) => names.reduce((value, key) => value?.[key], from);
  const found = find(module) ?? find(module.default);
  if (typeof found !== 'function') throw new InitError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  return found;
}

// The result of a handler: what its promise holds, or what it passes to the callback.
function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    settle = resolve;
    const result = handler(event, context, (error, value) => (error ? reject(error) : resolve(value)));
    if (typeof result?.then === 'function') result.then(resolve, reject);
  });
}

async function serve(handler) {
  for (;;) {
    const next = await call('GET', 'invocation/next');
    if (next.status !== 200) return; // the function is being stopped
    current = next.headers['lambda-runtime-aws-request-id'];
    env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'] ?? '';
    const deadline = Number(next.headers['lambda-runtime-deadline-ms']);
    const context = {
      callbackWaitsForEmptyEventLoop: true,
      awsRequestId: current,
      invokedFunctionArn: next.headers['lambda-runtime-invoked-function-arn'],
      functionName: env.AWS_LAMBDA_FUNCTION_NAME,
      functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
      memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
      logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
      getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
    };
    let body;
    try {
      const answer = await run(handler, JSON.parse(next.body), context);
      body = JSON.stringify(answer === undefined ? null : answer);
    } catch (error) {
      await report(`invocation/${current}/error`, kindOf(error), error);
      continue;
    } finally {
      settle = null;
    }
    await call('POST', `invocation/${current}/response`, body);
    current = null;
  }
}

// A handler that returns no promise and leaves nothing to wait for has null as its result.
process.on('beforeExit', () => settle?.(null));
process.on('uncaughtException', async (error) => {
  if (current) await report(`invocation/${current}/error`, kindOf(error), error).catch(() => {});
  else console.error(error);
  process.exit(1);
});

let handler;
try {
  handler = await load();
} catch (error) {
  await report('init/error', error instanceof InitError ? error.kind : kindOf(error), error);
  process.exit(1);
}
try {
  await serve(handler);
} catch (error) {
  if (error.code !== 'ECONNRESET' && error.code !== 'ECONNREFUSED') throw error; // else the service is gone
}
process.exit(0);
