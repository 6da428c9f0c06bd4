"""TLS certificates for tests: good ones, expired ones, of wrong names."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from ipaddress import ip_address
import itertools
import ssl


NAMES = ("localhost", "127.0.0.1")
DAY = timedelta(days=1)


class Authority:
    """A certificate authority that nobody knows; files go into *directory*."""

    def __init__(self, directory):
        self._directory = directory
        self._numbers = itertools.count(1)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = named("Authority of the tests")
        now = datetime.now(UTC)
        builder = prepare(self._name, self._name, self._key, now - DAY, now + 30 * DAY)
        builder = builder.add_extension(x509.BasicConstraints(True, 0), critical=True)
        #: What clients must trust: the authority's certificate, PEM.
        self.path = directory / "authority.pem"
        self.path.write_bytes(pem(builder.sign(self._key, hashes.SHA256())))

    def issue(self, *names, start=-DAY, end=30 * DAY):
        """Path of a PEM file, key and certificate, for *names* or this machine.

        :param start, end: From when until when it is valid, counted from now.
        """
        now = datetime.now(UTC)
        key = ec.generate_private_key(ec.SECP256R1())
        subject = named((names or NAMES)[0])
        builder = prepare(subject, self._name, key, now + start, now + end)
        builder = builder.add_extension(alternatives(names or NAMES), critical=False)
        path = self._directory / f"server-{next(self._numbers)}.pem"
        certificate = builder.sign(self._key, hashes.SHA256())
        path.write_bytes(key_pem(key) + pem(certificate))
        path.chmod(0o600)
        return path

    def expired(self):
        """As `issue`, but it ended yesterday."""
        return self.issue(start=-3 * DAY, end=-DAY)

    def context(self, path=None):
        """The `ssl.SSLContext` of a server that shows *path*, or a good one."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path or self.issue())
        return context

    def trusting(self):
        """The context of a client that trusts this authority alone."""
        return ssl.create_default_context(cafile=self.path)


def prepare(subject, issuer, key, start, end):
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )


def named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def alternatives(names):
    return x509.SubjectAlternativeName([alternative(name) for name in names])


def alternative(name):
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
