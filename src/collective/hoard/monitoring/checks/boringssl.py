"""libcurl on BoringSSL, as curl_cffi ships it, in the shape of pycurl.

curl_cffi's own classes are made for sessions like a browser's; here is what
`http_lane` uses of pycurl's `Curl` and `CurlMulti`, by the same numbers of
options, straight on its libcurl. Certificates are not read here.
"""

from curl_cffi import ffi
from curl_cffi import lib
import ipaddress
import logging
import pycurl
import socket
import struct


logger = logging.getLogger(__name__)

VERSION = ffi.string(lib.curl_version()).decode("ascii", "replace")
if "BoringSSL" not in VERSION:
    raise ImportError(f"curl_cffi's libcurl is not built on BoringSSL: {VERSION}")

#: BoringSSL's names; without the hybrid with ML-KEM.
GROUPS = "X25519:P-256:P-384:P-521"
#: libcurl's own numbers where pycurl does not show them.
ERRORBUFFER, ERROR_SIZE = 10010, 256
SOCKETDATA = 10002
#: {option that is a function: (option that is its data, C type, ours)}
FUNCTIONS = {}
#: Types of options by their number / 10,000, and of answers by their high bits.
LONG, POINTER, _, OFFSET, _ = range(5)
ANSWERS = {0x200000: "long*", 0x300000: "double*", 0x600000: "int64_t*"}
ANSWER_TYPE = 0xF00000
#: C's curl_sockaddr: family, kind, protocol, length; then a sockaddr.
HEAD = struct.Struct("iiiI")
#: What any libcurl says that is not made to look like a browser.
ACCEPT = b"Accept: */*"


def function(option, data, signature, error):
    """What Python does for *option*; *error* is the answer when that breaks."""

    def register(ours):
        FUNCTIONS[option] = data, ffi.callback(signature, ours, error=error)
        return ours

    return register


@function(pycurl.WRITEFUNCTION, 10001, "size_t(char*, size_t, size_t, void*)", 0)
@function(pycurl.HEADERFUNCTION, 10029, "size_t(char*, size_t, size_t, void*)", 0)
def on_bytes(start, size, count, owner):
    taken = ffi.from_handle(owner)(ffi.buffer(start, count)[:])
    return count if taken is None else taken


@function(pycurl.OPENSOCKETFUNCTION, 10164, "int(void*, int, void*)", pycurl.SOCKET_BAD)
def on_open(owner, purpose, where):
    made = ffi.from_handle(owner)(purpose, address_at(where))
    return made if made == pycurl.SOCKET_BAD else made.detach()


def address_at(where):
    """(family, kind, protocol, (IP address, port)) of a ``struct curl_sockaddr *``."""
    family, kind, protocol, size = HEAD.unpack(ffi.buffer(where, HEAD.size))
    raw = bytes(ffi.buffer(where, HEAD.size + size))[HEAD.size :]
    # sockaddr_in: family, port, address; sockaddr_in6: a flow stands between.
    packed = raw[8:24] if family == socket.AF_INET6 else raw[4:8]
    port = int.from_bytes(raw[2:4], "big")
    return family, kind, protocol, (str(ipaddress.ip_address(packed)), port)


@ffi.callback("int(void*, int, int, void*, void*)", error=-1)
def on_socket(_, fd, what, owner, __):
    ffi.from_handle(owner)(what, fd, None, None)
    return 0


def says_what_it_accepts(line):
    return line[:7].lower() in {b"accept:", b"accept;"}


class Curl:
    """One transfer at a time; options stay until they are set again."""

    def __init__(self):
        self.pointer = lib.curl_easy_init()
        #: What libcurl points at, which Python must not throw away.
        self._held, self._lists = {}, {}
        self._said = ffi.new("char[]", ERROR_SIZE)
        lib._curl_easy_setopt(self.pointer, ERRORBUFFER, self._said)
        self.setopt(pycurl.HTTPHEADER, [])

    def setopt(self, option, value):
        """:raises pycurl.error: This libcurl refuses it."""
        if option in FUNCTIONS:
            error = self._call(option, value)
        elif isinstance(value, list):
            error = self._list(option, value)
        else:
            error = self._plain(option, value)
        if error:
            raise pycurl.error(error, f"libcurl refuses option {option}")

    def _call(self, option, value):
        data, ours = FUNCTIONS[option]
        self._held[option] = owner = ffi.new_handle(value)
        lib._curl_easy_setopt(self.pointer, option, ffi.cast("void*", ours))
        return lib._curl_easy_setopt(self.pointer, data, owner)

    def _list(self, option, lines):
        made = ffi.NULL
        lines = [line.encode() if isinstance(line, str) else line for line in lines]
        if option == pycurl.HTTPHEADER and not any(map(says_what_it_accepts, lines)):
            lines.append(ACCEPT)
        for line in lines:
            made = lib.curl_slist_append(made, line)
        error = lib._curl_easy_setopt(self.pointer, option, made)
        lib.curl_slist_free_all(self._lists.pop(option, ffi.NULL))
        self._lists[option] = made
        return error

    def _plain(self, option, value):
        kind = option // 10_000
        if kind == LONG:
            value = ffi.new("long*", value)
        elif kind == OFFSET:
            value = ffi.new("int64_t*", value)
        elif isinstance(value, str):
            value = value.encode()
        if option == pycurl.POSTFIELDS:
            # The only text that libcurl does not copy.
            self._held[option] = value = ffi.from_buffer(value)
            self.setopt(pycurl.POSTFIELDSIZE_LARGE, len(value))
        return lib._curl_easy_setopt(self.pointer, option, value)

    def getinfo(self, what):
        """A number; of numbers alone."""
        answer = ffi.new(ANSWERS[what & ANSWER_TYPE])
        lib.curl_easy_getinfo(self.pointer, what, answer)
        return answer[0]

    @property
    def said(self) -> str:
        """What went wrong in the last transfer, in libcurl's words."""
        return ffi.string(self._said).decode("utf-8", "replace")

    def close(self):
        lib.curl_easy_cleanup(self.pointer)
        for made in self._lists.values():
            lib.curl_slist_free_all(made)
        self._lists, self.pointer = {}, None


class CurlMulti:
    """Many transfers, driven by sockets."""

    def __init__(self):
        self._pointer = lib.curl_multi_init()
        self._curls = {}
        #: Where libcurl writes its answers.
        self._number, self._time = ffi.new("int*"), ffi.new("long*")

    def setopt(self, option, value):
        if option == pycurl.M_SOCKETFUNCTION:
            self._owner = ffi.new_handle(value)
            self._set(SOCKETDATA, self._owner)
            self._set(option, ffi.cast("void*", on_socket))
        else:
            self._set(option, ffi.new("long*", value))

    def _set(self, option, value):
        expect(lib.curl_multi_setopt(self._pointer, option, value))

    def add_handle(self, curl):
        curl._said[0] = b"\0"
        expect(lib.curl_multi_add_handle(self._pointer, curl.pointer))
        self._curls[curl.pointer] = curl

    def remove_handle(self, curl):
        del self._curls[curl.pointer]
        expect(lib.curl_multi_remove_handle(self._pointer, curl.pointer))

    def socket_action(self, fd, ready):
        expect(lib.curl_multi_socket_action(self._pointer, fd, ready, self._number))

    def timeout(self):
        """Milliseconds; -1: none."""
        expect(lib.curl_multi_timeout(self._pointer, self._time))
        return self._time[0]

    def info_read(self):
        """(False, [Curl that succeeded], [(Curl, error, text)])."""
        good, bad = [], []
        while message := lib.curl_multi_info_read(self._pointer, self._number):
            curl, error = self._curls[message.easy_handle], message.data.result
            if error:
                bad.append((curl, error, curl.said))
            else:
                good.append(curl)
        return False, good, bad

    def close(self):
        expect(lib.curl_multi_cleanup(self._pointer))


def expect(error):
    """:raises pycurl.error: *error* is one."""
    if error:
        raise pycurl.error(error, ffi.string(lib.curl_multi_strerror(error)).decode())
