import os
import struct
import subprocess

import pytest

from comptoir.gateway.control.permissions import Peer, peer_of, refusal

OPERATOR = 990


def test_what_the_kernel_says():
    assert peer_of(struct.pack("3i", 7, 1000, 100)) == Peer(7, 1000)


@pytest.mark.parametrize("uid", [0, OPERATOR])
def test_root_and_the_owner_of_state_are_operators(uid):
    assert refusal(Peer(os.getppid(), uid), OPERATOR) is None


@pytest.mark.parametrize("uid", [1000, 65534, -1])
def test_others_are_refused(uid):
    assert "not an operator" in str(refusal(Peer(os.getppid(), uid), OPERATOR))


def test_what_descends_from_the_daemon_is_refused_whoever_it_is():
    shell = subprocess.Popen(["sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE, text=True)
    try:
        grandchild = int(shell.stdout.readline())
        for pid in (shell.pid, grandchild):
            assert "workers" in str(refusal(Peer(pid, 0), OPERATOR))
    finally:
        os.kill(grandchild, 9)
        shell.wait()
        shell.stdout.close()


@pytest.mark.parametrize("pid", [0, -1, 2**22 + 1])
def test_who_cannot_be_judged_is_refused(pid):
    # 0 stands for a process outside our PID namespace; the last one is gone.
    assert refusal(Peer(pid, 0), OPERATOR) is not None
