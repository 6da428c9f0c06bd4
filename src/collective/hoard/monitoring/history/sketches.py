"""Percentiles that can be added up: DDSketch, as small bytes."""

from ddsketch import DDSketch
import struct
import zlib


#: A percentile is right to within two per cent of itself.
ACCURACY = 0.02


def sketch_of(values):
    """A `DDSketch` of *values*, milliseconds."""
    sketch = DDSketch(ACCURACY)
    for value in values:
        sketch.add(value)
    return sketch


def dumps(sketch):
    """The bytes of a sketch of values from 0 on."""
    store = sketch._store
    counts = [int(count) for count in store.bins]
    used = [place for place, count in enumerate(counts) if count]
    low, high = (used[0], used[-1] + 1) if used else (0, 0)
    counts = counts[low:high]
    width = "B" if max(counts, default=0) < 256 else "I"
    head = struct.pack(
        "<cii", width.encode(), store.offset + low, int(sketch._zero_count)
    )
    return zlib.compress(head + struct.pack(f"<{len(counts)}{width}", *counts))


def loads(data):
    """The sketch of some bytes, ready to be merged."""
    data = zlib.decompress(data)
    width, offset, zeros = struct.unpack_from("<cii", data)
    width = width.decode()
    rest = data[struct.calcsize("<cii") :]
    counts = struct.unpack(f"<{len(rest) // struct.calcsize(width)}{width}", rest)
    sketch = DDSketch(ACCURACY)
    for place, count in enumerate(counts):
        if count:
            sketch._store.add(offset + place, count)
    sketch._zero_count = zeros
    sketch._count = sketch._store.count + zeros
    return sketch


def merged(sketches):
    """One sketch of all."""
    result = DDSketch(ACCURACY)
    for sketch in sketches:
        result.merge(sketch)
    return result
