"""Files go into blobs in chunks and come out again."""

from collective.hoard.ledger import open_file
from collective.hoard.ledger import store_file
from collective.hoard.ledger.files import CHUNK
from hashlib import sha256
from io import BytesIO
from io import StringIO
from persistent.mapping import PersistentMapping
import pytest
import transaction


class Stream:
    """A binary stream that remembers how much was asked of it at once."""

    def __init__(self, size):
        self.left = size
        self.largest = 0

    def read(self, size=-1):
        self.largest = max(self.largest, self.left if size < 0 else size)
        size = min(size, self.left)
        self.left -= size
        return b"x" * size


def test_a_file_value_says_what_it_holds():
    value = store_file(b"hello", "a.txt", "text/plain")

    assert value["filename"] == "a.txt"
    assert value["content_type"] == "text/plain"
    assert value["size"] == 5
    assert value["sha256"] == sha256(b"hello").hexdigest()


def test_a_stream_is_never_read_whole():
    stream = Stream(10 * CHUNK + 1)
    assert store_file(stream, "big", "x/y")["size"] == 10 * CHUNK + 1
    assert stream.largest == CHUNK


def test_a_stream_is_read_from_where_it_stands_and_left_open():
    stream = BytesIO(b"skip rest")
    stream.seek(5)
    with open_file(store_file(stream, "f", "x/y")) as file:
        assert file.read() == b"rest"
    assert not stream.closed


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"x" * (CHUNK + 1)])
def test_a_stored_file_reads_back(ledger, connection, content):
    key = ledger.add({"doc": store_file(content, "f", "x/y")}, schema=1)
    transaction.commit()
    connection.cacheMinimize()

    with open_file(ledger.get(key).values["doc"]) as file:
        assert file.read() == content


def test_several_files_fit_one_field(ledger):
    files = [store_file(name.encode(), name, "x/y") for name in ("a", "b")]
    key = ledger.add({"docs": files}, schema=1)
    transaction.commit()

    names = [value["filename"] for value in ledger.get(key).values["docs"]]
    assert names == ["a", "b"]


@pytest.mark.parametrize("args", [(StringIO("text"), "f", "x/y"), (b"", None, "x/y")])
def test_text_and_nameless_files_are_refused(args):
    with pytest.raises(TypeError):
        store_file(*args)


@pytest.mark.parametrize("value", [None, "x", PersistentMapping(), {"blob": 1}])
def test_only_file_values_open(value):
    with pytest.raises(TypeError, match="file value"):
        open_file(value)


def test_the_file_of_a_removed_row_is_gone_after_a_pack(ledger, db, tmp_path):
    key = ledger.add({"doc": store_file(b"secret", "f", "x/y")}, schema=1)
    transaction.commit()
    ledger.remove(key)
    transaction.commit()

    db.pack()

    assert not [path for path in (tmp_path / "blobs").rglob("*.blob")]
