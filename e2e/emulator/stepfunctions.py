"""Starts moto's server as the Step Functions of the emulator.

Three things are put right in its interpreter before it starts, which AWS has and
it has not: $$.Execution.RedriveCount, that an execution's functions are invoked at
the port that MOTO_PORT names, and that they are invoked as the role of the state's
Credentials, or of the machine: a header names it to the edge, which signs.
"""

import sys

from moto.core.config import default_user_config
from moto.server import main
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
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


execution_worker.ExecutionData = execution_data
lambda_eval_utils.boto_client_for = client_as
default_user_config["stepfunctions"] = {"execute_state_machine": True}
main(sys.argv[1:])
