"""Starts moto's server as the Step Functions of the emulator.

Two things are put right in its interpreter before it starts, which AWS has and
it has not: $$.Execution.RedriveCount, and that an execution's functions are
invoked at the port that MOTO_PORT names.
"""

import sys

from moto.core.config import default_user_config
from moto.server import main
from moto.stepfunctions.parser.backend import execution_worker


def execution_data(**members):
    return {**members, "RedriveCount": 0}


execution_worker.ExecutionData = execution_data
default_user_config["stepfunctions"] = {"execute_state_machine": True}
main(sys.argv[1:])
