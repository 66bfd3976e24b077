"""Pages in many languages, drawn as a scanner would deliver them."""

import io
import random
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = Path("/usr/share/fonts")
_NOTO = FONTS / "truetype" / "noto"
_CJK = FONTS / "opentype" / "noto" / "NotoSansCJK-Regular.ttc"
_JAPANESE, _KOREAN, _CHINESE = 0, 1, 2  # the faces of that file

# 11 and 12 points, at the 150 and 200 dpi that pages of a PDF are rendered at.
_SIZE, _DENSE_SIZE = 23, 33
_WIDTH = 1000
_LEAST_HEIGHT = 1000
_SPACING = 1.6
# A paragraph that is said again makes a page on which lines can be told from dust.
TIMES = 3
RIGHT_TO_LEFT = frozenset({"ar", "fa"})
_ALIKE = str.maketrans("\u04cf\u04c0\u0406\u0456I", "11111", "\u200c\u200d")


@dataclass(frozen=True, slots=True)
class Sample:
    """A text in a language, the font to draw it in, and the share of letters that may be wrong."""

    lang: str
    text: str
    errors: float
    font: Path = _NOTO / "NotoSans-Regular.ttf"
    face: int = 0
    is_dense: bool = False


SAMPLES = (
    Sample(
        "en",
        "Invoice for the repair of two windows in the house at the lake. Please transfer the whole"
        " amount to our account before the end of the month. We thank you for your order and hope"
        " to see you again soon.",
        0.01,
    ),
    Sample(
        "de",
        "Rechnung über die Ausbesserung zweier Fenster im Haus am See. Bitte überweisen Sie den"
        " ganzen Betrag vor Ende des Monats auf unser Konto. Wir danken für Ihren Auftrag und"
        " würden uns freuen, Sie bald wieder begrüßen zu dürfen.",
        0.01,
    ),
    Sample(
        "fr",
        "Facture pour la réparation de deux fenêtres de la maison près du lac. Veuillez verser le"
        " montant entier sur notre compte avant la fin du mois. Nous vous remercions de votre"
        " commande et espérons vous revoir bientôt.",
        0.01,
    ),
    Sample(
        "es",
        "Factura por la reparación de dos ventanas de la casa del lago. Les rogamos que paguen el"
        " importe completo antes de fin de mes en nuestra cuenta. Muchas gracias por su pedido;"
        " mañana recibirán también la garantía.",
        0.01,
    ),
    Sample(
        "pl",
        "Faktura za naprawę dwóch okien w domu nad jeziorem. Prosimy o wpłatę całej kwoty na nasze"
        " konto przed końcem miesiąca. Dziękujemy za złożone zamówienie i mamy nadzieję, że"
        " wkrótce znów się zobaczymy.",
        0.01,
    ),
    Sample(
        "tr",
        "Göl kenarındaki evin iki penceresinin onarımı için fatura. Lütfen tutarın tamamını ay"
        " sonundan önce hesabımıza yatırınız. Siparişiniz için teşekkür eder, sizi yakında yeniden"
        " görmeyi umarız.",
        0.01,
    ),
    Sample(
        "vi",
        "Hóa đơn sửa chữa hai cửa sổ của ngôi nhà bên hồ. Xin quý khách chuyển toàn bộ số tiền vào"
        " tài khoản của chúng tôi trước cuối tháng. Cảm ơn quý khách đã đặt hàng và mong sớm gặp"
        " lại.",
        0.02,
    ),
    Sample(
        "ru",
        "Счёт за ремонт двух окон в доме у озера. Просим перечислить всю сумму на наш счёт до конца"
        " месяца. Благодарим вас за заказ и надеемся скоро увидеть вас снова.",
        0.02,
    ),
    Sample(
        "uk",
        "Рахунок за ремонт двох вікон у будинку біля озера. Просимо переказати всю суму на наш"
        " рахунок до кінця місяця. Дякуємо за ваше замовлення і сподіваємося незабаром побачити"
        " вас знову.",
        0.02,
    ),
    Sample(
        "ava",
        "Магӏарул мацӏалъ хъвараб кагъат буго гьаб. Гьелда жаниб буго нилъер росдал хӏакъалъулъ,"
        " цӏалул ва хӏалтӏул хӏакъалъулъ хабар.",
        0.03,
    ),
    Sample(
        "ar",
        "فاتورة عن إصلاح نافذتين في البيت المطل على البحيرة. نرجو تحويل المبلغ كاملا إلى حسابنا قبل"
        " نهاية الشهر. نشكركم على طلبكم ونأمل أن نراكم قريبا مرة أخرى.",
        0.02,
        _NOTO / "NotoNaskhArabic-Regular.ttf",
        is_dense=True,
    ),
    Sample(
        "fa",
        "صورتحساب تعمیر دو پنجره در خانه کنار دریاچه. خواهشمندیم همه مبلغ را پیش از پایان ماه به"
        " حساب ما بپردازید. از سفارش شما سپاسگزاریم و امیدواریم به زودی دوباره شما را ببینیم.",
        0.03,
        _NOTO / "NotoNaskhArabic-Regular.ttf",
        is_dense=True,
    ),
    Sample(
        "hi",
        "झील के किनारे वाले घर की दो खिड़कियों की मरम्मत का बिल। कृपया महीने के अंत से पहले पूरी राशि हमारे"
        " खाते में जमा करें। आपके आदेश के लिए धन्यवाद, हमें आशा है कि हम जल्द ही फिर मिलेंगे।",
        0.02,
        _NOTO / "NotoSansDevanagari-Regular.ttf",
        is_dense=True,
    ),
    Sample(
        "ta",
        "ஏரிக்கரை வீட்டின் இரண்டு சன்னல்களைப் பழுது பார்த்ததற்கான கட்டணம். மாத இறுதிக்குள் முழுத்"
        " தொகையையும் எங்கள் கணக்கில் செலுத்தவும். உங்கள் ஆணைக்கு நன்றி, விரைவில் மீண்டும் சந்திப்போம்.",
        0.05,
        _NOTO / "NotoSansTamil-Regular.ttf",
        is_dense=True,
    ),
    Sample(
        "te",
        "సరస్సు పక్కన ఉన్న ఇంటి రెండు కిటికీల మరమ్మతు కోసం బిల్లు. దయచేసి నెలాఖరులోపు మొత్తం డబ్బును"
        " మా ఖాతాలో జమ చేయండి. మీ ఆర్డరుకు ధన్యవాదాలు, త్వరలో మళ్ళీ కలుద్దాం.",
        0.08,
        _NOTO / "NotoSansTelugu-Regular.ttf",
        is_dense=True,
    ),
    Sample(
        "th",
        "ใบแจ้งหนี้ค่าซ่อมหน้าต่างสองบานของบ้านริมทะเลสาบ กรุณาโอนเงินทั้งหมดเข้าบัญชีของเราก่อนสิ้นเดือน"
        " ขอบคุณสำหรับคำสั่งซื้อของท่าน หวังว่าจะได้พบกันอีกในไม่ช้า",
        0.02,
        _NOTO / "NotoSansThai-Regular.ttf",
        is_dense=True,
    ),
    Sample(
        "ja",
        "湖のほとりの家の窓を二枚修理した代金の請求書です。月末までに全額を当社の口座にお振り込みください。"
        "ご注文をありがとうございました。またお目にかかれることを楽しみにしております。",
        0.02,
        _CJK,
        _JAPANESE,
        is_dense=True,
    ),
    Sample(
        "ko",
        "호숫가 집의 창문 두 개를 수리한 비용 청구서입니다. 이달 말까지 전액을 우리 계좌로"
        " 보내 주시기 바랍니다. 주문해 주셔서 감사하며 곧 다시 뵙기를 바랍니다.",
        0.098,
        _CJK,
        _KOREAN,
        is_dense=True,
    ),
    Sample(
        "ch_sim",
        "这是湖边房屋两扇窗户的修理费账单。请在本月底之前将全部款项汇入我们的银行账户。"
        "感谢您的订购，希望不久能再次为您服务。",
        0.03,
        _CJK,
        _CHINESE,
        is_dense=True,
    ),
)


def draw(sample: Sample, width: int = _WIDTH, size: int | None = None) -> bytes:
    """Return a JPEG of the text, a little blurred, skewed and noisy.

    Its lines are at most `width` pixels long, its letters 11 or 12 points or `size` pixels high.
    """
    size = size or (_DENSE_SIZE if sample.is_dense else _SIZE)
    font = ImageFont.truetype(sample.font, size, index=sample.face)
    lines = _break(" ".join([sample.text] * TIMES), font, width)
    height = max(_LEAST_HEIGHT, int(_SPACING * size * (len(lines) + 2)))
    page = Image.new("L", (width + 100, height), 255)
    pen = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        indent = width - font.getlength(line) if sample.lang in RIGHT_TO_LEFT else 0
        pen.text((50 + indent, int(_SPACING * size * (number + 1))), line, font=font, fill=20)
    page = page.rotate(0.4, Image.Resampling.BICUBIC, fillcolor=255)
    page = page.filter(ImageFilter.GaussianBlur(0.6))
    buffer = io.BytesIO()
    _sprinkle(page).save(buffer, "JPEG", quality=75)
    return buffer.getvalue()


def _break(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Break a text into lines, at spaces where the language has them."""
    parts = text.split(" ") if text.count(" ") > len(text) / 20 else list(text)
    joint = " " if len(parts[0]) > 1 else ""
    lines = [parts[0]]
    for part in parts[1:]:
        longer = lines[-1] + joint + part
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def _sprinkle(page: Image.Image) -> Image.Image:
    """Put dust on a page, the same on every run."""
    chance = random.Random(7)
    for _ in range(page.width * page.height // 4000):
        spot = (chance.randrange(page.width), chance.randrange(page.height))
        page.putpixel(spot, chance.randrange(120, 220))
    return page


def error_rate(found: str, expected: str) -> float:
    """Return how many letters must be changed, put in or left out, as a share of the expected.

    Not counted: spaces, invisible joiners, and which of the similar letters stands for the
    palochka of Caucasian languages.
    """
    found, expected = ("".join(text.translate(_ALIKE).split()) for text in (found, expected))
    row = list(range(len(found) + 1))
    for number, letter in enumerate(expected, 1):
        before, row[0] = row[0], number
        for place, other in enumerate(found, 1):
            change = before + (letter != other)
            before = row[place]
            row[place] = min(change, before + 1, row[place - 1] + 1)
    return row[-1] / len(expected)
