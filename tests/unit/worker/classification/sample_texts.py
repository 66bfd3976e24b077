"""Texts written for these tests, in the manner of real documents."""

TEXTS: dict[tuple[str, str], str] = {
    ("invoice", "en"): """Harbour Print Works Ltd
INVOICE
Invoice number: HP-20931    Date: 4 March 2024
Bill to: Lindqvist Design Studio, 14 Quay Street
Description            Qty   Unit price   Amount
Business cards, matt   500       0.12       60.00
A2 posters              40       3.50      140.00
Subtotal 200.00   VAT 20% 40.00   Total due 240.00
Please pay within 30 days to account 4471 2098, quoting the invoice number.""",
    ("invoice", "de"): """Tischlerei Ahrens GmbH
Rechnung Nr. 2024-0317
Rechnungsdatum: 12.04.2024   Kundennummer: 8841
Pos. Bezeichnung            Menge  Einzelpreis  Gesamt
1    Einbauschrank Eiche      1      1.850,00   1.850,00
2    Montage, Stunden         6         68,00     408,00
Zwischensumme 2.258,00 EUR, 19 % MwSt. 429,02 EUR, Rechnungsbetrag 2.687,02 EUR
Bitte überweisen Sie den Betrag innerhalb von 14 Tagen ohne Abzug.""",
    ("invoice", "fr"): """Atelier Bernard, plomberie
Facture n° F-1182
Date de facture : 9 mai 2023. Échéance : 8 juin 2023
Client : Mairie de Saint-Aubin
Remplacement du chauffe-eau, 1 unité, 780,00 €. Main-d'œuvre, 4 heures, 220,00 €
Total HT 1 000,00 €, TVA 20 % 200,00 €, total TTC à payer 1 200,00 €
Règlement par virement bancaire. Tout retard entraîne des pénalités.""",
    ("invoice", "ru"): """ООО «Северный склад»
Счёт-фактура № 418 от 17 июня 2022 г.
Покупатель: ИП Орлова
Наименование: кабель медный, количество 120 м, цена 85,00, сумма 10 200,00
Розетка двойная, 30 шт., цена 140,00, сумма 4 200,00
Итого 14 400,00 руб., НДС 20 % 2 880,00 руб., всего к оплате 17 280,00 руб.
Оплатить в течение пяти банковских дней на расчётный счёт.""",
    ("invoice", "zh"): """增值税发票
发票号码:20231187  开票日期:2023年9月12日
购买方:海宁纺织有限公司  销售方:宁波恒达机械厂
货物名称:轴承 数量:200 单价:15.00 金额:3000.00
价税合计:3390.00元,税率13%,税额390.00元
请于三十日内付款至以下银行账户。""",
    ("recipe", "en"): """Lentil and lemon soup
Serves four, ready in 35 minutes.
Ingredients: 250 g red lentils, 1 onion, 2 cloves of garlic, 1 litre vegetable stock, juice of
one lemon, olive oil, salt.
Method: Chop the onion and garlic and fry them gently in the oil. Add the lentils and the stock
and simmer for 20 minutes. Blend until smooth, stir in the lemon juice and serve with bread.""",
    ("recipe", "de"): """Apfelkuchen vom Blech
Zutaten für den Teig: 300 g Mehl, 150 g Butter, 100 g Zucker, 2 Eier, 1 Päckchen Backpulver.
Für den Belag: 1 kg säuerliche Äpfel, Zimt, Zucker.
Zubereitung: Butter und Zucker schaumig rühren, Eier unterrühren, Mehl mit Backpulver zugeben.
Den Teig auf ein Blech streichen, mit Apfelspalten belegen und bei 180 Grad 40 Minuten backen.""",
    ("recipe", "es"): """Tortilla de calabacín
Ingredientes: 2 calabacines, 1 cebolla, 5 huevos, aceite de oliva, sal y pimienta.
Preparación: Pela y corta la cebolla y los calabacines en láminas finas. Fríelos a fuego lento
durante quince minutos. Bate los huevos, mezcla con la verdura y cuaja la tortilla por ambos
lados en la sartén. Sirve templada con ensalada.""",
    ("recipe", "ja"): """肉じゃがの作り方
材料(4人分):じゃがいも4個、玉ねぎ1個、牛肉200g、にんじん1本、しょうゆ大さじ3、砂糖大さじ2、だし汁400ml
作り方:野菜の皮をむいて一口大に切る。鍋に油を熱し、牛肉を炒めてから野菜を加える。
だし汁と調味料を入れ、落としぶたをして弱火で20分煮る。器に盛りつけて出来上がり。""",
    ("recipe", "ru"): """Борщ с фасолью
Ингредиенты: свёкла 2 шт., картофель 3 шт., капуста 300 г, морковь, лук, фасоль, томатная паста.
Приготовление: натереть свёклу и морковь, обжарить с луком на масле. Картофель нарезать кубиками,
варить десять минут, добавить капусту, фасоль и зажарку. Варить до готовности, подавать со
сметаной и зеленью.""",
    ("contract", "en"): """SERVICE AGREEMENT
This Agreement is made on 1 February 2024 between Corbel Analytics Ltd ("the Provider") and
Fenwick Foods plc ("the Client").
1. Services. The Provider shall supply the services set out in Schedule 1.
2. Term. This Agreement commences on the date above and continues for two years unless terminated
by either party on three months' written notice.
3. Confidentiality. Each party shall keep confidential all information received from the other.
4. Governing law. This Agreement is governed by the laws of England.
Signed by the parties.""",
    ("contract", "fr"): """CONTRAT DE BAIL D'HABITATION
Entre les soussignés : Mme Rivière, ci-après le bailleur, et M. Haddad, ci-après le preneur, il a
été convenu ce qui suit.
Article 1. Le bailleur donne en location au preneur l'appartement situé au deuxième étage.
Article 2. Le présent contrat est conclu pour une durée de trois ans à compter du 1er octobre.
Article 3. Le loyer mensuel est payable d'avance. Article 4. Le preneur s'engage à entretenir
les lieux. Fait en deux exemplaires, signatures des parties.""",
    ("contract", "ar"): """عقد إيجار
تم الاتفاق بين الطرف الأول المؤجر والطرف الثاني المستأجر على ما يلي:
المادة الأولى: يؤجر الطرف الأول للطرف الثاني الشقة الكائنة في الطابق الثالث.
المادة الثانية: مدة العقد سنة واحدة قابلة للتجديد باتفاق الطرفين.
المادة الثالثة: يلتزم المستأجر بدفع الأجرة في بداية كل شهر.
حرر هذا العقد من نسختين ووقع عليه الطرفان.""",
    ("resume", "en"): """Curriculum vitae
Maren Holt, mechanical engineer
Work experience
2019 to 2024 Senior engineer, Tideway Turbines: led a team of five, designed gearboxes.
2015 to 2019 Design engineer, Alba Pumps
Education
MSc Mechanical Engineering, 2015
Skills: CAD, finite element analysis, project management. Languages: English, Norwegian.
References available on request.""",
    ("resume", "de"): """Lebenslauf
Persönliche Daten: Jonas Wieland, geboren 1990, ledig
Berufserfahrung: seit 2018 Softwareentwickler bei einem Logistikunternehmen, Verantwortung für
das Lagerverwaltungssystem. 2014 bis 2018 Entwickler in einer Agentur.
Ausbildung: Bachelor Informatik, 2014. Abitur 2010.
Kenntnisse: Java, Python, SQL. Sprachen: Deutsch, Englisch fließend. Interessen: Klettern.""",
    ("resume", "es"): """Currículum vítae
Datos personales: Lucía Ferrer, enfermera
Experiencia laboral: 2017 a 2023 enfermera de urgencias en hospital comarcal. 2013 a 2017
enfermera en centro de salud.
Formación académica: Grado en Enfermería, 2013. Máster en cuidados críticos, 2016.
Idiomas: español, inglés nivel B2. Competencias: trabajo en equipo, triaje, informática.""",
    ("minutes", "en"): """Minutes of the parents' association meeting
Date: 14 November 2023. Present: A. Osei (chair), R. Blum, K. Sato. Apologies: T. Green.
1. The minutes of the last meeting were approved.
2. Summer fair. It was agreed to hold it on 15 June. Action: R. Blum to book the hall.
3. Treasurer's report. The balance is 1,240. The report was accepted.
The meeting closed at 21:10. Next meeting 9 January.""",
    ("minutes", "de"): """Protokoll der Mitgliederversammlung
Datum: 3. März 2024. Anwesend: 24 Mitglieder. Protokollführung: Frau Seidel.
TOP 1: Der Vorsitzende eröffnet die Sitzung und stellt die Beschlussfähigkeit fest.
TOP 2: Der Kassenbericht wird vorgetragen und einstimmig genehmigt.
TOP 3: Neuwahl des Vorstands. Die Versammlung beschließt mit 20 Stimmen bei 4 Enthaltungen.
Ende der Sitzung: 20:45 Uhr.""",
    ("paper", "en"): """Seasonal drift of plankton in shallow estuaries
Abstract. We study how plankton density follows temperature over three years in two estuaries.
1 Introduction. Earlier work [1, 2] has shown a link between temperature and bloom onset.
2 Methods. Samples were taken weekly at eight stations and counted under a microscope. We fitted
a mixed-effects model. 3 Results. Density peaked eleven days earlier in warm years (p < 0.01).
References. [1] Journal of Marine Ecology, 2011. [2] Estuarine Research, 2014.""",
    ("paper", "zh"): """基于遥感数据的湖泊水质变化研究
摘要:本文利用多年遥感影像分析湖泊叶绿素浓度的变化趋势,并建立回归模型。
关键词:遥感;水质;叶绿素
1 引言 近年来,湖泊富营养化问题受到广泛关注。2 研究方法 采集样本并进行统计分析。
3 结果与讨论 实验结果表明,夏季浓度显著升高。参考文献 [1] 环境科学学报。""",
}

POEM = """The tide came in without a sound
and laid its silver on the ground;
the gulls went over, one by one,
like letters posted to the sun."""
