"""Starts moto's server as the Step Functions of the emulator.

Four things are put right in its interpreter before it starts, which AWS has and
it has not: $$.Execution.RedriveCount, that an execution's functions are invoked at
the port that MOTO_PORT names, that they are invoked as the role of the state's
Credentials, or of the machine (a header names it to the edge, which signs), and
states:startExecution, whose parameters it passes on under their names in the
definition, which its API does not know.
"""

import sys

from moto.core.config import default_user_config
from moto.server import main
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_sfn
from moto.stepfunctions.parser.backend import execution_worker


def execution_data(**members):
    return {**members, "RedriveCount": 0}


client_for = lambda_eval_utils.boto_client_for


def client_as(region, service, state_credentials=None):
    client = client_for(region=region, service=service)

    def name_role(request, **_):
        request.headers["X-Role"] = state_credentials.role_arn

    client.meta.events.register("before-send." + service, name_role)
    return client


def start_execution(self, env, resource_runtime_part, normalised_parameters, state_credentials):
    client = state_task_service_sfn.boto_client_for(region=resource_runtime_part.region, service="stepfunctions")
    response = client.start_execution(**{name[0].lower() + name[1:]: value for name, value in normalised_parameters.items()})
    env.stack.append({"ExecutionArn": response["executionArn"], "StartDate": response["startDate"].timestamp()})


state_task_service_sfn.StateTaskServiceSfn._eval_service_task = start_execution
execution_worker.ExecutionData = execution_data
lambda_eval_utils.boto_client_for = client_as
default_user_config["stepfunctions"] = {"execute_state_machine": True}
main(sys.argv[1:])
