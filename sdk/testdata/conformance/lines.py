"""Serves the handler of a module on stdin and stdout, a JSON document on a line.

usage: lines.py FOLDER MODULE
"""

import contextlib
import importlib
import io
import json
import sys

folder, module = sys.argv[1:]
sys.path.insert(0, folder)
handler = importlib.import_module(module).handler

for line in sys.stdin:
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            got = {"response": handler(json.loads(line), None)}
    except Exception as err:
        got = {"error": str(err)}
    print(json.dumps(got), flush=True)
