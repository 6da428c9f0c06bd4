"""A receiver of webhooks: a real HTTP server that answers as it is told."""

from contextlib import suppress
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from threading import Thread
import ipaddress
import ssl
import time


@dataclass
class Request:
    path: str
    headers: dict
    body: bytes


class Web:
    """``answers`` are taken one after the other, then always 200; ``drip`` names
    the part of an answer that comes a byte at a time; ``noise`` comes instead."""

    def __init__(self, tls=None, name="127.0.0.1", port=0):
        self.requests = []
        self.answers = []
        self.drip = None
        self.noise = None
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                web.answer(self)

            def log_message(self, *args):
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                pass  # Clients that leave early are what is tested.

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_port
        scheme = "http"
        if tls is not None:
            scheme = "https"
            make_certificate(tls, name)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls / "cert.pem", tls / "key.pem")
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True
            )
        self.url = f"{scheme}://127.0.0.1:{self.port}"

    def __enter__(self):
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *args):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, handler):
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length)
        self.requests.append(Request(handler.path, dict(handler.headers), body))
        handler.close_connection = True
        with suppress(OSError):
            self._write(handler)

    def _write(self, handler):
        if self.noise is not None:
            handler.wfile.write(self.noise)
            return
        if self.drip:
            self._write_slowly(handler.wfile)
            return
        status, headers, body = self.answers.pop(0) if self.answers else (200, {}, b"")
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def _write_slowly(self, file):
        fast = {"status": b"", "headers": b"HTTP/1.1 200 OK\r\n"}
        fast["body"] = fast["headers"] + b"Content-Length: 1000\r\n\r\n"
        file.write(fast[self.drip])
        for _ in range(200):
            file.write(b"H" if self.drip == "status" else b"x")
            time.sleep(0.1)


def make_certificate(folder, name):
    """A certificate for *name*, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    try:
        names = [x509.IPAddress(ipaddress.ip_address(name))]
    except ValueError:
        names = [x509.DNSName(name)]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            pem,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
