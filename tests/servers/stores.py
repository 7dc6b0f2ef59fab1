"""Two S3 stores that differ where it matters: Ceph's gateway and rclone."""

import contextlib
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
from minio import Minio

from tests.servers.processes import Server, free_port, program, run_all

ACCESS_KEY = "testaccesskey"
SECRET_KEY = "testsecretkey-of-the-tests"
_CEPH_PORTS = 64
_CONF = """[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{mon2},v1:127.0.0.1:{mon1}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind port min = {first}
ms bind port max = {last}
run dir = {folder}
crash dir = {folder}
admin socket = {folder}/$name.asok
pid file =
log file = {folder}/$name.log
log to stderr = false
keyring = {folder}/keyring
mon data = {folder}/mon
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 1000
auth allow insecure global id reclaim = false
osd data = {folder}/osd
osd objectstore = bluestore
bluestore block size = 4294967296
bluestore block create = true
bluestore cache autotune = false
bluestore cache size = 134217728
osd memory target = 939524096
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw dns name =
rgw lc debug interval = 5
rgw thread pool size = 32
rgw gc obj min wait = 5
rgw enable usage log = false
mgr initial modules =
"""


@dataclass(frozen=True, slots=True)
class S3Store:
    """Where a store answers and what opens it; `server` is the process that speaks S3."""

    name: str
    endpoint: str  # host:port, no scheme: as the minio client takes it
    server: Server
    bucket: str = ""
    access_key: str = ACCESS_KEY
    secret_key: str = SECRET_KEY
    region: str = "us-east-1"

    def client(self) -> Minio:
        return Minio(
            self.endpoint,
            access_key=self.access_key,
            secret_key=self.secret_key,
            secure=False,
            region=self.region,
        )

    @contextlib.contextmanager
    def fresh_bucket(self) -> Iterator["S3Store"]:
        """The same store with a new bucket of its own, emptied and removed afterwards."""
        client = self.client()
        bucket = f"t-{uuid.uuid4().hex[:20]}"
        client.make_bucket(bucket)
        try:
            yield replace(self, bucket=bucket)
        finally:
            for found in client.list_objects(bucket, recursive=True):
                client.remove_object(bucket, found.object_name or "")
            client.remove_bucket(bucket)


def _speaks_http(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}/", timeout=2)
    except httpx.HTTPError:
        return False
    return True


def _osds(folder: Path) -> str | None:
    """What the monitor says of the object servers; None while it does not answer."""
    asked = subprocess.run(
        ["ceph", "-c", "ceph.conf", "--connect-timeout", "2", "osd", "stat"],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return asked.stdout if asked.returncode == 0 else None


@contextlib.contextmanager
def running_radosgw() -> Iterator[S3Store]:
    """One Ceph monitor, one object server on a sparse file and the S3 gateway, all on loopback."""
    names = ("ceph-mon", "ceph-osd", "radosgw", "ceph", "monmaptool", "ceph-authtool", "radosgw-admin")
    tools = {name: program(name, what="Ceph radosgw") for name in names}
    folder = Path(tempfile.mkdtemp(prefix="cctv-ceph-"))
    port = free_port(_CEPH_PORTS)
    fsid = str(uuid.uuid4())
    conf = folder / "ceph.conf"
    conf.write_text(
        _CONF.format(
            fsid=fsid,
            folder=folder,
            port=port,
            mon2=port + 1,
            mon1=port + 2,
            first=port + 3,
            last=port + _CEPH_PORTS - 1,
        )
    )
    keys = [tools["ceph-authtool"], "keyring", "--gen-key", "-n"]
    address = f"[v2:127.0.0.1:{port + 1},v1:127.0.0.1:{port + 2}]"
    servers: list[Server] = []

    def start(name: str, ready: Callable[[], bool], *arguments: str) -> Server:
        command = (tools[name], "-c", str(conf), "-f", *arguments)
        servers.append(Server(command, folder / f"{name}.out", ready))
        servers[-1].start(timeout_s=180)
        return servers[-1]

    try:
        for name in ("mon", "osd"):
            (folder / name).mkdir()
        run_all(
            [tools["monmaptool"], "--create", "--fsid", fsid, "--addv", "a", address, "monmap"],
            [tools["ceph-authtool"], "-C", "keyring", "--gen-key", "-n", "mon.", "--cap", "mon", "allow *"],
            [
                *keys,
                "client.admin",
                "--cap",
                "mon",
                "allow *",
                "--cap",
                "osd",
                "allow *",
                "--cap",
                "mgr",
                "allow *",
            ],
            [*keys, "osd.0", "--cap", "mon", "allow profile osd", "--cap", "osd", "allow *"],
            [*keys, "client.rgw.a", "--cap", "mon", "allow rw", "--cap", "osd", "allow rwx"],
            [
                tools["ceph-mon"],
                "-c",
                conf,
                "--mkfs",
                "-i",
                "a",
                "--monmap",
                "monmap",
                "--keyring",
                "keyring",
            ],
            cwd=folder,
        )
        start("ceph-mon", lambda: _osds(folder) is not None, "-i", "a")
        osd = str(uuid.uuid4())
        run_all(
            [tools["ceph"], "-c", conf, "osd", "new", osd],
            [tools["ceph-osd"], "-c", conf, "-i", "0", "--mkfs", "--osd-uuid", osd],
            cwd=folder,
        )
        start("ceph-osd", lambda: "1 up" in (_osds(folder) or ""), "-i", "0")
        gateway = start("radosgw", lambda: _speaks_http(port), "-n", "client.rgw.a")
        user = ["user", "create", "--uid=cctv", "--display-name=cctv"]
        keys_given = [f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}"]
        run_all([tools["radosgw-admin"], "-c", conf, *user, *keys_given], cwd=folder)
        yield S3Store("radosgw", f"127.0.0.1:{port}", gateway)
    finally:
        for server in reversed(servers):
            server.kill()  # radosgw may ignore SIGTERM for a long time
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running_rclone() -> Iterator[S3Store]:
    """`rclone serve s3` over a folder: ignores If-None-Match and refuses a signed payload hash."""
    binary = program("rclone", what="rclone")
    folder = Path(tempfile.mkdtemp(prefix="cctv-rclone-"))
    port = free_port()
    (folder / "data").mkdir()
    serve = ["serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}"]
    command = (binary, "--config", str(folder / "none.conf"), *serve, str(folder / "data"))
    server = Server(command, folder / "rclone.log", lambda: _speaks_http(port))
    try:
        server.start()
        yield S3Store("rclone", f"127.0.0.1:{port}", server)
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
