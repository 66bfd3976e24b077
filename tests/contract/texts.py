"""Short documents and rules that leave no doubt, so that jobs are quick and verdicts stable."""

INVOICE = """INVOICE No. 2026-118
Invoice date: 3 August 2026            Due date: 2 September 2026
Gannet Point Boatyard, 2 Slipway Road, Port Selwyn
Bill to: Lund & Daughters, 9 Old Quay, Port Selwyn

Description                     Qty   Unit price    Amount
Antifouling paint, 2.5 l          3        84.00    252.00
Hull cleaning, per hour           5        42.00    210.00
                                      Subtotal      462.00
                                      VAT 20 %       92.40
                                      Total due     554.40
Please pay by bank transfer within 30 days and quote the invoice number.
"""

RECIPE = """PANCAKES
Serves 4. Preparation 10 minutes, cooking 20 minutes.
Ingredients: 200 g flour, 2 eggs, 350 ml milk, a pinch of salt, butter for frying.
Method: Whisk the flour, eggs, milk and salt to a smooth batter and let it rest for ten minutes.
Melt a little butter in a frying pan, pour in a ladle of batter and cook for one minute on each
side until golden. Serve hot with lemon and sugar.
"""

# Starts like a PDF; the rest is not a PDF.
BROKEN_PDF = b"%PDF-1.7\n" + bytes(range(128, 256)) * 8

RULES = [
    {
        "type": "invoice",
        "description": "A supplier's bill with an invoice number, line items and a total to pay.",
    },
    {
        "type": "recipe",
        "description": "Cooking instructions with ingredients and the steps of preparation.",
    },
]
