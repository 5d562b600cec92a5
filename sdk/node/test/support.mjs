// What the tests share: servers on this machine, and errors by their text.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after } from "node:test";

// serve answers each call with the next of the handlers, and with the last from then on.
// A handler returns { status, body, headers }, or nothing if it answers by itself.
export async function serve(...handlers) {
  let calls = 0;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    const parts = [];
    for await (const part of request) parts.push(part);
    const handler = handlers[Math.min(calls++, handlers.length - 1)];
    const got = await handler({ request, response, method: request.method, path: decodeURIComponent(url.pathname), query: url.searchParams, headers: request.headers, body: Buffer.concat(parts).toString() });
    if (!got) return;
    response.writeHead(got.status ?? 200, got.headers ?? {});
    response.end(typeof got.body === "string" ? got.body : JSON.stringify(got.body ?? null));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, calls: () => calls };
}

// said returns what a call returned, and the text of its error.
export async function said(call) {
  try {
    return { got: await call(), error: "" };
  } catch (error) {
    return { got: undefined, error: error.message };
  }
}

// fails checks the text of an error.
export async function fails(call, want) {
  const { got, error } = await said(call);
  assert.equal(error, want, `it returned ${JSON.stringify(got)}`);
}
