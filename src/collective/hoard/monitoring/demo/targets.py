"""One server with many virtual hosts, some of which misbehave on purpose.

Also brings the temperature of a cellar that is not there. Ends when whoever
started it is gone.
"""

from .checks import demo_checks
from .checks import HERE
from .checks import SENSOR
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from math import sin
from pathlib import Path
from threading import Thread
from urllib.error import URLError
from urllib.request import build_opener
from urllib.request import ProxyHandler
from urllib.request import Request
import json
import os
import ssl
import time


#: Seconds that the flapping one stays as it is.
TURN = 240
#: Seconds between two temperatures.
SENSING = 60
MANNERS = {one.host: one for one in demo_checks() if one.host}


def answer(host, now):
    """``(seconds to wait, HTTP status)`` of a virtual host at a moment."""
    check = MANNERS.get(host)
    if check is None:
        return 0, 404
    wait = check.ms / 1000
    if check.manner == "broken":
        return wait, 503
    if check.manner == "flapping":
        return wait, 503 if now // TURN % 2 else 200
    return wait, 200


class Handler(BaseHTTPRequestHandler):
    """Answers after the time, and with the status, of the virtual host."""

    server_version = "demo"
    sys_version = ""

    def do_GET(self):
        host = self.headers.get("Host", "").partition(":")[0]
        wait, status = answer(host, time.time())
        time.sleep(wait)
        body = f"{host}: {status}\n".encode("ascii", "replace")
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def do_POST(self):
        """The contacts of the demo are told here."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        """Nobody reads it."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A client that hangs up is none of our errors."""


def serve(port, context=None):
    """A server in a thread of its own; with *context* it speaks TLS."""
    server = Server((HERE, port), Handler)
    if context is not None:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def expired(path):
    """A TLS context with the certificate in *path* that ended a while ago."""
    path = Path(path)
    if not path.exists():
        write_certificate(path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def write_certificate(path):
    """Make a key and its certificate, which nobody should believe."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID
    from datetime import datetime
    from datetime import timedelta
    from datetime import UTC

    key = ec.generate_private_key(ec.SECP256R1())
    host = "expired.bad.example.org"
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    ended = datetime.now(UTC) - timedelta(days=9)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ended - timedelta(days=90))
        .not_valid_after(ended)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "wb") as file:
        file.write(private + certificate.public_bytes(serialization.Encoding.PEM))


def temperature(now):
    return round(12 + 3 * sin(now / 3600) + sin(now / 97) / 4, 1)


def bring_temperature(poller, token):
    """Tell the poller how warm it is in the cellar; whether it listened."""
    now = time.time()
    number = temperature(now)
    row = {"check": SENSOR, "status": "ok", "text": f"{number} C"}
    row |= {"values": {"temperature": [number, "C"]}}
    data = json.dumps({"results": [row]}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    opener = build_opener(ProxyHandler({}))
    try:
        request = Request(poller, data, headers)  # noqa: S310 - our own address
        with opener.open(request, timeout=10) as reply:
            return reply.status == 200
    except (URLError, OSError):
        return False  # It starts, or has stopped: the next one comes soon.


def run(ports, certificate, token_file):
    """Serve until the process that started this one is gone."""
    serve(ports.targets)
    serve(ports.expired, expired(certificate))
    parent, due = os.getppid(), 0.0
    while os.getppid() == parent:
        if time.monotonic() >= due:
            token = Path(token_file).read_text().strip()
            url = f"http://{HERE}:{ports.poller}/results"
            heard = bring_temperature(url, token)
            due = time.monotonic() + (SENSING if heard else 3)
        time.sleep(1)
