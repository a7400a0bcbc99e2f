"""Child of the bench: parses and translates statements with sqlglot and times itself.

A request is one line: `parse` or `translate`, a blank, a number of repetitions, a blank, the path of a JSON list of
statements. The answer is one line: seconds per repetition, a blank, the number of statements that succeeded.
"""
import json
import sys
import time

import sqlglot

print("ready sqlglot", sqlglot.__version__, flush=True)
loaded = {}
for line in sys.stdin:
    task, repetitions, path = line.rstrip("\n").split(" ", 2)
    if path not in loaded:
        # One input at a time is kept.
        with open(path, encoding="utf8") as file:
            loaded = {path: json.load(file)}
    statements = loaded[path]
    good = 0
    start = time.perf_counter()
    for _ in range(int(repetitions)):
        good = 0
        for statement in statements:
            try:
                if task == "parse":
                    sqlglot.parse(statement, read="postgres")
                else:
                    sqlglot.transpile(statement, read="mysql", write="postgres")
                good += 1
            except Exception:
                pass
    print((time.perf_counter() - start) / int(repetitions), good, flush=True)
