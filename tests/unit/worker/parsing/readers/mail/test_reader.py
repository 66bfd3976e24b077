import struct

from tests.unit.worker.parsing.readers.mail.mails import tnef, tnef_properties
from tests.unit.worker.parsing.readers.reading import read


def test_a_winmail_that_was_saved_alone_is_a_message():
    data = tnef(
        (0x00018004, b"Offer\0"),
        (0x0002800C, b"Please find it attached.\0"),
        (0x00069002, bytes(14)),
        (0x00018010, b"offer.doc\0"),
    )
    found = read(data)
    assert found.pages[0].text == (
        "Subject: Offer\n\nPlease find it attached.\n\nAttachments: offer.doc"
    )


def test_a_winmail_shows_time_and_place_of_a_meeting():
    appointment = bytes.fromhex("0220060000000000c000000000000046")
    start = struct.pack("<Q", 132_000_000_000_000_000)
    place = "Room 5\0".encode("utf-16-le")
    properties = struct.pack("<L", 3)
    properties += struct.pack("<HH16s2L", 0x40, 0x8001, appointment, 0, 0x820D) + start
    named = "other\0".encode("utf-16-le")
    properties += struct.pack("<HH16s2L12sL", 3, 0x8002, appointment, 1, len(named), named, 7)
    properties += struct.pack("<HH16s2L", 0x1F, 0x8003, appointment, 0, 0x8208)
    properties += struct.pack("<2L14s2x", 1, len(place), place)
    found = read(tnef((0x00018004, b"Talk\0"), (0x00069003, properties)))
    assert found.pages[0].text == ("Subject: Talk\nStart: 2019-04-17T18:40:00+00:00\nWhere: Room 5")


def test_a_report_says_what_it_is_about():
    properties = tnef_properties(p0049001E=b"Offer", p1001001E=b"Your message was read.")
    found = read(tnef((0x00069003, properties)))
    assert found.pages[0].text == "Subject: Offer\n\nYour message was read."
