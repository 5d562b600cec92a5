"""Runs the AWS command line in forks of one process: most of the time of a call
goes into its imports. A call is a line of JSON, [arguments, environment, folder],
with the descriptors of its input, output and error output."""

import json
import os
import signal
import socket
import sys
import traceback

import awscli.clidriver
import awscli.customizations.commands  # noqa: F401
import botocore.parsers  # noqa: F401

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
