"""Servers that behave as badly as some on the net do, on loopback."""

from contextlib import contextmanager
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from datetime import datetime
from datetime import timedelta
from datetime import UTC
import asyncio
import ipaddress
import json
import ssl
import threading


class Target:
    """An HTTP server in a thread; each path is a behaviour of its own."""

    def __init__(self, context=None, host="127.0.0.1"):
        self.host, self.port = host, None
        self.requests = []
        self._context = context
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(60)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join(60)

    def _serve(self):
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda loop, context: None)
        start = asyncio.start_server(self._client, self.host, 0, ssl=self._context)
        self._server = self._loop.run_until_complete(start)
        self.port = self._server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        self._server.close()

    def _stop(self):
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.call_soon(self._loop.stop)

    async def _client(self, reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            method, path, _ = lines[0].split(" ", 2)
            headers = dict(
                line.lower().split(": ", 1) for line in lines[1:] if ": " in line
            )
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.requests.append((method, path, headers, body))
            await self._answer(path, headers, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, path, headers, writer):
        name, *rest = path.strip("/").split("/")
        await getattr(self, f"answer_{name or 'fine'}")(writer, headers, *rest)

    async def answer_fine(self, writer, headers, *rest):
        self.reply(writer, b"<p>All is well</p>", "X-State: green day")

    async def answer_status(self, writer, headers, code):
        self.reply(writer, b"", code=code)

    async def answer_echo(self, writer, headers):
        self.reply(writer, json.dumps(headers).encode())

    async def answer_json(self, writer, headers):
        body = {"state": "up", "pools": [{"size": 12.5, "max.size": 20}], "on": True}
        self.reply(writer, json.dumps(body).encode())

    async def answer_drip(self, writer, headers):
        self.head(writer, "Content-Length: 1000")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(1)

    async def answer_gigabyte(self, writer, headers):
        self.head(writer, f"Content-Length: {1 << 30}")
        for _ in range(1 << 14):
            writer.write(b"well " * 13107)
            await writer.drain()
            self.sent = getattr(self, "sent", 0) + 65535

    async def answer_forever(self, writer, headers, *rest):
        where = f"Location: /forever/{int(rest[0]) + 1 if rest else 1}"
        self.reply(writer, b"", where, code=302)

    async def answer_away(self, writer, headers, host, port):
        self.reply(writer, b"", f"Location: http://{host}:{port}/fine", code=302)

    async def answer_middle(self, writer, headers):
        self.head(writer, "Content-Length: 1000")
        writer.write(b"half")
        await writer.drain()

    async def answer_reset(self, writer, headers):
        sock = writer.get_extra_info("socket")
        sock.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER: a reset, no end
        writer.transport.abort()

    async def answer_silence(self, writer, headers):
        await asyncio.sleep(60)

    async def answer_nothing(self, writer, headers):
        return

    async def answer_binary(self, writer, headers):
        writer.write(b"HTTP/1.1 200 \xff\xfe\r\nX-\x01\xff: \x80\x00\x81\r\n\r\n\0\xff")

    async def answer_garbage(self, writer, headers):
        writer.write(bytes(range(256)) * 10)

    async def answer_headers(self, writer, headers):
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(200_000):
            writer.write(b"X-%d: %s\r\n" % (number, b"y" * 1000))
            await writer.drain()

    def reply(self, writer, body, *headers, code=200):
        self.head(writer, f"Content-Length: {len(body)}", *headers, code=code)
        writer.write(body)

    def head(self, writer, *headers, code=200):
        lines = [f"HTTP/1.1 {code} Said", *headers, "Connection: close", "", ""]
        writer.write("\r\n".join(lines).encode())

    url = property(lambda self: f"http://{self.host}:{self.port}")


#: {kind of key: makes one}
KEYS = {
    "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}


class Authority:
    """Makes certificates, good and bad, below *folder*."""

    def __init__(self, folder):
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Test authority")
        made = self._builder(self._name, self._key, timedelta(days=400)).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(
            made.sign(self._key, hashes.SHA256()).public_bytes(
                serialization.Encoding.PEM
            )
        )

    def context(self, **certificate):
        """For a server that shows such a certificate; see `made`."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.made(**certificate))
        return context

    def made(self, host="localhost", ends=timedelta(days=90), signed=True, kind="ec"):
        """The file of a certificate and its key."""
        key = KEYS[kind]()
        names = [x509.DNSName(host), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        made = self._builder(_name(host), key, ends, signed).add_extension(
            x509.SubjectAlternativeName(names if host == "localhost" else names[:1]),
            False,
        )
        certificate = made.sign(self._key if signed else key, hashes.SHA256())
        path = self.folder / f"{host}-{ends.days}-{signed}-{kind}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return path

    def _builder(self, subject, key, ends, signed=True):
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name if signed else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1000))
            .not_valid_after(now + ends)
        )


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@contextmanager
def port_that(talk):
    """A TCP server; ``async talk(reader, writer)`` is what it does."""
    target = Target()
    target._client = talk
    with target:
        yield target.port
