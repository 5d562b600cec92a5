"""Prints the first mistake in the syntax of the Python files below a folder.

usage: check.py FOLDER NAME VERSION: mistakes are reported below NAME. A Python that is
older than VERSION knows less syntax than the function's, and checks nothing.
"""

import os
import sys

folder, name, version = sys.argv[1:]
if sys.version_info[:2] >= tuple(int(n) for n in version.split(".")):
    for at, folders, files in os.walk(folder):
        folders.sort()
        for file in sorted(f for f in files if f.endswith(".py")):
            path = os.path.join(at, file)
            with open(path, "rb") as f:
                source = f.read()
            shown = name + "/" + os.path.relpath(path, folder).replace(os.sep, "/")
            try:
                compile(source, shown, "exec", dont_inherit=True)
            except SyntaxError as e:
                print(f"{shown}:{e.lineno or 1}: {type(e).__name__}: {e.msg}")
                sys.exit(1)
            except ValueError as e:
                print(f"{shown}:1: {e}")
                sys.exit(1)
