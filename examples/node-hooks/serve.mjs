// Serves index.mjs on a machine of one's own: a plain loop over the Lambda
// Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
//
//   fasttrack local --attach node-hooks=9001
//   AWS_LAMBDA_RUNTIME_API=127.0.0.1:9001 node serve.mjs
import { handler } from "./index.mjs";

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
for (;;) {
  const next = await fetch(`${api}/next`);
  const id = next.headers.get("lambda-runtime-aws-request-id");
  let [to, answer] = ["response", null];
  try {
    answer = await handler(await next.json());
  } catch (error) {
    [to, answer] = ["error", { errorMessage: error.message, errorType: error.name }];
  }
  await fetch(`${api}/${id}/${to}`, { method: "POST", body: JSON.stringify(answer ?? null) });
}
