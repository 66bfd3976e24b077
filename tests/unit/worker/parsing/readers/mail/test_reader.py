from tests.unit.worker.parsing.readers.mail.mails import tnef
from tests.unit.worker.parsing.readers.test_dispatch import read


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
