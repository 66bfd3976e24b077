"""The names of months and days in the languages that a format code can choose.

Codes name a language by the identifier of Windows ([MS-LCID]), as in `[$-407]`, or by its tag, as
in `[$-de-DE]`.
"""

import re
from dataclasses import dataclass
from functools import cache

_ENGLISH = "en"
_CODES = (
    "01ar 02bg 03ca 04zh 05cs 06da 07de 08el 0Aes 0Bfi 0Cfr 0Dhe 0Ehu 10it 11ja 12ko 13nl 14nb"
    " 15pl 16pt 18ro 19ru 1Ahr 1Bsk 1Dsv 1Eth 1Ftr 21id 22uk 24sl 25et 26lv 27lt 2Avi 3Ems"
)
_LANGUAGES = {int(code[:2], 16): code[2:] for code in _CODES.split()}
# Serbian shares its number with Croatian.
_SERBIAN = frozenset({0x0C1A, 0x1C1A, 0x281A, 0x301A})
_PRIMARY = 0x3FF
# Months, then days from Monday on.
_NAMES = {
    "en": "January February March April May June July August September October November December"
    " Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
    " Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    " lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    " lunes martes miércoles jueves viernes sábado domingo",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre"
    " dicembre lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
    " segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december"
    " maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "da": "januar februar marts april maj juni juli august september oktober november december"
    " mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "nb": "januar februar mars april mai juni juli august september oktober november desember"
    " mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december"
    " måndag tisdag onsdag torsdag fredag lördag söndag",
    "fi": "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu"
    " marraskuu joulukuu maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
    "pl": "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad"
    " grudzień poniedziałek wtorek środa czwartek piątek sobota niedziela",
    "cs": "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec"
    " pondělí úterý středa čtvrtek pátek sobota neděle",
    "hu": "január február március április május június július augusztus szeptember október november"
    " december hétfő kedd szerda csütörtök péntek szombat vasárnap",
    "ro": "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie"
    " decembrie luni marți miercuri joi vineri sâmbătă duminică",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık"
    " Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi Pazar",
    "el": "Ιανουάριος Φεβρουάριος Μάρτιος Απρίλιος Μάιος Ιούνιος Ιούλιος Αύγουστος Σεπτέμβριος"
    " Οκτώβριος Νοέμβριος Δεκέμβριος Δευτέρα Τρίτη Τετάρτη Πέμπτη Παρασκευή Σάββατο Κυριακή",
    "ru": "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь"
    " понедельник вторник среда четверг пятница суббота воскресенье",
    "uk": "січень лютий березень квітень травень червень липень серпень вересень жовтень листопад"
    " грудень понеділок вівторок середа четвер п'ятниця субота неділя",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"
    " الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    "bg": "януари февруари март април май юни юли август септември октомври ноември декември"
    " понеделник вторник сряда четвъртък петък събота неделя",
    "ca": "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre"
    " dilluns dimarts dimecres dijous divendres dissabte diumenge",
    "et": "jaanuar veebruar märts aprill mai juuni juuli august september oktoober november"
    " detsember esmaspäev teisipäev kolmapäev neljapäev reede laupäev pühapäev",
    "he": "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר"
    " שני שלישי רביעי חמישי שישי שבת ראשון",
    "hr": "siječanj veljača ožujak travanj svibanj lipanj srpanj kolovoz rujan listopad studeni"
    " prosinac ponedjeljak utorak srijeda četvrtak petak subota nedjelja",
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"
    " Senin Selasa Rabu Kamis Jumat Sabtu Minggu",
    "lt": "sausis vasaris kovas balandis gegužė birželis liepa rugpjūtis rugsėjis spalis lapkritis"
    " gruodis pirmadienis antradienis trečiadienis ketvirtadienis penktadienis šeštadienis"
    " sekmadienis",
    "lv": "janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris"
    " novembris decembris pirmdiena otrdiena trešdiena ceturtdiena piektdiena sestdiena svētdiena",
    "ms": "Januari Februari Mac April Mei Jun Julai Ogos September Oktober November Disember"
    " Isnin Selasa Rabu Khamis Jumaat Sabtu Ahad",
    "sk": "január február marec apríl máj jún júl august september október november december"
    " pondelok utorok streda štvrtok piatok sobota nedeľa",
    "sl": "januar februar marec april maj junij julij avgust september oktober november december"
    " ponedeljek torek sreda četrtek petek sobota nedelja",
    "sr": "јануар фебруар март април мај јун јул август септембар октобар новембар децембар"
    " понедељак уторак среда четвртак петак субота недеља",
    "vi": "Tháng_1 Tháng_2 Tháng_3 Tháng_4 Tháng_5 Tháng_6 Tháng_7 Tháng_8 Tháng_9 Tháng_10"
    " Tháng_11 Tháng_12 Thứ_Hai Thứ_Ba Thứ_Tư Thứ_Năm Thứ_Sáu Thứ_Bảy Chủ_Nhật",
    "ja": "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月"
    " 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日",
    "zh": "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月"
    " 星期一 星期二 星期三 星期四 星期五 星期六 星期日",
    "th": "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม"
    " พฤศจิกายน ธันวาคม จันทร์ อังคาร พุธ พฤหัสบดี ศุกร์ เสาร์ อาทิตย์",
    "ko": "1월 2월 3월 4월 5월 6월 7월 8월 9월 10월 11월 12월"
    " 월요일 화요일 수요일 목요일 금요일 토요일 일요일",
}
# Beside a day a month stands in the genitive: "15 марта".
_WITH_DAY = {
    "el": "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου"
    " Οκτωβρίου Νοεμβρίου Δεκεμβρίου",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października"
    " listopada grudnia",
    "cs": "ledna února března dubna května června července srpna září října listopadu prosince",
    "fi": "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta"
    " syyskuuta lokakuuta marraskuuta joulukuuta",
    "hr": "siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga"
    " prosinca",
    "lt": "sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio rugsėjo spalio lapkričio"
    " gruodžio",
    "sk": "januára februára marca apríla mája júna júla augusta septembra októbra novembra"
    " decembra",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
}
# Where three letters do not tell months apart, or are not what programs show.
_SHORT = {
    "cs": "led úno bře dub kvě čvn čvc srp zář říj lis pro",
    "el": "Ιαν Φεβ Μαρ Απρ Μαϊ Ιουν Ιουλ Αυγ Σεπ Οκτ Νοε Δεκ",
    "et": "jaan veebr märts apr mai juuni juuli aug sept okt nov dets",
    "fi": "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "lt": "saus. vas. kov. bal. geg. birž. liep. rugp. rugs. spal. lapkr. gruod.",
}
_MONTHS, _SHORT_LENGTH = 12, 3
_WHOLE = frozenset({"ar", "ja", "ko", "th", "vi", "zh"})
# A slash in a code stands for what the language writes between the numbers of a date.
_SEPARATORS = {
    **dict.fromkeys(("bg", "cs", "de", "et", "fi", "hr", "hu", "lv", "nb", "pl", "ro"), "."),
    **dict.fromkeys(("ru", "sk", "sl", "sr", "tr", "uk"), "."),
    **dict.fromkeys(("da", "nl", "sv", "ko"), "-"),
}
_TAG = re.compile(r"([A-Za-z]{2,3})(?:-[A-Za-z]|$)")


@dataclass(frozen=True, slots=True)
class CalendarNames:
    """The names of one language; `with_day` are those of months beside a day.

    `short` are those of three letters, where they are not the first three. `separator` stands
    between the numbers of a date.
    """

    months: tuple[str, ...]
    with_day: tuple[str, ...]
    days: tuple[str, ...]
    is_shortened: bool = True
    separator: str = "/"
    short: tuple[str, ...] = ()

    def month(self, number: int, length: int, *, has_day: bool) -> str:
        """Return the name of a month from 1 on, as a code of so many letters shows it."""
        if self.short and length == _SHORT_LENGTH:
            return self.short[number - 1]
        names = self.with_day if has_day else self.months
        return self._shorten(names[number - 1], length)

    def day(self, number: int, length: int) -> str:
        """Return the name of a day of the week, 0 for Monday, as so many letters show it."""
        return self._shorten(self.days[number], length)

    def weekday(self, number: int, *, is_short: bool) -> str:
        """Return what `aaaa` shows of a day of the week, or `aaa`: 金曜日 or 金, 星期五 or 五."""
        name = self.days[number]
        if self.is_shortened or not is_short:
            return name[:3] if is_short else name
        return name.removeprefix("星期")[:1]

    def _shorten(self, name: str, length: int) -> str:
        if not self.is_shortened:
            return name
        return {_SHORT_LENGTH: name[:_SHORT_LENGTH], 5: name[:1]}.get(length, name)


def language_of(identifier: str) -> str:
    """Return the language that an identifier of Windows or a tag means; English if unknown."""
    tag = _TAG.match(identifier)
    if tag and tag[1].lower() in _NAMES:
        return tag[1].lower()
    try:
        number = int(identifier[-4:], 16)
    except ValueError:
        return _ENGLISH
    return "sr" if number in _SERBIAN else _LANGUAGES.get(number & _PRIMARY, _ENGLISH)


@cache
def calendar_names(language: str = _ENGLISH) -> CalendarNames:
    """Return the names of a language that `language_of` returns."""
    names = tuple(name.replace("_", " ") for name in _NAMES[language].split())
    months = names[:_MONTHS]
    with_day = _WITH_DAY.get(language)
    return CalendarNames(
        months,
        tuple(with_day.split()) if with_day else months,
        names[_MONTHS:],
        language not in _WHOLE,
        _SEPARATORS.get(language, "/"),
        tuple(_SHORT.get(language, "").split()),
    )
