// The engine of fasttrack as a construct. It takes what `fasttrack build --plain` makes.
import * as path from "node:path";

import { Stack, Validations } from "aws-cdk-lib";
import { CfnInclude } from "aws-cdk-lib/cloudformation-include";
import { CfnFunction, type IFunction } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import { Construct } from "constructs";

export interface FasttrackProps {
  /** The folder that `fasttrack build --plain` made. */
  readonly built: string;
  /** The hook function: an alias or a version of it, since the record names what decided. */
  readonly hooks: IFunction;
  /** The log group of the hook function, which an alarm reads. */
  readonly hooksLogGroup: ILogGroup;
  /** More parameters of the engine, such as AuthMode. */
  readonly parameters?: Record<string, string | string[]>;
}

export class Fasttrack extends Construct {
  /** All of the engine: getResource("Table") and getOutput("EventBusName") find parts of it. */
  readonly engine: CfnInclude;

  constructor(scope: Construct, id: string, props: FasttrackProps) {
    super(scope, id);
    this.engine = new CfnInclude(this, "Engine", {
      templateFile: path.join(props.built, "engine.yaml"),
      parameters: {
        ...props.parameters,
        HooksFunctionArn: props.hooks.functionArn,
        HooksFunctionName: props.hooks.functionName,
        HooksLogGroupName: props.hooksLogGroup.logGroupName,
        // Each function gets an asset of its own, below: a change of flows.yaml updates the
        // functions that read it, and no others.
        CodeBucket: "asset",
        CodePrefix: "",
      },
    });
    for (const fn of this.engine.node.findAll()) {
      if (!(fn instanceof CfnFunction)) continue;
      const name = fn.node.id.replace(/Function$/, "").toLowerCase(); // RequestFunction is request.zip
      const code = new Asset(this, `Code-${name}`, { path: path.join(props.built, `${name}.zip`) });
      fn.code = { s3Bucket: code.s3BucketName, s3Key: code.s3ObjectKey };
    }
    // What the CDK warns about in the engine's template.
    Validations.of(this).acknowledge({ id: "CloudFormation-Validate::W1030", reason: "An empty AlarmTopicArn has a condition of its own." });
    Validations.of(Stack.of(this)).acknowledge(
      { id: "CloudFormation-Validate::W2509", reason: "These parameters are ARNs of secrets." },
      { id: "CloudFormation-Validate::W8003", reason: "Parameters are set above, so conditions on them are known." },
      { id: "CloudFormation-Validate::W9052", reason: "The template has many conditions; cfn-lint checks it too." },
    );
  }
}
