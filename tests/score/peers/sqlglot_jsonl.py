#!/usr/bin/env python3
"""sqlglot behind the JSON lines of `airc translate --jsonl`, so that it can be scored.

pip install sqlglot, then
cargo xtask score --external 'python3 tests/score/peers/sqlglot_jsonl.py'
"""

import json
import logging
import sys

import sqlglot

DIALECTS = {"mariadb": "mysql", "mssql": "tsql"}


def dialect(profile):
    name = profile.split("@")[0]
    return DIALECTS.get(name, name)


def answer(request):
    try:
        statements = sqlglot.transpile(
            request["sql"],
            read=dialect(request["from"]),
            write=dialect(request["to"]),
            unsupported_level=sqlglot.ErrorLevel.RAISE,
        )
        sql = ";\n".join(statement for statement in statements if statement)
        return {"id": request["id"], "ok": True, "sql": sql, "assumptions": []}
    except Exception as error:  # Whatever it raises is its refusal.
        code = type(error).__name__
        message = str(error).split("\n")[0]
        return {
            "id": request["id"],
            "ok": False,
            "error": message,
            "diagnostics": [{"code": code, "message": message}],
        }


def main():
    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


main()
