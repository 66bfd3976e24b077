"""Words that stand beside the name of a type in a heading, in the languages of the knowledge."""

import re

from worker.classification.features.headings import fold

# Words beside a name that do not make the heading longer: "invoice no. 12 of March 2024, copy".
NEUTRAL = frozenset(
    fold("""
    no nr n num nro numer nu rif ref № id copy original kopie copia duplicate page seite of from
    vom du del der den de dated as at to on for the a le la dd date datum fecha month period your
    ihre votre
    january february march april may june july august september october november december jan feb
    mar apr jun jul aug sep sept oct nov dec januar februar marz mai juni juli oktober dezember
    janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre enero febrero
    marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
    janeiro fevereiro marco maio junho julho setembro outubro novembro dezembro
    januari februari maart mei augustus
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia
    pazdziernika listopada grudnia
    ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopadu prosince
    januar februar mars juni juli augusti oktober desember
    ianuarie februarie martie aprilie iunie iulie septembrie octombrie noiembrie decembrie
    januar februar marcius aprilis majus junius julius augusztus szeptember oktober
    ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    dal al del della per z dnia ze dne av den till din tarihli от г год года
    νο br broj бр број št številka č číslo sz szám sorszám nro numero номер αρ αριθμός αριθ dnr
    số ngày nomor nombor bil tanggal tarikh sayı zk blg bilang na namba nambari nommer númer numărul
    رقم بتاريخ شماره شمارهٔ تاریخ نمبر מס מספר מיום תאריך
    संख्या सं क्र क्रमांक नं नंबर दिनांक নং নম্বর তারিখ எண் நாள்
    копия копија оригинал дубликат kopija kópia kopio másolat kopya asıl αντίγραφο πρωτότυπο kopie
    bản sao bản gốc salinan asli نسخة أصل صورة نسخه کاپی العميل העתק מקור प्रति प्रतिलिपि মূল কপি
    duplicata duplicado triplicado segunda via kopi eksemplar
    siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenog
    studenoga prosinca januára februára apríla mája júna júla augusta septembra októbra novembra
    decembra
    januarja februarja marca aprila maja junija julija avgusta јануар фебруар март април мај јун јул
    август септембар октобар новембар децембар januara marta avgusta januar mart
    січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
    януари февруари април май юни юли август септември октомври ноември декември
    ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου
    νοεμβρίου δεκεμβρίου tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu
    syyskuu lokakuu marraskuu joulukuu maret agustus tháng bulan năm tahun
    يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر لشهر شهر سنة
    ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר לחודש
    फरवरी जनवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर माह वर्ष
    জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর
    جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر
    فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند ماه سال
    """).split()  # a block of words is easier to read and extend than a list
)
# Words before a name that make it the label of a field: "number of contract", "رقم العقد".
NUMBERS = frozenset(
    fold("""
    no nr n num nro numer numero number nummer číslo broj број br бр številka št szám
    αριθμός αρ номер số nomor nombor namba nommer رقم شماره نمبر מספר क्रमांक संख्या
    """).split()
)
# Words between these and the name: "numéro de contrat".
OF = frozenset("of de del della du da di do la".split())  # noqa: SIM905
# Words after a name at the beginning of a line that make it the label of a field.
LABELS = frozenset(
    fold("""
    number date nummer datum numero fecha numer address anschrift adresse amount total due id to
    from period by betrag summe data vencimiento type status method details description item items
    qty code customer company name
    dato belopp beløb beløp bedrag numarası tarihi tutarı száma sorszáma kelte dátuma összege
    päivä päiväys pvm summa numero kuupäev तिथि तारीख राशि পরিমাণ தேதி தொகை
    """).split()
)
LABELS_UNSPACED = re.compile(r"番号|编号|號碼|号码|번호|日|期|号|書番|제목")
NUMBER_UNSPACED = re.compile(r"号?[::]?\d")
NEUTRAL_UNSPACED = re.compile(
    fold("เลขที่|เล่มที่|ฉบับที่|วันที่|ต้นฉบับ|สำเนา|副本|正本|原本|写し|사본|원본|고객용|보관용|공급받는자")
)
# Words of sentences.
SENTENCE = frozenset(
    fold("""
    how why what where warum pourquoi cómo waarom dlaczego hur varför hvordan hvorfor как почему
    is are this not please pay keep be was were have has if will we you our shall can ist sind
    nicht bitte wird wurde wir ihnen este esta es est sont pas nous vous por favor sua see by any
    with
    prego grazie sono gelieve niet wij uw vänligen inte venligst vennligst ikke
    prosimy jest dziękujemy prosím prosíme děkujeme ďakujeme není molimo hvala nije prosimo kérjük
    köszönjük rugăm olkaa lütfen değildir palun lūdzu prašome tafadhali asseblief
    пожалуйста просим это будет просимо будь молимо моля παρακαλούμε είναι δεν σας
    mohon silakan harap kami anda adalah akan telah tidak ini sila vui
    يرجى نرجو هذا هذه אנא נא זה שלך لطفا است شود براہ ہے ہیں کریں
    कृपया है हैं करें नहीं आपका আপনার এই করুন உங்கள் இந்த
    """).split()
)
