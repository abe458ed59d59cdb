"""Explaining: the documents of the command line about live arrays, and what only those have."""

import json
import pickle
import subprocess
import sys

import numpy as np
import pytest

import stridewise as sw


def command(*arguments):
    """What the command line prints as JSON."""
    run = [sys.executable, "-m", "stridewise", *arguments, "--json"]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def same_but(ours, theirs, *different):
    for name in different:
        ours.pop(name, None), theirs.pop(name, None)
    assert ours == theirs


def test_documents_are_those_of_the_command():
    a = np.zeros((4, 6))[::2, ::-1].T
    text = "zeros((4,6))[::2, ::-1].T"
    # The source is the array's name here, and the alignment of the pointer is the real one.
    same_but(sw.inspect(a).to_dict(), command("inspect", text), "source", "memory")
    same_but(sw.offset(a, (1, -1)).to_dict(), command("offset", text, "1,-1"), "source")
    same_but(sw.indices_at(a, 40).to_dict(), command("offset", text, "--byte", "40"), "source")
    chain = "a[:, ::-1].T.reshape(-1)"
    ours = sw.trace(chain, a=np.zeros((4, 6))).to_dict()
    assert ours == command("trace", "--let", "a=zeros((4,6))", chain)
    ours = sw.blas(np.zeros((4, 6)).T, np.zeros((4, 3))).to_dict()
    theirs = command("blas", "zeros((4,6)).T", "zeros((4,3))")
    for document in (ours, theirs):
        for operand in document["operands"]:
            del operand["source"]
    assert ours == theirs


def test_answers_are_frozen_and_travel():
    report = sw.inspect(np.zeros((2, 3)))
    assert json.loads(report.to_json()) == report.to_dict()
    for change in (lambda: setattr(report, "order", ()), lambda: delattr(report, "order")):
        with pytest.raises(AttributeError, match="frozen"):
            change()
    with pytest.raises(AttributeError, match="has no 'colour'"):
        report.colour  # noqa: B018
    assert pickle.loads(pickle.dumps(report)) == report
    assert pickle.loads(pickle.dumps(report.layout)) == report.layout
    assert "shape" in repr(report)


@pytest.mark.parametrize(
    "answer",
    [
        sw.inspect(np.zeros((2, 3))),
        sw.trace("zeros((2,3)).T.reshape(-1)"),
        sw.trace(lambda a: a.T, np.zeros((2, 3))),
        sw.offset(np.zeros((2, 3)), (1, 1)),
        sw.indices_at(np.zeros((2, 3)), 8),
        sw.blas(np.zeros((2, 3)), np.zeros((3, 2))),
        sw.compare(np.zeros(3), np.zeros(3)),
        sw.trace("a['<b>&']", a=np.zeros(3, [("<b>&", "i4")])),
    ],
)
def test_html_has_a_table_and_no_script(answer):
    html = answer._repr_html_()
    assert "<table>" in html
    assert "<script" not in html
    assert "<b>" not in html
    if answer.to_svg() is not None:
        assert "<svg" in html
        assert "prefers-color-scheme:dark" in html


def test_inspect_says_who_owns_the_memory():
    big = np.zeros(100_000_000, "u1")
    report = sw.inspect(big[5:15])
    assert report.memory.keeps_alive == 100_000_000
    assert report.layout.offset == 5
    assert report.memory.pointer_alignment == 1 or report.memory.pointer_alignment % 2 == 0
    assert "SW109" in report.to_json() or any("alive" in f.title for f in report.findings)
    report = sw.inspect(np.frombuffer(bytearray(64))[2:])
    assert report.memory.chain[-1] == "bytearray"
    assert report.layout.buffer_bytes == 64


def watched(function, *arrays):
    trace = sw.trace(function, *arrays)
    return [(step.op, step.effect) for step in trace.steps]


def test_real_code_is_watched():
    a = np.arange(24.0).reshape(4, 6)
    steps = watched(lambda a: a[::2].T.reshape(-1), a)
    assert steps == [("[::2]", "view"), (".T", "view"), (".reshape(-1)", "copy")]
    trace = sw.trace(lambda a: np.ravel(a[::2].T) + 1, a)
    assert [step.effect for step in trace.steps] == ["view", "view", "copy", "copy"]
    assert trace.steps[2].reason.axes == (0, 1)
    assert trace.steps[3].reason.code == "computed"

    def several(a, b):
        c = a[1:] * b
        c[0] = 5
        d, e = np.broadcast_arrays(c, b)
        return d.sum(axis=0)

    assert ("[1:]", "view") in watched(several, a, np.ones(6))
    assert watched(lambda a: a.astype("f4"), a)[0][1] == "copy"
    assert watched(lambda a: a.swapaxes(0, 1).swapaxes(0, 1), a)[1][1] == "view"
    assert watched(lambda a: float(a.sum()), a) == [(".sum()", "copy")]
    with pytest.raises(ZeroDivisionError):
        sw.trace(lambda a: 1 // 0, a)


def test_watching_agrees_with_tracing():
    a = np.arange(24.0).reshape(4, 6)
    for chain in ("[::2].T.reshape(-1)", ".ravel().reshape(2, 12).copy()", "[None, 1:, ::-1].T[..., 0]",
                  ".astype('i4').T.swapaxes(0, 1)", "[[0, 2]].flatten()"):  # fmt: skip
        told = sw.trace(f"a{chain}", a=a).steps
        seen = sw.trace(eval(f"lambda a: a{chain}"), a).steps
        assert [step.effect for step in told] == [step.effect for step in seen], chain
        assert [step.layout.strides for step in told] == [step.layout.strides for step in seen]
        assert [step.reason for step in told] == [step.reason for step in seen]


def test_traces_are_refused_with_a_caret():
    with pytest.raises(sw.LayoutError, match=r"\^\^\^") as caught:
        sw.trace("a.T.reshap(3)", a=np.zeros(3))
    assert "reshape" in caught.value.help
    with pytest.raises(TypeError, match="by name"):
        sw.trace("a.T", np.zeros(3))


def test_compare():
    a = np.zeros((4, 6))
    view = sw.compare(a, a[:, ::2])
    assert (view.same_buffer, view.shares_memory, view.bytes_copied) == (True, True, 0)
    assert view.changed == ("shape", "strides")
    apart = sw.compare(a[:, ::2], a[:, 1::2])
    assert (apart.same_buffer, apart.shares_memory, apart.writes_reach) == (True, False, False)
    copy = sw.compare(a, a.copy(order="F"))
    assert (copy.same_buffer, copy.bytes_copied, copy.changed) == (False, 192, ("strides",))


def test_by_stride_and_back():
    base = np.zeros((2, 3, 4, 5))
    for axes in ((3, 1, 0, 2), (0, 1, 2, 3), (2, 3, 0, 1)):
        a = base.transpose(axes)[::-1]
        view, back = sw.by_stride(a)
        steps = np.abs(view.strides)
        assert (steps[:-1] >= steps[1:]).all()
        assert view.transpose(back).strides == a.strides
        assert sw.stride_order(a) == tuple(np.argsort(-np.abs(a.strides), kind="stable"))


def test_require():
    a = np.zeros((2, 3))
    assert sw.require(a, "A") is a
    assert sw.require(a.T, "F").base is a
    assert sw.require(a, "F", copy=True).flags.f_contiguous
    assert sw.require(a, dtype="f4", copy=True).dtype == "f4"
    for call in (lambda: sw.require(a.T), lambda: sw.require(a[:, ::2], "A"), lambda: sw.require(a[::-1])):
        with pytest.raises(sw.LayoutError) as caught:
            call()
        assert caught.value.axis is not None
        assert caught.value.wanted != caught.value.got
    with pytest.raises(sw.LayoutError, match="float64, and float32 is needed"):
        sw.require(a, dtype="f4")
    with pytest.raises(ValueError, match="order must be"):
        sw.require(a, "K")


def test_files_are_mapped(tmp_path):
    a = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    np.save(tmp_path / "a.npy", a)
    np.savez(tmp_path / "a.npz", x=a, y=np.arange(3))
    np.savez_compressed(tmp_path / "b.npz", x=a)
    records = np.array([(1, 2.0)], [("n", "i1"), ("x", "<f8", (2,))])
    np.save(tmp_path / "r.npy", records)
    a.tofile(tmp_path / "a.raw")
    for spec in ("a.npy", "a.npz::x", "b.npz::x"):
        got = sw.open(str(tmp_path / spec))
        assert got.tolist() == a.tolist()
        assert got.flags.f_contiguous
        assert not got.flags.writeable
    assert sw.open(tmp_path / "r.npy").dtype == records.dtype
    raw = sw.open(tmp_path / "a.raw", dtype="<f8", shape=(2, 3))
    assert raw.ravel().tolist() == a.ravel().tolist()
    with pytest.raises(sw.LayoutError, match="out of bounds of its buffer"):
        sw.as_strided(raw, (7,), (8,))
    with pytest.raises(FileNotFoundError):
        sw.open(tmp_path / "none.npy")
    with pytest.raises(ValueError, match="2 arrays"):
        sw.open(tmp_path / "a.npz")
    (tmp_path / "short.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:-1])
    with pytest.raises(ValueError, match="npy"):
        sw.open(tmp_path / "short.npy")
