"""What the poller's benchmarks check: nginx with many sites, a slow server."""

from contextlib import contextmanager
from pathlib import Path
import asyncio
import shutil
import socket
import subprocess
import sys
import time
import zlib


SITES = 4000
BODY = "x" * 4096

NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 8000; }}
http {{
  access_log off; root {folder}/www;
  server_names_hash_max_size 20000; server_names_hash_bucket_size 128;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  ssl_certificate {folder}/site.pem; ssl_certificate_key {folder}/site.pem;
  ssl_session_cache off; ssl_session_tickets off;
  {servers}
}}
"""
SERVER = "server {{ listen 127.0.0.1:{http}; listen 127.0.0.1:{https} ssl; server_name {name}; }}"


def site_name(number: int) -> str:
    return f"s{number}.sites.example"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def find_nginx():
    """Its path, or None; Debian keeps it from the paths of users."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@contextmanager
def nginx(folder: Path, sites=SITES):
    """A running nginx: (port, TLS port, file of the authority)."""
    program = find_nginx()
    http, https = free_port(), free_port()
    folder.mkdir(exist_ok=True)
    certificates(folder)
    (folder / "www").mkdir()
    (folder / "www" / "index.html").write_text(BODY)
    # nginx's worker is another user.
    for path in (folder, *folder.parents):
        if path.stat().st_uid == Path(folder).stat().st_uid and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)
    servers = "\n".join(
        SERVER.format(http=http, https=https, name=site_name(n)) for n in range(sites)
    )
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, servers=servers))
    process = subprocess.Popen(
        [program, "-p", folder, "-c", folder / "nginx.conf"],
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(http)
        yield http, https, str(folder / "authority.pem")
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"Nothing listens at port {port}.")


def certificates(folder: Path):
    """A P-256 authority and a certificate for all sites."""
    key, ca = folder / "site.key", folder / "authority"
    run = lambda *words: subprocess.run(  # noqa: E731
        ["openssl", *map(str, words)], check=True, capture_output=True
    )
    for name in (f"{ca}.key", key):
        run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name)
    run("req", "-x509", "-new", "-key", f"{ca}.key", "-subj", "/CN=bench", "-days",
        400, "-out", f"{ca}.pem")  # fmt: skip
    run("req", "-new", "-key", key, "-subj", "/CN=sites", "-out", folder / "site.csr")
    (folder / "names").write_text("subjectAltName=DNS:*.sites.example")
    run("x509", "-req", "-in", folder / "site.csr", "-CA", f"{ca}.pem", "-CAkey",
        f"{ca}.key", "-CAcreateserial", "-days", 300, "-extfile", folder / "names",
        "-out", folder / "site.crt")  # fmt: skip
    both = key.read_text() + (folder / "site.crt").read_text()
    (folder / "site.pem").write_text(both)


# --- Realistic latencies ----------------------------------------------------


def latency(name: bytes) -> float:
    """Seconds: 80 % 50-250 ms, 15 % to 1 s, 4 % to 3 s, 1 % hang."""
    number = zlib.crc32(name)
    share, place = number % 100, (number // 100 % 1000) / 1000
    if share < 80:
        return 0.05 + 0.2 * place
    if share < 95:
        return 0.25 + 0.75 * place
    if share < 99:
        return 1 + 2 * place
    return 60


class Slow(asyncio.Protocol):
    """Answers after the latency of the site that is asked for."""

    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4096\r\nConnection: close\r\n\r\n"

    def connection_made(self, transport):
        self._transport, self._head = transport, b""

    def data_received(self, data):
        self._head += data
        if b"\r\n\r\n" in self._head:
            name = self._head.partition(b"Host: ")[2].partition(b":")[0]
            loop = asyncio.get_running_loop()
            loop.call_later(latency(name), self._reply)

    def _reply(self):
        if not self._transport.is_closing():
            self._transport.write(self.answer + BODY.encode())
            self._transport.close()


@contextmanager
def slow_sites():
    """A process of its own; its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, __file__, str(port)])
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


async def serve(port):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Slow, "127.0.0.1", port, backlog=4000)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
