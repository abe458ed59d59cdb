"""Asks the example program `answers` of the core crate, many questions in one run."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def build(example="answers"):
    """Builds an example program and returns its path."""
    # Of the workspace, as `cargo test` has built it: one package alone would be built anew.
    command = ["cargo", "build", "--quiet", "--workspace", "--example", example,
               "--profile", "test", "--message-format", "json-render-diagnostics"]
    built = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    messages = [json.loads(line) for line in built.stdout.splitlines()]
    paths = [message.get("executable") for message in messages]
    return next(path for path in paths if path)


_program = None


def answers(questions):
    """One answer for each question, a list of texts each."""
    global _program
    if _program is None:
        _program = build()
    lines = "".join("\t".join(question) + "\n" for question in questions)
    done = subprocess.run([_program], input=lines, capture_output=True, text=True, check=False)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0 or len(found) != len(questions):
        question = questions[len(found)] if len(found) < len(questions) else None
        raise AssertionError(f"answers ended with {done.returncode} at {question}: {done.stderr}")
    return found
