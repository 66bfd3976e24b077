import pytest

from worker.classification.features.structure import has_mail_headers, is_code


@pytest.mark.parametrize(
    "text",
    [
        "From: Ada <ada@example.org>\nSent: Monday\nTo: Tom\nSubject: Train\n\nHello Tom",
        "Von: Ada\nGesendet: Montag\nAn: Tom\nBetreff: Zug\n\nHallo",
        "De : Ada\nEnvoyé : lundi\nÀ : Tom\nObjet : Le train",
        "De: Ada\nPara: Tom\nAsunto: El tren\n\nada@example.org",
        "Da: Ada\nA: Tom\nOggetto: Il treno\n\nada@example.org",
        "Od: Ada\nDo: Tom\nTemat: Pociąg\n\nada@example.org",
        "Från: Ada\nTill: Tom\nÄmne: Tåget\n\nada@example.org",
        "От: Ада\nКому: Том\nТема: Поезд\n\nada@example.org",
        "差出人: 佐藤\n宛先: 田中\n件名: 電車\n\nada@example.org",
        "发件人:王芳\n收件人:李明\n主题:火车\n\nada@example.org",
        "보낸 사람: 김\n받는 사람: 이\n제목: 기차\n\nada@example.org",
        "من: آدا\nإلى: توم\nالموضوع: القطار\n\nada@example.org",
        "From: Ada\nTo: Tom\nDate: Mon, 8 Jan 2024 20:11\nSubject: Train",
        "**From:** Ada\n**To:** Tom\n**Subject:** Train\n\nada@example.org",
        "> From: Ada\n> To: Tom\n> Subject: Train\n\nada@example.org",
        "| Subject | : Train\n| From | : Ada\n| To | : Tom\n\nada@example.org",
        "\n\nHarbour Print Works\nFROM: Ada\nTO: Tom\nSUBJECT: Train\n\nada@example.org",
    ],
    ids=lambda text: text.strip().split("\n")[0],
)
def test_printed_mails_have_headers(text: str):
    assert has_mail_headers(text)


@pytest.mark.parametrize(
    "text",
    [
        "Harbour Print Works\n12 Quay Street\n\nSubject: your order\n\nDear Mr Finch,\nthank you",
        "Tischlerei Ahrens\nHerrn Tom Lang\n\nBetreff: Ihr Angebot\n\nSehr geehrter Herr Lang",
        "From 1 May to 3 June the subject: trains",
        "From: Ada\nTo: Tom\nHello",
        "word\n" * 15 + "From: Ada\nTo: Tom\nSubject: Train",
        "Valid from: May\nRoute to: Kiel\nThe subject: trains",
        "MEMORANDUM\nTo: all staff\nFrom: Ada\nDate: 3 May\nSubject: the new kitchen",
        "",
    ],
    ids=[
        "letter",
        "German letter",
        "sentence",
        "no subject",
        "below",
        "other fields",
        "memo",
        "empty",
    ],
)
def test_letters_and_other_texts_have_none(text: str):
    assert not has_mail_headers(text)


@pytest.mark.parametrize(
    "text",
    [
        "package invoice\n\ntype Invoice struct {\n\tTotal int\n}",
        "import csv\n\ndef total(rows):\n    return sum(row.price for row in rows)",
        "import { Receipt } from './receipt.js';\nconst all = await Receipt.all();\nshow(all);",
        "CREATE TABLE invoices (\n  id INT,\n  total INT\n);\nSELECT total FROM invoices;",
        ".invoice { margin: 2rem; }\n.total { color: red; }\n.due { float: left; }",
        "#!/bin/sh\n# sends invoices\nls",
        "# Copyright 2021 Ada\n"
        + "# Permission is granted.\n" * 40
        + "import os\nx = 1\nos.close(x)",
    ],
    ids=["Go", "Python", "JavaScript", "SQL", "CSS", "shell", "comments"],
)
def test_programs_are_code(text: str):
    assert is_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "INVOICE 12\nTotal 97.00\n2 x 3.50 = 7.00\nPaid (card)",
        "The Seller shall deliver\n(a) the goods;\n(b) the manual;\n(c) the item(s)",
        '{"invoice": {\n"total": 12\n}\n}',
        "See [the terms](https://a.example)\nand [the rest](https://b.example)\nfrom us",
    ],
)
def test_other_texts_are_no_code(text: str):
    assert not is_code(text)
