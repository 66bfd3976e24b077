import base64

import pytest

from devtools import pdf_samples
from tests.unit.worker.parsing.readers.mail.mails import ENVELOPED, SIGNED, cms
from tests.unit.worker.parsing.readers.reading import read, refused

INVOICE = b'<?xml version="1.0"?><FatturaElettronica>7</FatturaElettronica>'


@pytest.mark.parametrize("indefinite", [False, True])
def test_a_signed_file_is_read_as_the_file_in_it(indefinite):
    text = "Fattura Elettronica: 7"
    signed = cms(SIGNED, INVOICE, indefinite=indefinite)
    armoured = b"-----BEGIN PKCS7-----\n%s-----END PKCS7-----\n" % base64.encodebytes(signed)
    for data in (signed, base64.encodebytes(signed), armoured):
        found = read(data, "invoice.xml.p7m")
        assert (found.format, found.pages[0].text) == ("xml", text)
    assert read(cms(SIGNED, pdf_samples.pdf("Offer 7")), "").pages[0].text == "Offer 7"
    twice = cms(SIGNED, cms(SIGNED, INVOICE))
    assert read(twice, "invoice.xml.p7m.p7m").pages[0].text == text


def test_what_only_its_recipient_opens_is_encrypted():
    assert refused(cms(ENVELOPED, b"x"), "a.xml.p7m").code == "encrypted"


def test_a_signature_without_its_file_is_told():
    error = refused(cms(SIGNED, b"")[:-6], "a.pdf.p7m")
    assert (error.code, "only a signature" in error.sentence) == ("corrupt", True)
