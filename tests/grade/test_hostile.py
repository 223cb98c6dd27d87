"""Hostile hand-ins: each harms a naive grader, and gets from ours the points that its honest part deserves."""

import json
import os
import secrets
import signal
import socket
import subprocess
import threading
from pathlib import Path

import attacks
import outer
import pytest
import small
from attacks import ATTACKS, ODD, Attack

from course.grade import workers
from course.grade.examine import Examiner
from course.grade.execute import execute, to_run
from course.grade.handins import Role
from course.grade.intake.rebuild import rebuild
from course.grade.sandbox import Limits, Template

pytestmark = pytest.mark.slow
LIMITS = Limits(memory=3 << 29, processes=32, cpu_seconds=20, cell_seconds=3, total_seconds=60, values=64 << 20)
MUCH = 1 << 30


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    """Return what attacks are after, laid out on this machine too: a folder, a server, a socket, and the word."""
    decoy = tmp_path_factory.mktemp("decoy") / secrets.token_hex(4)
    for place in ("solutions/small.ipynb", "submitted/ada/small.ipynb", "gradebook.db", ".ssh/id"):
        (decoy / place).parent.mkdir(parents=True, exist_ok=True)
        (decoy / place).write_text(attacks.SECRET)
    name, servers = f"naive-{secrets.token_hex(4)}", []
    for family, address in ((socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_UNIX, f"\0{name}")):
        server = socket.socket(family)
        server.bind(address)
        server.listen()
        threading.Thread(target=tell, args=(server,), daemon=True).start()
        servers.append(server)
    word = Path("/dev/shm", name)
    word.write_text(attacks.SECRET)
    os.environ["WORD"] = attacks.SECRET
    other = subprocess.Popen(["/bin/sh", "-c", f"sleep 6000 # {attacks.SECRET}"], start_new_session=True)
    yield {"DECOY": decoy, "PORT": servers[0].getsockname()[1], "NAME": name}
    del os.environ["WORD"]
    os.killpg(other.pid, signal.SIGKILL)
    other.wait()
    word.unlink()
    for server in servers:
        server.close()


def tell(server):
    """Tell every caller the word."""
    while True:
        try:
            link, _ = server.accept()
        except OSError:
            return
        link.sendall(f"HTTP/1.0 200 OK\r\n\r\n{attacks.SECRET}".encode())
        link.close()


def contents(folder):
    """Return the modes and bytes of all files there."""
    return {path: (path.stat().st_mode, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


def rebuilt(notebook):
    """Return the cells of a hand-in."""
    return rebuild(notebook, small.released())[0]


@pytest.fixture(scope="module")
def harm(facts):
    """Return what each attack did to the naive grader, by its name."""
    controls = [Attack(f"control: {code}", attacks.FORGES, {"build_answer": code}) for code in attacks.CONTROLS]
    cells = [
        [
            (cell.role, cell.source)
            for cell in attack.cells(rebuilt, **facts)
            if cell.role not in {Role.TEXT, Role.WRITTEN}
        ]
        for attack in [*ATTACKS, *controls]
    ]
    found = outer.naive(cells, decoy=str(facts["DECOY"]), secret=attacks.SECRET, port=facts["PORT"], name=facts["NAME"])
    return dict(zip([attack.name for attack in [*ATTACKS, *controls]], found, strict=True))


@pytest.fixture(scope="module")
def grader():
    """Return a template with small limits, and the checks."""
    master = small.master()
    examiner = Examiner(master, small.released(), Path("small.ipynb"), "en")
    with Template(workers.modules(master), None, LIMITS) as template:
        yield template, examiner


def test_the_outer_sandbox_holds(tmp_path):
    """What runs in it sees no file, process or network of this machine, and can't write where it matters."""
    mark = tmp_path / "mark"
    mark.write_text("here")
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        program = f"""
import ctypes, json, os, socket
def mounted():
    if ctypes.CDLL(None).mount(b"none", b"/tmp", b"tmpfs", 0, None): raise OSError
found = []
for what in (lambda: open({str(mark)!r}).read(), lambda: os.listdir("/root"), lambda: open("/usr/x", "w"),
             lambda: open("/etc/passwd").read(), lambda: os.kill({os.getpid()}, 0),
             lambda: socket.create_connection(("127.0.0.1", {port}), 2), lambda: mounted()):
    try: what(); found.append(True)
    except (OSError, AttributeError): found.append(False)
found.append(len([n for n in os.listdir("/proc") if n.isdigit()]) > 3)
print(json.dumps(found))
"""
        said = outer.run(["-c", program])
    root_seen = any(str(path).startswith("/root") for path in (Path(os.sys.prefix), Path(os.sys.base_prefix)))
    found = json.loads(said)
    assert found[1] is root_seen or not found[1]  # a Python that lives there brings the folder's name, and no more
    assert not any(found[:1] + found[2:])


def test_there_are_sixty_attacks():
    """Names are unique, and each has a danger."""
    assert len({attack.name for attack in [*ATTACKS, *ODD]}) == len(ATTACKS) + len(ODD)
    assert len(ATTACKS) >= 60


@pytest.mark.parametrize("code", attacks.CONTROLS)
def test_without_a_forgery_the_naive_grader_is_fair(code, harm):
    """A wrong answer alone gets no more than its shape deserves: what gets more does so by its forgery."""
    assert harm[f"control: {code}"]["points"] == [1, 2, 2]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.danger}: {attack.name}")
def test_it_harms_a_naive_grader(attack, harm):
    """An attack counts only if it succeeds where nothing stops it."""
    found = harm[attack.name]
    assert {
        attacks.FORGES: sum(found["points"]) > sum(attack.fair),
        attacks.READS: found["tells"],
        attacks.CHANGES: found["changed"],
        attacks.STAYS: bool(found["left"] or found["files"]),
        attacks.USES: found["memory"] > MUCH or found["processes"] > LIMITS.processes or found["seconds"] > 5.5
        or found["bytes"] > LIMITS.disk or found["files"] > LIMITS.inodes or found["length"] > LIMITS.output,
        attacks.DIES: not found["points"],
    }[attack.danger], found  # fmt: skip


@pytest.mark.parametrize("attack", [*ATTACKS, *ODD], ids=lambda attack: f"{attack.danger}: {attack.name}")
def test_ours_gives_it_what_it_deserves(attack, grader, facts):
    """Its honest part gets its points; it reads, changes and leaves nothing; the next one is as if it had not been."""
    template, examiner = grader
    before = contents(facts["DECOY"])
    examined = execute(to_run(attack.cells(rebuilt, **facts)), template, examiner)
    assert tuple(mark.points for mark in examined.marks if not mark.by_hand) == attack.fair, examined.marks
    outputs = [output.text for ran in examined.transcript.ran for output in ran.outputs]
    values = [value for found in examined.transcript.answers.values() for value in found.values()]
    assert not any(attacks.SECRET in text for text in [*outputs, *(mark.said for mark in examined.marks)])
    assert not any(attacks.SECRET.encode() in value for value in values)
    after = contents(facts["DECOY"])
    assert before == after
    honest = execute(to_run(rebuilt(small.answered())), template, examiner)
    assert [mark.points for mark in honest.marks if not mark.by_hand] == [2, 2, 2]
    assert not any(ran.remarks for ran in honest.transcript.ran)
