"""A pytest plugin: bottleneck's own tests of move_*, with ours in place of bottleneck's.

    python -m pytest -p bottlenecks_own --pyargs bottleneck.tests.move_test

Nothing is exempt. Their reference functions, `bn.slow.move_*`, stay theirs.
"""

import functools

import bottleneck

import stridewise.bottleneck as ours

used = set()


def counted(name):
    function = getattr(ours, name)

    @functools.wraps(function)
    def call(*args, **kwargs):
        used.add(name)
        return function(*args, **kwargs)

    return call


OURS = {name: counted(name) for name in ours.__all__}
theirs_of = bottleneck.get_functions


def get_functions(module_name, as_string=False):
    """As bottleneck's, with our functions in theirs' place."""
    return [
        function if as_string else OURS.get(function.__name__, function)
        for function in theirs_of(module_name, as_string)
    ]


bottleneck.get_functions = get_functions
for name, function in OURS.items():
    setattr(bottleneck, name, function)


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line("called: " + " ".join(sorted(used)))
