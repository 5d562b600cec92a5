"""Runs the AWS command line in forks of one process: most of the time of a call
goes into its imports and the descriptions of services. A call is a line of JSON, [arguments, environment, folder],
with the descriptors of its input, output and error output."""

import contextlib
import io
import json
import os
import signal
import socket
import sys
import traceback

import awscli.clidriver
import awscli.customizations.commands  # noqa: F401
import botocore.loaders
import botocore.parsers  # noqa: F401

load, loaded = botocore.loaders.JSONFileLoader.load_file, {}


def load_once(self, path):
    if path not in loaded:
        loaded[path] = load(self, path)
    return loaded[path]


# Forks find here what the calls below load.
botocore.loaders.JSONFileLoader.load_file = load_once
with contextlib.redirect_stdout(io.StringIO()):
    for call in (
        "cloudformation list-stacks", "dynamodb list-tables", "events list-rules", "iam list-roles",
        "lambda list-functions", "logs describe-log-groups", "stepfunctions list-state-machines",
    ):
        awscli.clidriver.create_clidriver().main([*call.split(), "--region", "us-east-1", "--generate-cli-skeleton"])

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
parent = os.getppid()
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen(16)
server.settimeout(1)
print("ready", flush=True)
while os.getppid() == parent:
    try:
        call, _ = server.accept()
    except TimeoutError:
        continue
    if os.fork():
        call.close()
        continue
    call.settimeout(None)
    data, fds, _, _ = socket.recv_fds(call, 1 << 20, 3)
    while not data.endswith(b"\n"):
        data += call.recv(1 << 20)
    for to, fd in enumerate(fds):
        os.dup2(fd, to)
    args, environment, folder = json.loads(data)
    environment["AWS_DATA_PATH"] = os.environ["AWS_DATA_PATH"]  # which the import set
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    status = 255
    try:
        status = awscli.clidriver.create_clidriver().main(args)
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        call.sendall(b"%d\n" % status)
        os._exit(0)
