"""Solr 9 from Maven Central, with the core's configuration that we ship."""

from .server import find
from .server import free_port
from .server import HOST
from .server import NotThere
from .server import Server
from hashlib import sha256
from pathlib import Path
from urllib.parse import urljoin
import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request


ROOT = Path(__file__).parents[2]
LAUNCHER = Path(__file__).with_name("solr_launcher")
POM = LAUNCHER / "pom.xml"
CONFIGURATION = ROOT / "src/collective/hoard/search/solr/conf"
CACHE = ROOT / "var" / "cache"
# Asked for by its full name, so that Maven takes this version of it.
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath"
CLOUD = """\
<solr>
  <solrcloud>
    <str name="host">{host}</str>
    <int name="hostPort">{port}</int>
    <str name="hostContext">solr</str>
  </solrcloud>
</solr>
"""
ZOOKEEPER = """\
tickTime=2000
admin.enableServer=false
clientPort={port}
"""
# Seconds; some 100 MB come over the network at the first time.
DOWNLOAD = 600


class Solr(Server):
    """*heap*: of the Java machine, in MB.

    *cloud*: SolrCloud, one machine with a ZooKeeper inside, no collection yet.
    *cores*: more cores beside ours, ``{name: folder of its configuration}``.
    """

    name = "solr"
    packages = ("default-jdk-headless", "maven")

    def __init__(self, heap=512, cloud=False, cores=None):
        super().__init__()
        self.heap = heap
        self.cores = {"hoard": CONFIGURATION, **(cores or {})}
        self.cloud = cloud

    @property
    def url(self):
        return self.adopted or f"http://{HOST}:{self.port}/solr/hoard"

    def programs(self):
        return {"java": find("java"), "javac": find("javac"), "mvn": find("mvn")}

    @staticmethod
    def is_there():
        """Whether Maven got it already."""
        return is_usable(class_path_file())

    def prepare(self):
        self._classes = class_path()
        if self.cloud:
            return self._prepare_cloud()
        home = self.directory / "home"
        for name, configuration in self.cores.items():
            shutil.copytree(configuration, home / name / "conf")
            (home / name / "core.properties").write_text(f"name={name}\n")
        (home / "solr.xml").write_text("<solr />\n")

    def _prepare_cloud(self):
        # Without a port of its own, ZooKeeper listens at Solr's + 1000, which
        # may be taken.
        home = self.directory / "home"
        home.mkdir()
        (home / "solr.xml").write_text(CLOUD.format(host=HOST, port=self.port))
        install = self.directory / "server" / "solr"
        install.mkdir(parents=True)
        (install / "zoo.cfg").write_text(ZOOKEEPER.format(port=free_port()))

    def command(self):
        home = self.directory / "home"
        cloud = ["-DzkRun", "-Dsolr.zk.embedded.host=" + HOST] if self.cloud else []
        return [
            find("java"),
            f"-Xmx{self.heap}m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            f"-Dsolr.install.dir={self.directory}",
            f"-Dsolr.log.dir={self.directory}",
            f"-Djava.io.tmpdir={self.directory}",
            "-Djava.awt.headless=true",
            *cloud,
            "-cp",
            self._classes,
            LAUNCHER / "Launcher.java",
            home,
            str(self.port),
        ]

    def answers(self):
        try:
            if self.cloud:
                return bool(self.get("../admin/collections?action=LIST", 5))
            return self.get("admin/ping", 5)["status"] == "OK"
        except urllib.error.HTTPError:
            return False  # The port is open, the core is not loaded yet.

    def get(self, path, timeout=30):
        """The JSON at *path*, relative to `url`."""
        address = urljoin(f"{self.url}/", path)
        with urllib.request.urlopen(address, timeout=timeout) as answer:
            return json.load(answer)

    def empty(self):
        """Remove all documents."""
        body = json.dumps({"delete": {"query": "*:*"}}).encode()
        request = urllib.request.Request(
            f"{self.url}/update?commit=true",
            body,
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=30).close()


def class_path():
    """The Java class path; Maven is asked when the pom has changed only.

    :raises NotThere: Maven could not get the packages.
    """
    cache = class_path_file()
    if not is_usable(cache):
        CACHE.mkdir(parents=True, exist_ok=True)
        ask_maven(POM, cache)
    return cache.read_text()


def class_path_file():
    """Where the class path of this pom is kept."""
    return CACHE / f"solr-{sha256(POM.read_bytes()).hexdigest()[:12]}.classpath"


def is_usable(cache):
    if not cache.exists():
        return False
    return all(os.access(jar, os.R_OK) for jar in cache.read_text().split(os.pathsep))


def ask_maven(pom, cache):
    # Written beside and moved: another test run may be doing the same.
    fresh = cache.with_suffix(f".{os.getpid()}")
    scope = ("-DincludeScope=runtime", f"-Dmdep.outputFile={fresh}")
    command = [find("mvn"), "-B", "-f", str(pom), PLUGIN, *scope]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    try:
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, timeout=DOWNLOAD, **quiet
        )
    except subprocess.TimeoutExpired:
        raise NotThere(f"solr: Maven took more than {DOWNLOAD} s") from None
    if result.returncode or not fresh.exists():
        tail = "\n".join(result.stdout.splitlines()[-10:])
        raise NotThere(f"solr: Maven cannot get it from Maven Central:\n{tail}")
    os.replace(fresh, cache)
