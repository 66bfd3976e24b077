"""A small knowledge of a few types, in the format of the shipped one."""

from worker.classification.knowledge.base import Knowledge
from worker.classification.knowledge.format import parse_types

SOURCE = """
type: bill
abstract: yes
description: a document that asks for money

type: invoice
parents: bill
description: a bill from a seller with items and the amount due
wordings en: what we have to pay; accounts payable
names en: invoice
names de: rechnung
act: asks for payment
phrases en: payable within; please remit*; amount .. due; total~
phrases de: zahlbar innerhalb; rechnungsbetrag
phrases ja: お支払い
sample en: INVOICE no. 7. Two chairs, one table. Total 310.00.
sample de: Rechnung Nr. 7. Zwei Stühle, ein Tisch. Gesamt 310,00.

type: tax invoice
parents: invoice
description: an invoice that shows the tax and the seller's tax number
names en: tax invoice; fiscal document~

type: receipt
description: a proof that money was paid
names en: receipt
act: says that money was paid
phrases en: change due; cash; payable within~
sample en: RECEIPT. Bread 2.10, milk 1.20. Cash 5.00, change 1.70.

type: contract
description: an agreement between parties
names en: contract; agreement

type: tenancy agreement
parents: contract
description: a contract by which a landlord lets a home to a tenant
names en: tenancy agreement; agreement; lease=

type: holiday let
parents: tenancy agreement
description: a contract by which guests rent a home for a holiday
"""


def read(source: str) -> Knowledge:
    """Return the knowledge of a source."""
    return Knowledge.of(list(parse_types(source, "small.txt")))


KNOWLEDGE = read(SOURCE)
