"""Dtypes parsed and printed here are NumPy's, and what names none here names none there."""

import ast
import os
import random
import re
import warnings

import numpy as np

import dtype_texts
from stridewise_answers import answers

COUNT = int(os.environ.get("STRIDEWISE_CHAINS", 3000)) * 2
# NumPy passes over keys that it does not know; and Python glues neighbouring texts together.
STRICTER = re.compile("^key '.*' means nothing in a dtype$|^expected ',' or .* found '\\\\?[\"']")
SEED = int(os.environ.get("STRIDEWISE_SEED", 0))


def numpys(text):
    """What np.dtype makes of a text, or of the literal that it spells; None if it refuses."""
    literal = text.lstrip()[:1] in ("[", "{", "'", '"')
    inside = text.lstrip()[1:].lstrip() if text.lstrip().startswith("(") else ""
    literal = literal or inside[:1] in ("'", '"', "[", "{", "(") and inside != ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return np.dtype(ast.literal_eval(text) if literal or text == "None" else text)
        except Exception:  # whatever it raises is a no
            return None


def is_native(dtype):
    """As dtype.isnative, but of sub-arrays the elements count too."""
    if dtype.subdtype is not None:
        return is_native(dtype.subdtype[0])
    if dtype.names is not None:
        return all(is_native(field[0]) for field in dtype.fields.values())
    return dtype.isnative


def facts(dtype):
    """What the answer to a question about a dtype has to be."""
    simple = dtype.names is None and dtype.subdtype is None
    plain = dtype.subdtype is None and dtype.kind != "T"
    try:
        descr = repr(np.lib.format.dtype_to_descr(dtype)) if plain else None
    except ValueError:
        descr = None
    return {
        "dtype": dtype.str if simple else str(dtype),
        "itemsize": dtype.itemsize,
        "alignment": dtype.alignment,
        "kind": dtype.kind,
        "name": dtype.name,
        "code": dtype.str,
        "descr": descr,
        "native": is_native(dtype),
        "fields": [
            [name, dtype.fields[name][1], dtype.fields[name][0].itemsize] for name in dtype.names or []
        ],
    }


def differences(texts):
    for text, answer in zip(texts, answers([["dtype", text] for text in texts])):
        dtype = numpys(text)
        if text in dtype_texts.DIFFERENT or STRICTER.search(answer.get("message", "")):
            continue
        if dtype is None or "error" in answer:
            if (dtype is None) != ("error" in answer):
                yield f"{text!r}: NumPy {dtype!r}, here {answer.get('message', answer)}"
            continue
        want = facts(dtype)
        if want["descr"] is None and answer["descr"] is not None:
            del want["descr"]  # NumPy has none for sub-arrays
        for name, value in want.items():
            if answer[name] != value:
                yield f"{text!r}: {name} {answer[name]!r}, NumPy {value!r}"


def check(texts):
    texts = [text for text in texts if "\t" not in text and "\n" not in text]
    found = list(differences(texts))
    assert not found, f"{len(found)} of {len(texts)}\n" + "\n".join(found[:60])


def test_every_code_and_name():
    check(dtype_texts.table())


def test_random_dtypes():
    rng = dtype_texts.Random(random.Random(SEED))
    texts = [rng.text() for _ in range(COUNT)]
    check(texts)
    known = sum(numpys(text) is not None for text in texts)
    assert COUNT * 0.8 < known < COUNT * 0.99
