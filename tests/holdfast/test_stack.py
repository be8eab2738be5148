"""`holdfast run` as one thing to start and stop: parts that die come back, nothing outlives it or is done twice."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.house import Whole
from tests.support.processes import alive, children_of, until

README = Path(__file__).parents[2] / "README.md"

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """One stack that these tests take apart, one after the other; each leaves it running."""
    whole = Whole(tmp_path_factory.mktemp("stack") / "home")
    whole.start_up()
    yield whole
    if whole.program.process is not None:
        whole.program.end()


def parts(stack: Whole) -> dict[str, int]:
    assert stack.program.process is not None
    return children_of(stack.program.process.pid)


def is_ready(stack: Whole) -> bool:
    try:
        return stack.call("nobody", "GET", "/readyz")[0] == 200
    except OSError:
        return False


def refunds(stack: Whole) -> list[dict[str, object]]:
    status, body = stack.call("lea", "GET", "/v1/runs?definition=refund")
    assert status == 200, body
    return list(body["items"])


def test_it_consists_of_three_parts_and_says_where_they_are(stack: Whole) -> None:
    assert set(parts(stack)) == {"temporal", "worker", "api"}
    said = stack.program.tail()
    assert stack.url in said
    assert f"http://127.0.0.1:{stack.ports['TEMPORAL_UI_PORT']}" in said
    assert "demo-tokens.json" in said
    assert not any(token in said for token in stack.tokens().values()), "a token is a secret, also on a screen"


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README's commands use curl")
def test_what_the_readme_tells_operators_to_type_works(stack: Whole) -> None:
    """Word for word, but for the port and the folder, which differ here."""
    section = README.read_text().partition("## For operators")[2].partition("## For developers")[0]
    (script,) = re.findall(r"```bash\n(.*?)```", section, re.DOTALL)
    script = script.replace("127.0.0.1:8080", f"127.0.0.1:{stack.ports['PORT']}").replace(
        ".holdfast/", f"{stack.home}/"
    )
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True)
    assert '"step":"approve"' in done.stdout, "the task that waits"
    assert '"outcome":"applied"' in done.stdout, "the decision"
    assert '"type":"step_done"' in done.stdout, "what happened"
    (run,) = refunds(stack)
    assert until(lambda: refunds(stack)[0]["status"] == "completed", 30), run


def test_what_it_keeps_is_private(stack: Whole) -> None:
    assert stack.home.stat().st_mode & 0o077 == 0
    for name in ("demo-tokens.json", "signing.key"):
        assert (stack.home / name).stat().st_mode & 0o777 == 0o600


def test_it_binds_to_this_machine_only(stack: Whole) -> None:
    """Every listening socket of every part, as the kernel lists them."""
    listening = {row.split()[1] for row in Path("/proc/net/tcp").read_text().splitlines()[1:] if row.split()[3] == "0A"}
    ours = {f"{port:04X}" for port in stack.ports.values()}
    hosts = {address.partition(":")[0] for address in listening if address.partition(":")[2] in ours}
    assert hosts == {"0100007F"}


@pytest.mark.parametrize("part", ["worker", "api", "temporal"])
def test_a_part_that_is_killed_comes_back(stack: Whole, part: str) -> None:
    before = parts(stack)
    os.kill(before[part], signal.SIGKILL)
    assert until(lambda: not alive(before[part]), 20)
    assert until(lambda: parts(stack).get(part, before[part]) != before[part] and is_ready(stack), 60), (
        stack.program.tail()
    )
    assert {name: pid for name, pid in parts(stack).items() if name != part} == {
        name: pid for name, pid in before.items() if name != part
    }
    assert f"{part} ended (SIGKILL), starting it again" in stack.program.tail()


def test_nothing_outlives_a_parent_that_is_killed_and_a_new_one_goes_on(stack: Whole) -> None:
    orphans, tokens, runs = parts(stack), stack.tokens(), refunds(stack)
    assert len(runs) == 1
    stack.program.end(signal.SIGKILL)
    assert until(lambda: not any(alive(pid) for pid in orphans.values()), 20), orphans
    stack.start_up()
    assert stack.tokens() == tokens
    assert [run["id"] for run in refunds(stack)] == [run["id"] for run in runs], "the demo's refund is started once"


def test_it_stops_when_asked_and_leaves_nothing_behind(stack: Whole) -> None:
    children = parts(stack)
    assert len(children) == 3
    assert stack.program.end(signal.SIGTERM) == 0
    assert not any(alive(pid) for pid in children.values())
    stack.start_up()
    assert stack.program.end(signal.SIGINT) == 0, "Ctrl-C is the same"
