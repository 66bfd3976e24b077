import os
import socket
import tempfile

import pytest

from worker.parsing.sandbox import protocol


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_start_carries_a_file_and_a_socket_and_no_word(ends):
    ours, theirs = ends
    with tempfile.TemporaryFile() as file, socket.socket() as channel:
        file.write(b"hello")
        file.flush()
        protocol.send_start(ours, file.fileno(), channel.fileno())
        protocol.send_end(ours)
        received, sent = protocol.receive_start(theirs)
        assert os.pread(received, 9, 0) == b"hello"
        assert os.path.sameopenfile(sent, channel.fileno())
        os.close(received)
        os.close(sent)
    assert theirs.recv(9) == b"e"
    ours.close()
    assert protocol.receive_start(theirs) is None


def test_a_start_without_a_file_is_refused(ends):
    ours, theirs = ends
    ours.sendall(b"s")
    with pytest.raises(protocol.BrokenFrame):
        protocol.receive_start(theirs)


def test_long_messages_arrive_whole(ends):
    ours, theirs = ends
    text = "x" * 100_000
    ours.sendall(protocol.encode({"text": text}))
    assert protocol.receive(theirs) == {"text": text}


def test_a_closed_connection_gives_no_message(ends):
    ours, theirs = ends
    ours.close()
    assert protocol.receive(theirs) is None


def test_an_end_within_a_message_is_a_broken_frame(ends):
    ours, theirs = ends
    ours.sendall(protocol.encode({"a": 1})[:-2])
    ours.close()
    with pytest.raises(protocol.BrokenFrame):
        protocol.receive(theirs)


@pytest.mark.parametrize(
    "sent", [b"\xff\xff\xff\xff", b"\0\0\0\1[", b"\0\0\0\2[]", b"\0\0\0\1\xff"]
)
def test_invalid_messages_are_broken_frames(ends, sent):
    ours, theirs = ends
    ours.sendall(sent)
    with pytest.raises(protocol.BrokenFrame):
        protocol.receive(theirs)


def test_two_messages_do_not_mix(ends):
    ours, theirs = ends
    ours.sendall(protocol.encode({"a": 1}))
    assert protocol.receive(theirs) == {"a": 1}
    ours.sendall(protocol.encode({"b": 2}))
    assert protocol.receive(theirs) == {"b": 2}
