# Runs a Lambda function in Python over the Runtime API, as Lambda's own runtime does:
# https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback

HOST, _, PREFIX = os.environ["AWS_LAMBDA_RUNTIME_API"].partition("/")
BASE = ("/" + PREFIX if PREFIX else "") + "/2018-06-01/runtime/"
TASK_ROOT = os.environ["LAMBDA_TASK_ROOT"]
connection = http.client.HTTPConnection(HOST)


class Context:
    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = None
        self.client_context = None
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))


def call(method, path, body=None):
    connection.request(method, BASE + path, body, {"Content-Type": "application/json"} if body is not None else {})
    response = connection.getresponse()
    return response, response.read()


def report(path, kind, message, trace):
    print(f"[ERROR] {kind}: {message}", *(["Traceback (most recent call last):"] if trace else []), *(line.rstrip() for line in trace), sep="\n", file=sys.stderr)
    call("POST", path, json.dumps({"errorType": kind, "errorMessage": message, "stackTrace": trace}).encode())


def frames(error):
    own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != "<string>" and "importlib" not in f.filename]
    return traceback.format_list(own)


def load():
    """Returns the handler, or reports why there is none and exits."""
    name = os.environ["_HANDLER"]
    module, _, function = name.rpartition(".")
    try:
        if not module:
            raise ValueError(f"Bad handler '{name}': must be FILE.FUNCTION")
        loaded = importlib.import_module(module.replace("/", "."))
        return getattr(loaded, function)
    except SyntaxError as error:
        kind, trace = "Runtime.UserCodeSyntaxError", [f'  File "{error.filename}" Line {error.lineno}\n    {error.text or ""}']
        message = f"Syntax error in module '{module}': {error}"
    except ImportError as error:
        kind, trace, message = "Runtime.ImportModuleError", frames(error), f"Unable to import module '{module}': {error}"
    except AttributeError as error:
        kind, trace, message = type(error).__name__, frames(error), str(error)
        if not trace:
            kind, message = "Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module}'"
    except Exception as error:
        kind, trace, message = type(error).__name__, frames(error), str(error)
    report("init/error", kind, message, trace)
    sys.exit(1)


def serve(handler):
    while True:
        response, event = call("GET", "invocation/next")
        if response.status != 200:
            return  # the function is being stopped
        request = response.headers["Lambda-Runtime-Aws-Request-Id"]
        os.environ["_X_AMZN_TRACE_ID"] = response.headers.get("Lambda-Runtime-Trace-Id", "")
        try:
            answer = handler(json.loads(event), Context(response.headers))
        except Exception as error:
            report(f"invocation/{request}/error", type(error).__name__, str(error), frames(error))
            continue
        try:
            body = json.dumps(answer, ensure_ascii=False).encode()
        except (TypeError, ValueError) as error:
            report(f"invocation/{request}/error", "Runtime.MarshalError", f"Unable to marshal response: {error}", [])
            continue
        call("POST", f"invocation/{request}/response", body)


sys.path.insert(0, TASK_ROOT)
logging.basicConfig(stream=sys.stderr, format="[%(levelname)s] %(message)s")
try:
    serve(load())
except (ConnectionError, http.client.HTTPException):
    pass  # the service is gone
