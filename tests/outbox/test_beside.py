"""``hoard-outbox run`` beside ZEO and beside RelStorage, for two sites."""

from collective.hoard.outbox import outbox_state
from outbox.beside import SITES
from outbox.recorder import Recorder
from outbox.test_command import command
from outbox.test_command import ENVIRONMENT
from outbox.test_faults import wait_for
from pathlib import Path
from sqlalchemy.engine import make_url
from ZODB.config import databaseFromString
import json
import pytest
import signal
import subprocess
import sys
import ZEO


pytestmark = pytest.mark.slow

ROLES = Path(__file__).with_name("beside.py")
PROCESSES, THREADS, EACH = 2, 2, 20
ZOPE_CONF = """\
{imports}instancehome {folder}
<zodb_db main>
  mount-point /
  cache-size 30000
{section}
</zodb_db>
"""
ZEO_SECTION = """\
<zeoclient>
  server {host}:{port}
  blob-dir {folder}/{blobs}
</zeoclient>
"""
RELSTORAGE_SECTION = """\
<relstorage>
  blob-dir {folder}/{blobs}
  shared-blob-dir false
  <postgresql>
    driver psycopg2
    dsn {dsn}
  </postgresql>
</relstorage>
"""


@pytest.fixture
def zeo(tmp_path):
    """Called with a folder for blobs: the section of a client."""
    address, stop = ZEO.server(
        str(tmp_path / "Data.fs"),
        blob_dir=str(tmp_path / "server-blobs"),
        port=("127.0.0.1", 0),
    )
    host, port = address
    yield lambda blobs: (
        "",
        ZEO_SECTION.format(host=host, port=port, folder=tmp_path, blobs=blobs),
    )
    stop()


@pytest.fixture
def relstorage(postgresql, tmp_path):
    url = make_url(postgresql.create_database())
    dsn = f"dbname={url.database} user={url.username} password={url.password}"
    dsn += f" host={url.host} port={url.port}"
    return lambda blobs: (
        "%import relstorage\n",
        RELSTORAGE_SECTION.format(folder=tmp_path, blobs=blobs, dsn=dsn),
    )


@pytest.fixture(params=["zeo", pytest.param("relstorage", marks=pytest.mark.services)])
def storage(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def recorder():
    recorder = Recorder()
    yield recorder
    recorder.close()


@pytest.fixture
def folder(tmp_path, storage, recorder):
    """An instance with two sites; nothing of it is running."""
    imports, section = storage("instance-blobs")
    conf = ZOPE_CONF.format(imports=imports, folder=tmp_path, section=section)
    (tmp_path / "zope.conf").write_text(conf)
    imports, section = storage("submitter-blobs")
    (tmp_path / "storage.conf").write_text(f"{imports}<zodb>\n{section}</zodb>\n")
    finish(role("make", tmp_path, recorder.url))
    return tmp_path


def role(name, folder, *arguments):
    tests = str(ROLES.parents[1])
    return subprocess.Popen(
        [sys.executable, str(ROLES), name, str(folder), *map(str, arguments)],
        env={
            **ENVIRONMENT,
            "PYTHONPATH": f"{tests}:{ENVIRONMENT['PYTHONPATH']}",
            "HOARD_OUTBOX": "off",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err[-3000:]
    return out


@pytest.fixture
def drainer(folder):
    """``hoard-outbox run``, and nothing else."""
    arguments = ["run", f"--config={folder / 'zope.conf'}", "--interval=0.1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "collective.hoard.outbox.command", *arguments],
        env={**ENVIRONMENT, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=(folder / "drainer.log").open("ab"),
        text=True,
    )
    assert "delivers" in process.stdout.readline()
    yield process
    if process.poll() is None:
        process.kill()
    process.wait(60)


def test_what_other_processes_commit_is_delivered(folder, drainer, client, recorder):
    """Of all sites, while they go on committing; each once."""
    writers = [
        role("submit", folder, number, THREADS, EACH) for number in range(PROCESSES)
    ]
    conflicts = sum(int(finish(writer)) for writer in writers)

    wanted = {
        f"{SITES[number % 2]} {process}.{thread}.{number}"
        for process in range(PROCESSES)
        for thread in range(THREADS)
        for number in range(EACH)
    }
    wait_for(lambda: len(recorder.messages) >= len(wanted), 60)
    assert sorted(body for _, body in recorder.messages) == sorted(wanted)
    assert conflicts == 0
    wait_for(lambda: not any(one.pending for one in targets(client)))
    found = targets(client)
    assert [one.sent for one in found if one.kind == "messages"] == [
        len(wanted) // 2
    ] * 2
    # Whatever a mark is about, the index is brought up to date.
    assert not any(one.parked for one in found)

    drainer.send_signal(signal.SIGTERM)
    assert drainer.wait(60) == 0
    assert {one.drainer for one in targets(client)} == {""}
    # The command says the same, for which it has to open the sites.
    code, out, err = command("status", "--json", f"--config={folder / 'zope.conf'}")
    assert code < 3, err
    assert set(json.loads(out)) == {f"/{id}" for id in SITES}


@pytest.fixture
def client(folder, storage):
    """The database of the sites, for this process."""
    imports, section = storage("test-blobs")
    db = databaseFromString(f"{imports}<zodb>\n{section}</zodb>\n")
    yield db
    db.close()


def targets(db):
    """The state of the targets of both sites, `outbox.TargetState`."""
    with db.transaction() as connection:
        sites = connection.root()["Application"]
        states = [outbox_state(getattr(sites, id)) for id in SITES]
    return [one[name] for one in states for name in ("search", "webhook:notes")]
