"""The notebooks under examples/: every cell runs, and prints what is stored with it."""

import ast
import contextlib
import io
import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "examples").glob("*.ipynb"))


def ran(source, names):
    """What a cell prints, and the text of its last expression."""
    tree = ast.parse(source)
    last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), names)
        value = eval(compile(last, "<cell>", "eval"), names) if last else None
    return printed.getvalue(), "" if value is None else repr(value)


def stored(cell):
    kinds = {"stream": lambda output: output["text"], "execute_result": lambda output: output["data"]["text/plain"]}
    parts = {kind: "" for kind in kinds}
    for output in cell["outputs"]:
        parts[output["output_type"]] += "".join(kinds[output["output_type"]](output))
    return parts["stream"], parts["execute_result"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_prints_what_it_shows(path):
    names = {}
    cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    assert len(cells) >= 5
    for cell in cells:
        assert ran("".join(cell["source"]), names) == stored(cell), "".join(cell["source"])


def test_there_are_three():
    assert len(NOTEBOOKS) == 3
