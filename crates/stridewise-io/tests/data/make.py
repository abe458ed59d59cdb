"""Writes the files of this folder with NumPy, safetensors and zarr, and expected.tsv beside them.

Run: python3 make.py   (needs numpy, safetensors, zarr)

Columns of expected.tsv: what to open, NumPy's str of the dtype, shape, strides, the byte of the file
at which the data starts (or "inflated"), CRC-32 of the data in memory order.
"""
import json
import pathlib
import shutil
import warnings
import zipfile
import zlib

import numpy as np
import safetensors.numpy
import zarr
from numpy.lib import format as npy
from zarr.codecs import BytesCodec, ShardingCodec, TransposeCodec

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent
rows = []


def counted(shape, dtype):
    return np.arange(int(np.prod(shape)), dtype=dtype).reshape(shape)


def shown(array, spec, start):
    dtype = array.dtype.str if array.dtype.names is None else str(array.dtype)
    memory = array.tobytes("A")
    rows.append([spec, dtype, list(array.shape), list(array.strides), start, zlib.crc32(memory)])


def save(name, array, version=None):
    path = HERE / name
    with open(path, "wb") as file:
        npy.write_array(file, np.asanyarray(array), version=version)
    mapped = np.load(path, mmap_mode="r") if array.size and array.itemsize else np.load(path)
    shown(mapped, name, path.stat().st_size - array.nbytes)


point = np.dtype([("x", "i1"), ("y", "<f8")])
padded = np.dtype({"names": ["a", "b"], "formats": ["i1", "f8"], "offsets": [0, 8], "itemsize": 24})
nested = np.dtype([(("the title", "p"), [("q", ">i2"), ("r", "S3")]), ("z", "<f4", (2, 3))])
unicode_names = np.dtype([("größe", "<f4"), ("名前", "U2")])

save("c.npy", counted((2, 3), "<f8"))
save("f_big.npy", np.asfortranarray(counted((4, 5, 2), ">i4")))
save("scalar.npy", np.array(7, "u2"))
save("empty.npy", np.empty((0, 3), "c16"))
save("bool.npy", counted((3, 3), "i4") % 2 == 0)
save("half.npy", counted((5,), "f2"))
save("long_double.npy", np.zeros(3, "longdouble"))
save("datetime.npy", counted((3,), "i8").astype("M8[25s]"))
save("text.npy", np.array(["a", "bc", "def"], ">U3"))
save("bytes.npy", np.array([b"a", b"bc"], "S5"))
save("void.npy", np.zeros(4, "V7"))
save("no_bytes.npy", np.zeros((4, 5), "V0"))
save("point.npy", np.zeros(3, point))
save("padded.npy", np.zeros((2, 2), padded))
save("nested.npy", np.zeros((2,), nested))
save("rank32.npy", np.zeros((1,) * 31 + (2,), "u1"))
save("version2.npy", counted((3,), "<i8"), version=(2, 0))
save("version3.npy", np.zeros(2, unicode_names), version=(3, 0))
save("unicode.npy", np.zeros(2, unicode_names))


def save_archive(name, compressed, **arrays):
    path = HERE / name
    (np.savez_compressed if compressed else np.savez)(path, **arrays)
    with zipfile.ZipFile(path) as archive, open(path, "rb") as file:
        for info in archive.infolist():
            array = arrays[info.filename[:-4]]
            start = "inflated"
            if not compressed:
                file.seek(info.header_offset + 26)
                name_length, extra = np.frombuffer(file.read(4), "<u2")
                start = info.header_offset + 30 + int(name_length) + int(extra) + info.file_size - array.nbytes
            shown(array, f"{name}::{info.filename[:-4]}", start)


several = {
    "x": counted((2, 3), "<f8"),
    "größe": np.asfortranarray(counted((3, 4), ">i2")),
    "layer/w": np.zeros((4,), point),
    "empty": np.empty((0,), "f4"),
}
save_archive("several.npz", False, **several)
save_archive("deflated.npz", True, **several, zeros=np.zeros((100, 100)))
save_archive("one.npz", False, only=counted((3,), "<u4"))
with zipfile.ZipFile(HERE / "mixed.npz", "w") as archive:
    archive.writestr(zipfile.ZipInfo("notes.txt"), "hello")
    archive.writestr(zipfile.ZipInfo("folder/"), "")
    with archive.open(zipfile.ZipInfo("x.npy"), "w") as member:  # sizes follow in a data descriptor
        npy.write_array(member, counted((2,), "<f4"))
    for name, method in [("bz.npy", zipfile.ZIP_BZIP2), ("lzma.npy", zipfile.ZIP_LZMA)]:
        with archive.open(zipfile.ZipInfo(name), "w") as member:
            npy.write_array(member, counted((2,), "<f4"))
        archive.writestr(zipfile.ZipInfo("packed_" + name), (HERE / "c.npy").read_bytes(), method)


class Unseekable:
    """A stream on which zipfile writes sizes behind the data."""

    def __init__(self, path):
        self.file = open(path, "wb")

    def read(self, *_):
        raise OSError("numpy asks for the method, and never calls it")

    def write(self, data):
        return self.file.write(data)

    def flush(self):
        self.file.flush()

    def close(self):
        self.file.close()


stream = Unseekable(HERE / "streamed.npz")
np.savez(stream, x=counted((2, 3), "<f8"), y=counted((4,), "<i4"))
stream.close()
with zipfile.ZipFile(HERE / "streamed.npz") as archive:
    data = (HERE / "streamed.npz").read_bytes()
    for key in "xy":
        array = np.load(HERE / "streamed.npz")[key]
        shown(array, f"streamed.npz::{key}", data.index(array.tobytes()))

tensors = {"w": counted((2, 3), "<f4"), "b": counted((3,), "<i8"), "scalar": np.array(1.5, "f8"),
           "flag": np.array([True, False]), "none": np.zeros((0, 2), "f2")}
safetensors.numpy.save_file(tensors, HERE / "several.safetensors", metadata={"made": "here"})
raw = (HERE / "several.safetensors").read_bytes()
header = json.loads(raw[8:8 + int.from_bytes(raw[:8], "little")])
for name, array in tensors.items():
    start = 8 + int.from_bytes(raw[:8], "little") + header[name]["data_offsets"][0]
    shown(array, f"several.safetensors::{name}", start)


def save_zarr(name, values, **options):
    """An array of one chunk or shard, uncompressed, and that chunk beside its metadata."""
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    array = zarr.create_array(folder, shape=values.shape, dtype=values.dtype, **options)
    array[...] = values
    return folder


cube = counted((4, 6, 2), "u2")
plain = {"compressors": None, "chunks": (4, 6, 2)}
save_zarr("v2_c.zarr", cube, zarr_format=2, order="C", **plain)
save_zarr("v2_f.zarr", cube, zarr_format=2, order="F", **plain)
save_zarr("v3_c.zarr", cube, **plain)
save_zarr("v3_big.zarr", cube, serializer=BytesCodec(endian="big"), **plain)
save_zarr("v3_transposed.zarr", cube, filters=[TransposeCodec(order=(2, 0, 1))], **plain)
save_zarr("v3_twice.zarr", cube,
          filters=[TransposeCodec(order=(2, 0, 1)), TransposeCodec(order=(1, 0, 2))], **plain)
save_zarr("v3_sharded.zarr", counted((4, 6, 12), "u2"), chunks=(4, 6, 12), compressors=None,
          filters=[TransposeCodec(order=(1, 2, 0))],
          serializer=ShardingCodec(chunk_shape=(2, 3, 4),  # of the transposed axes
                                   codecs=[TransposeCodec(order=(2, 1, 0)), BytesCodec()]))
shutil.rmtree(HERE / "group.zarr", ignore_errors=True)
zarr.create_group(HERE / "group.zarr")

(HERE / "expected.tsv").write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))
