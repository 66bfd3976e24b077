"""The invented documents and rules of the page about reasoning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.jobs.values import Rule
from worker.parsing.document import Document, DocumentPage, TextSource
from worker.parsing.layout.features import PageLayout

INVOICE = Rule("invoice", "A bill from a seller to a customer with items, tax and the amount due.")
RECEIPT = Rule("receipt", "A till receipt of a shop about goods that were paid at once.")
STATEMENT = Rule("bank_statement", "A bank's list of payments in and out of an account.")
CONTRACT = Rule("contract", "An agreement between parties that sets out their rights and duties.")
LETTER = Rule("letter", "A letter from one person or company to another.")
MINUTES = Rule("meeting_minutes", "Minutes of a meeting: those present, agenda, decisions.")
CREDIT_NOTE = Rule("credit_note", "A document by which a seller reduces an earlier invoice.")
EMAIL = Rule("email", "An e-mail message with sender, recipient, subject and body.")
SLIDES = Rule("presentation", "Slides of a talk with headings and bullet points.")
FORM = Rule("application_form", "A form to fill in, by which a person applies for something.")
OTHER = Rule("other", "Any other document.")
OFFICE = (INVOICE, RECEIPT, STATEMENT, CONTRACT, LETTER, MINUTES)

_INVOICE_TEXT = """Pellworm Rope Works
INVOICE No. 2217
Date: 6 May 2024      Customer: Brenner Sailing School, 4 Dyke Road
Quantity   Item                       Price      Amount
20 m       Mooring line, 14 mm         3.10       62.00
2          Fender, medium             18.50       37.00
Net 99.00   VAT 20% 19.80   Amount due 118.80
Please transfer the amount due within 14 days, quoting the invoice number."""

_CREDIT_NOTE_TEXT = """Gutschrift
Nr. 311 vom 4. Juni 2024, zu unserer Rechnung 2190
Kunde: Segelschule Brenner, Deichstraße 4
Rückgabe: 1 Fender, mittel, netto 18,50 EUR, USt. 3,52 EUR
Gutschriftsbetrag 22,02 EUR. Der Betrag wird mit der nächsten Rechnung verrechnet."""

_TENANCY_TEXT = """RENTAL AGREEMENT
between Ottilie Kranz (the landlord) and Samuel Obi (the tenant)
1. The landlord lets the flat on the second floor of 9 Orchard Row, with a cellar room.
2. The rent is 870 per month and is payable in advance. The deposit is two months' rent.
3. The tenant keeps the flat in good repair and does not sublet it.
4. Either party may end the agreement with three months' notice.
Signed: O. Kranz, S. Obi"""

_SHOP_TEXT = """Lindgren Garden Supplies
12 June 2024   Sale 0093
Compost 40 l   2 x 6.50   13.00
Watering can                9.90
Total 22.90   of which VAT 3.66
Paid by card. Please keep this slip. Goods can be returned within a month."""

_COUNTER_TEXT = """Lindgren Garden Supplies
Sale no. 0093, 12 June 2024, sold at the counter
Compost 40 l, 2 bags at 6.50, 13.00. Watering can, 1 at 9.90, 9.90. Twine, 3 rolls at 1.20, 3.60
Total including VAT 26.50, of which VAT 4.23. Paid in full.
Customer number 118. Thank you for your custom."""

_JUDGMENT_TEXT = """IN THE COUNTY COURT AT WESTER VALE
Case No. C 418 of 2023
Between Marlow Dairies (claimant) and Hugh Penrose (defendant)
JUDGMENT
1. The claimant seeks payment for milk delivered between March and July 2022.
2. Having heard both parties and read the evidence, the court finds that the goods were delivered.
3. The defendant's defence of set-off fails for want of proof.
The court orders the defendant to pay 2,140 with interest and the costs of the proceedings."""

_NOTICE_TEXT = """Dear members,
the pool will be closed from Monday for two weeks while the tiles are repaired.
Your membership is extended by the same time. The sauna stays open in the evenings.
We are sorry for the trouble. Questions: at the desk, or by telephone after four.
The committee of the Harbour Baths"""

_POEM_TEXT = """The lamp is out, the tide is low,
the herons stand where rushes grow,
and nobody has seen them go.
The kettle hums, the window weeps,
the old dog turns about and sleeps,
and what the river takes it keeps."""

_MINUTES_TEXT = """Allotment Society, meeting of 9 April
Present: Ruth Adeyemi (chair), Piet Bakker, Carla Nunes. Apologies: Tom Hale
1. The minutes of the last meeting were approved.
2. Water: it was decided to fit a second tap by June. Piet asks for two offers.
3. Any other business: the shed key is with Carla. The next meeting is on 14 May."""

_MAIL_TEXT = """From: Ruth Adeyemi <ruth@allotments.example>
To: Piet Bakker <piet@allotments.example>
Subject: second tap
Sent: 11 April 2024

Hello Piet, could you bring the two offers for the tap on Friday? I shall be at the shed from five.
Best wishes, Ruth"""

_SLIDE_TEXTS = (
    "Keeping bees in town\nAn evening talk by Ines Moreau",
    "Why in town?\n- Flowers from March to October\n- Fewer pesticides\n- Warm roofs",
    "What you need\n- A quiet corner\n- Two hives\n- A neighbour who likes honey",
    "The year\n- Spring: inspect\n- Summer: harvest\n- Autumn: feed",
    "Questions?",
)

_FORM_TEXT = """Application for a garden plot
Surname ............ First name ............ Date of birth ............
Address ............ Telephone ............ E-mail ............
I apply for a plot of: [ ] 100 square metres  [ ] 200 square metres
Have you had a plot before? [ ] yes [ ] no
Date and signature of the applicant ............"""

_STRIP_TEXT = """CORNER BAKERY
Rye loaf 3.80
Rolls 4 x .60 2.40
Total 6.20
Cash 10.00 Change 3.80"""

_TAX_TEXT = """Vale District Council
NOTICE OF ASSESSMENT: dog tax 2024
Owner: Hugh Penrose. Number of dogs: 1. Assessment period: January to December 2024
Tax for the first dog 84.00. Amount payable 84.00, due on 1 March 2024.
You may object to this assessment in writing within one month of its receipt."""

_HIVE_TEXT = """Colony 7, stand by the lime tree. Queen of 2022, marked yellow.
12 April: nine frames of brood, calm, second super given. 3 May: queen cells broken out.
20 June: 14 kg taken off, wax moth in the lower box. 2 August: mites counted, 8 a day, treated.
15 September: fed 12 l, entrance narrowed. Note: requeen next spring."""
_HIVE_EXAMPLES = (
    """Colony 2, behind the shed. Queen of 2023, unmarked.
18 April: six frames of brood, a little chalkbrood. 9 May: super given. 1 July: 9 kg taken off.
10 August: treated against mites, 25 fell. 1 October: weighed, 38 kg.""",
    """Colony 11, by the stream. Queen of 2021, marked white.
2 April: weak, five frames. 30 April: united with colony 12. 15 June: swarm, hived again.
3 August: treated. 12 September: fed 8 l.""",
    """Colony 5, orchard. Queen of 2023, marked red, calm.
14 April: eight frames of brood. 20 May: super full. 28 June: 17 kg taken off, super given back.
5 August: mites 3 a day. 20 September: fed 10 l.""",
)
HIVE_CARD = Rule("hive_card", "A card about a beehive: queen, brood, honey and treatments.")

_GERMAN_TEXT = """Kleingartenverein, Sitzung vom 9. April
Anwesend: Ruth Adeyemi (Vorsitz), Piet Bakker, Carla Nunes. Entschuldigt: Tom Hale
1. Das Protokoll der letzten Sitzung wird genehmigt.
2. Wasser: Es wird beschlossen, bis Juni einen zweiten Hahn zu setzen. Piet holt Angebote ein.
3. Verschiedenes: Der Schuppenschl ssel ist bei Carla. N chste Sitzung am 14. Mai."""


@dataclass(frozen=True, slots=True)
class Case:
    """A document, the rules that it is judged by, and the kind of result that it stands for."""

    title: str
    rules: Sequence[Rule]
    document: Document
    examples: Mapping[str, Sequence[str]] = field(default_factory=dict)
    min_confidence: float | None = None


def _text(*pages: str, format: str = "txt", total: int = 0) -> Document:  # noqa: A002  # as in Document
    return Document(
        format,
        tuple(DocumentPage(index, page) for index, page in enumerate(pages)),
        total or len(pages),
    )


def _scan(*pages: str, total: int, warnings: tuple[str, ...] = (), lost: int = 0) -> Document:
    return Document(
        "pdf",
        tuple(DocumentPage(index, page, TextSource.OCR) for index, page in enumerate(pages)),
        total,
        lost_parts=lost,
        warnings=warnings,
    )


def _form(text: str, fields: int) -> Document:
    return Document("pdf", (DocumentPage(0, text, width=595, height=842),), 1, form_fields=fields)


def _strip(text: str) -> Document:
    layout = PageLayout(aspect=0.4, ink=0.1, image_area=0.0, photo=0.0, words=len(text.split()))
    return Document("jpg", (DocumentPage(0, text, TextSource.OCR),), 1, layouts=(layout,))


CASES = (
    Case("A sure verdict", OFFICE, _text(_INVOICE_TEXT)),
    Case(
        "Another language, and a heading that says it",
        (*OFFICE, CREDIT_NOTE),
        _text(_CREDIT_NOTE_TEXT),
    ),
    Case("A kind of what a rule describes", OFFICE, _text(_TENANCY_TEXT)),
    Case("Two rules are close", (INVOICE, RECEIPT, CONTRACT), _text(_COUNTER_TEXT)),
    Case("No rule fits", OFFICE, _text(_JUDGMENT_TEXT, format="pdf", total=23)),
    Case("Perhaps no rule fits", (INVOICE, CONTRACT, LETTER), _text(_SHOP_TEXT)),
    Case(
        "A rule fits, but perhaps not well enough", (INVOICE, CONTRACT, LETTER), _text(_NOTICE_TEXT)
    ),
    Case("No rule fits, and no built-in type either", OFFICE, _text(_POEM_TEXT)),
    Case("The catch-all", (*OFFICE, OTHER), _text(_JUDGMENT_TEXT)),
    Case("Nothing but a catch-all", (OTHER,), _text(_INVOICE_TEXT)),
    Case(
        "Two rules that mean the same, and the document is clear",
        (
            Rule("invoice", "A bill from a supplier with items, tax and total."),
            Rule("bill", "An invoice from a supplier with items, tax and total."),
            CONTRACT,
        ),
        _text(_INVOICE_TEXT),
    ),
    Case(
        "Two rules that mean the same, and the document is not clear",
        (LETTER, Rule("note", "A letter or note from one person or company to another."), INVOICE),
        _text(_NOTICE_TEXT),
    ),
    Case("A scrap of text", OFFICE, _text("Total 12.50")),
    Case(
        "A scan in another language than was asked for",
        OFFICE,
        _scan(
            _GERMAN_TEXT,
            total=1,
            warnings=(
                "page 1 seems to be in German, but OCR read for English: give another `lang`",
            ),
        ),
    ),
    Case(
        "A part could not be read",
        OFFICE,
        _scan(
            _MINUTES_TEXT,
            _MINUTES_TEXT,
            total=4,
            warnings=("pages 3 and 4 could not be read",),
            lost=2,
        ),
    ),
    Case(
        "A rule that excludes the document",
        (
            Rule("bill", "A bill with an amount to pay, but not a tax assessment."),
            CONTRACT,
            MINUTES,
        ),
        _text(_TAX_TEXT),
    ),
    Case("A type of your own", (*OFFICE, HIVE_CARD), _text(_HIVE_TEXT)),
    Case(
        "A type of your own, with examples",
        (*OFFICE, HIVE_CARD),
        _text(_HIVE_TEXT),
        examples={HIVE_CARD.type: _HIVE_EXAMPLES},
    ),
    Case(
        "Less than the least confidence",
        (INVOICE, RECEIPT, CONTRACT),
        _text(_COUNTER_TEXT),
        min_confidence=0.8,
    ),
    Case("A single rule: yes", (CONTRACT,), _text(_TENANCY_TEXT)),
    Case("A single rule: no", (CONTRACT,), _text(_INVOICE_TEXT)),
    Case("An e-mail", (*OFFICE, EMAIL), _text(_MAIL_TEXT, format="eml")),
    Case("Slides", (*OFFICE, SLIDES), _text(*_SLIDE_TEXTS, format="pptx")),
    Case("A form with blanks", (*OFFICE, FORM), _form(_FORM_TEXT, 9)),
    Case("A till receipt, read in the mode MULTIMODAL", OFFICE, _strip(_STRIP_TEXT)),
    Case("A blank scan", OFFICE, _scan("", "", total=2)),
)
