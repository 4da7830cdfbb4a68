"""A real Kafka broker as a process: one KRaft node on loopback, always on the same ports and data.

Apache Kafka's own jars, which Maven fetches once into `.cache/` (MAKEGOOD_CACHE names another folder). Where
Java, Maven or the registry are missing, NoBroker says which. script/kafka is this for a shell.
"""

import base64
import fcntl
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import uuid

from .child_process import ChildProcess
from .deadline import wait_until
from .ports import lease_ports

KAFKA = "4.1.2"  # the last line that runs on Java 17 everywhere
JAVA_MIN = 17
SLF4J = "1.7.36"  # the one that Kafka's jars ask for
HEAP = ("-Xms128m", "-Xmx512m")
# Most of a short life is the start, and most of that are compilers and a concurrent collector: without them one
# that serves for an hour may be slower.
QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
INSTALL_SECONDS_MAX = 120
PORT_ATTEMPTS_MAX = 3
PROJECT = pathlib.Path(__file__).resolve().parents[3]

POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>makegood</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{KAFKA}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>{SLF4J}</version></dependency>
  </dependencies>
</project>
"""


class NoBroker(Exception):
    """A broker cannot be had here, and why. A test says `skipped: no broker` and this."""


def installed_jars() -> pathlib.Path:
    """The folder with the broker's jars; fetches them the first time."""
    if shutil.which("java") is None:
        raise NoBroker("there is no Java; install openjdk-17-jre-headless")
    said = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
    if java_release(said) < JAVA_MIN:
        first = (said.splitlines() or ["java -version says nothing"])[0]
        raise NoBroker(f"Kafka {KAFKA} needs Java {JAVA_MIN} ({first}); install openjdk-17-jre-headless")
    cache = pathlib.Path(os.environ.get("MAKEGOOD_CACHE", PROJECT / ".cache"))
    folder = cache / f"kafka-{KAFKA}"
    folder.mkdir(parents=True, exist_ok=True)
    jars = folder / "jars"
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of tests that run beside each other the first one fetches
        if not jars.exists():
            _fetch(folder, jars)
    return jars


def java_release(said: str) -> int:
    """Of what `java -version` says: 17 of `openjdk version "17.0.9"`, 8 of `"1.8.0_402"`; 0 when it says none."""
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else 0


def _fetch(folder: pathlib.Path, jars: pathlib.Path) -> None:
    if shutil.which("mvn") is None:
        raise NoBroker("there is no Maven to fetch it with; install maven")
    (folder / "pom.xml").write_text(POM)
    fresh = folder / "jars.fetched"
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        done = subprocess.run(
            ["mvn", "-B", "-q", "-f", folder / "pom.xml", "dependency:copy-dependencies",
             "-DincludeScope=runtime", f"-DoutputDirectory={fresh}"],
            capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=INSTALL_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        raise NoBroker(f"Maven did not fetch it within {INSTALL_SECONDS_MAX} s") from None
    if done.returncode != 0:
        errors = [line for line in done.stdout.splitlines() if "ERROR" in line]
        raise NoBroker(f"Maven could not fetch it: {errors[0] if errors else done.stderr.strip()}")
    fresh.rename(jars)


class Broker:
    """`folder` keeps data, settings and log; one that was used before goes on where it was."""

    def __init__(self, folder: pathlib.Path, partitions: int = 4, priority: int = 0, serves_long: bool = False) -> None:
        """`partitions` of a topic, which comes into being when somebody first writes to it; `priority` as of nice;
        one that `serves_long` starts slowly and then needs less of the processor."""
        self._flags = HEAP if serves_long else (*HEAP, *QUICK_START)
        self._jars = installed_jars()
        self._folder = folder
        self._settings = folder / "broker.properties"
        self._partitions = partitions
        folder.mkdir(parents=True, exist_ok=True)
        self.process = ChildProcess(
            ["nice", "-n", str(priority), *self._java("kafka.Kafka", self._settings)], folder / "broker.log")

    @property
    def bootstrap(self) -> str:
        """host:port, for bootstrap.servers."""
        return f"127.0.0.1:{self._port()}"

    def start(self) -> None:
        """Returns when requests are answered. Also after kill() and stop(): the same ports, the same data."""
        is_new = not self._settings.exists()
        for _ in range(PORT_ATTEMPTS_MAX if is_new else 1):
            if is_new:
                self._format()
            self.process.start()
            wait_until("the broker answers, or has ended", self._answers_or_ended, pause=0.05)
            if self.process.runs:
                return
            if "Address already in use" not in self.process.tail():
                break
        raise AssertionError(f"the broker did not start:\n{self.process.tail()}")

    def kill(self) -> None:
        """SIGKILL: no last words, no tidying up."""
        self.process.kill()

    def stop(self) -> None:
        self.process.stop()

    def close(self) -> None:
        if self.process.runs:
            self.process.kill()

    def _answers_or_ended(self) -> bool:
        return not self.process.runs or _answers(self._port())

    def _format(self) -> None:
        port, controller = lease_ports(2)
        data = self._folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        self._settings.write_text("\n".join([
            "process.roles=broker,controller",
            "node.id=1",
            f"controller.quorum.voters=1@127.0.0.1:{controller}",
            f"listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
            f"advertised.listeners=PLAINTEXT://127.0.0.1:{port}",
            "controller.listener.names=CONTROLLER",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            f"log.dirs={data}",
            f"num.partitions={self._partitions}",
            "offsets.topic.replication.factor=1",
            "offsets.topic.num.partitions=1",
            "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "group.initial.rebalance.delay.ms=0",
            "group.min.session.timeout.ms=1000",
            # After a kill its next life is let in when this is over: 9 s unless set.
            "broker.session.timeout.ms=2000",
            "broker.heartbeat.interval.ms=200",
            "",
        ]))
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        done = subprocess.run(
            self._java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", self._settings),
            capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            self._settings.unlink()
            raise AssertionError(f"the broker's storage cannot be formatted:\n{done.stdout}{done.stderr}")

    def _java(self, main: str, *words: str | pathlib.Path) -> list[str | pathlib.Path]:
        return ["java", *self._flags, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-Dorg.slf4j.simpleLogger.showDateTime=true",
                "-cp", f"{self._jars}/*", main, *words]

    def _port(self) -> int:
        advertised = next(line for line in self._settings.read_text().splitlines()
                          if line.startswith("advertised.listeners="))
        return int(advertised.rpartition(":")[2])


def _answers(port: int) -> bool:
    """Whether a broker answers an ApiVersions request: it opens its doors when it is ready to serve."""
    client = b"makegood"
    request = struct.pack(">hhih", 18, 0, 1, len(client)) + client
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            return len(connection.recv(8)) == 8
    except OSError:
        return False
