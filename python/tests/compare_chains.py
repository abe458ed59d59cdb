"""Compares what stridewise says of a chain of expressions with what NumPy does."""

import random
import warnings

import numpy as np

from chains import Generator, address, evaluate, leaves_its_buffer, root, shorter, written_out
from stridewise_answers import answers


# What expressions do not follow so far; such chains are counted as agreeing.
NOT_YET = set()


class Chain:
    """A chain, what NumPy made of it, and how it is asked.

    With `named`, the array after so many steps is given the name `a` first, and the chain goes
    on from `a`: then that array is the original.
    """

    def __init__(self, templates, values, error, named=0):
        self.templates = templates
        self.values = values
        self.error = error
        self.named = min(named, len(templates) - 1)
        tail = ["a", *templates[self.named :]] if self.named else templates
        self.text, ends = written_out(tail)
        self.ends = [None] * (self.named - 1) + ends if self.named else ends

    @classmethod
    def random(cls, seed):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rng = random.Random(seed)
            return cls(*Generator(rng).chain(), rng.choice([0, 0, 0, 1, 2, 3]))

    @classmethod
    def of(cls, templates, named=0):
        values = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                for template in templates:
                    values.append(evaluate(template, values[-1] if values else None))
                    if leaves_its_buffer(values[-1]):
                        break
            except Exception as error:
                return cls(templates, values, error, named)
        return cls(templates[: len(values)], values, None, named)

    @property
    def question(self):
        lets = [f"a={written_out(self.templates[: self.named])[0]}"] if self.named else []
        return ["trace", *lets, self.text]

    def __str__(self):
        *lets, text = self.question[1:]
        return "; ".join([*lets, text])

    @property
    def refused(self):
        """Whether an error is the right answer."""
        return self.error is not None or leaves_its_buffer(self.values[-1])

    def differences(self, answer):
        """What the answer says otherwise than NumPy, as texts."""
        if "panic" in answer:
            return ["it panics"]
        if "error" in answer:
            if self.refused or answer["error"] in NOT_YET:
                return []
            return [f"NumPy does it; here: {answer['error']}: {answer['message']}"]
        if isinstance(self.error, RuntimeError) and "formatting was too short" in str(self.error):
            return []  # a time as text: whether it fits depends on the value, which a trace has not
        if self.refused:
            return [f"NumPy refuses: {self.error!r}" if self.error else "it leaves its buffer"]
        found = []
        for at, value in enumerate(self.values):
            if at < self.named:
                continue
            inside = [step for step in answer["steps"] if step["end"] <= self.ends[at]]
            near = [step for step in inside if step["end"] >= self.ends[at] - 1]
            if not near:
                found.append(f"no step for {self.templates[at]}")
                continue
            for name, (ours, theirs) in self.facts(at, value, near[-1]).items():
                if ours != theirs:
                    found.append(f"after {self.templates[at]!r}: {name} {ours}, NumPy {theirs}")
        return found

    def facts(self, at, value, step):
        """Name -> (ours, NumPy's) of one step; what NumPy leaves undefined is left out."""
        previous = self.values[at - 1] if at else None
        original = self.values[max(self.named - 1, 0)]
        facts = {
            "shape": (tuple(step["shape"]), value.shape),
            "dtype": (np.dtype(eval_dtype(step["dtype"])), value.dtype),
            "itemsize": (step["itemsize"], value.itemsize),
        }
        if isinstance(value, np.character) or isinstance(previous, np.generic):
            del facts["dtype"], facts["itemsize"]  # as long as its text
        if isinstance(value, np.generic):
            if not isinstance(previous, np.generic):
                facts["effect"] = (step["effect"], "copy")
            return facts
        flags = value.flags
        facts["C"] = (step["c"], flags.c_contiguous)
        facts["F"] = (step["f"], flags.f_contiguous)
        facts["aligned"] = (step["aligned"], flags.aligned)
        if isinstance(previous, np.generic) or isinstance(original, np.generic):
            return facts
        owner = root(value)
        same_memory = previous is not None and owner is root(previous)
        effect = "new" if previous is None else "view" if same_memory else "copy"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            facts["writeable"] = (step["writeable"], bool(flags.writeable))
        facts["effect"] = (step["effect"], effect)
        reaches = owner is root(original) and facts["writeable"][1]
        facts["reaches"] = (step["reaches"], reaches)
        if value.size:
            facts["strides"] = (tuple(step["strides"]), value.strides)
            facts["offset"] = (step["offset"], address(value) - address(owner))
        return facts


def eval_dtype(text):
    """The dtype that a text as stridewise prints it names."""
    return eval(text, {}) if text[0] in "[({" else text


def compare(seeds, most=60):
    """The chains of these seeds, and those that differ, some as small as dropping steps makes them."""
    chains = [Chain.random(seed) for seed in seeds]
    given = answers([chain.question for chain in chains])
    mismatches = [chain for chain, answer in zip(chains, given) if chain.differences(answer)]
    return chains, [smallest(chain) for chain in mismatches[:most]] + mismatches[most:]


def smallest(chain):
    """The chain without the steps, and without the name, that its difference does not need."""
    kind = kind_of(chain)
    while True:
        candidates = [Chain.of(templates, named) for templates in shorter(chain.templates)
                      for named in {0, chain.named}]
        if chain.named:
            candidates.append(Chain.of(chain.templates))
        smaller = next((c for c in candidates if kind_of(c) == kind), None)
        if smaller is None:
            return chain
        chain = smaller


def kind_of(chain):
    """The first difference without its numbers."""
    found = chain.differences(answers([chain.question])[0])
    if not found:
        return None
    first = found[0].split(": ", 1)
    return first[-1].split(" ")[0] if first[0].startswith("after") else found[0][:40]
