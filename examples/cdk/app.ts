// What is deployed: the hooks of this folder with their rights, and the engine.
import { App, Duration, Stack } from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";

import { Fasttrack } from "./fasttrack";

const built = ".fasttrack"; // `fasttrack build --plain` makes it

const app = new App();
const stack = new Stack(app, "approvals", { description: "Approvals, by fasttrack" });

const hooksLogGroup = new logs.LogGroup(stack, "HooksLogs", {
  logGroupName: `/aws/lambda/${stack.stackName}-hooks`,
  retention: logs.RetentionDays.ONE_YEAR,
});
const hooks = new lambda.Function(stack, "Hooks", {
  functionName: `${stack.stackName}-hooks`,
  description: "The hooks of flows.yaml.",
  code: lambda.Code.fromAsset(`${built}/HooksFunction.zip`),
  runtime: lambda.Runtime.NODEJS_22_X,
  handler: "index.handler",
  architecture: lambda.Architecture.ARM_64, // as in fasttrack build --arch
  memorySize: 256,
  timeout: Duration.seconds(200),
  logGroup: hooksLogGroup,
});

// What the hooks call beside is granted here: secret.grantRead(hooks).

new Fasttrack(stack, "Fasttrack", {
  built,
  hooks: new lambda.Alias(stack, "Live", { aliasName: "live", version: hooks.currentVersion }),
  hooksLogGroup,
  parameters: { AuthMode: "IAM" },
});
