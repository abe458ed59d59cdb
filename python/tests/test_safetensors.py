"""The safetensors writer: what is read back is what the array looked like, by two readers."""

import numpy as np
import pytest
from safetensors.numpy import load_file

import stridewise as sw

DTYPES = ["?", "u1", "i1", "<u2", ">i2", "f2", "<u4", ">i4", ">f4", "u8", "i8", "f8"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_layout_arrives(dtype, tmp_path):
    whole = (np.arange(4 * 5 * 6).reshape(4, 5, 6) % 100).astype(dtype)
    tensors = {
        "whole": whole, "fortran": np.asfortranarray(whole), "turned": whole.T, "reversed": whole[::-1, ::-2],
        "stepped": whole[:, 1::2, ::3], "broadcast": np.broadcast_to(whole[0], (3, 5, 6)), "scalar": whole[1, 2, 3],
        "empty": whole[:0], "one": whole[:1, :1],
    }  # fmt: skip
    path = tmp_path / "all.safetensors"
    sw.save_safetensors(tensors, path, metadata={"made by": "a test"})
    theirs = load_file(path)
    for name, a in tensors.items():
        assert theirs[name].tolist() == a.tolist() and theirs[name].shape == a.shape, name
        ours = sw.open(f"{path}::{name}")
        assert ours.tolist() == a.tolist() and ours.dtype == a.dtype.newbyteorder("<"), name


def test_large_ones_go_in_parts(tmp_path):
    a = np.arange(6_000_000.0).reshape(2000, 3000)
    path = tmp_path / "large.safetensors"
    sw.save_safetensors({"t": a.T, "row": a.reshape(1, -1)[:, ::-1]}, path)
    assert np.array_equal(sw.open(f"{path}::t"), a.T)
    assert np.array_equal(sw.open(f"{path}::row"), a.reshape(1, -1)[:, ::-1])


def test_refusals_leave_nothing_behind(tmp_path):
    path = tmp_path / "m.safetensors"
    for tensors, kind in [
        ({"a": np.zeros(2, "O")}, TypeError), ({"a": np.zeros(2, "M8[s]")}, TypeError), ({"a": np.zeros(2, "c16")}, TypeError),
        ({3: np.zeros(2)}, TypeError), ({"__metadata__": np.zeros(2)}, ValueError),
    ]:  # fmt: skip
        with pytest.raises(kind):
            sw.save_safetensors(tensors, path)
    with pytest.raises(TypeError, match="texts"):
        sw.save_safetensors({}, path, metadata={"a": 1})
    assert list(tmp_path.iterdir()) == []
    sw.save_safetensors({"a": np.ones(3)}, path)
    with pytest.raises(FileExistsError, match="overwrite"):
        sw.save_safetensors({"a": np.zeros(3)}, path)
    assert sw.open(f"{path}::a").tolist() == [1, 1, 1]
    sw.save_safetensors({"a": np.zeros(3)}, path, overwrite=True)
    assert load_file(path)["a"].tolist() == [0, 0, 0]
    with pytest.raises(FileNotFoundError):
        sw.save_safetensors({"a": np.zeros(3)}, tmp_path / "no" / "m.safetensors")
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.safetensors"]
