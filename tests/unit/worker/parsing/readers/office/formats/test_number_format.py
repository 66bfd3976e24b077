import pytest

from worker.parsing.readers.office.formats.number_format import format_number

ACCOUNT = '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)'


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.1 + 0.2, "General", "0.3"),
        (1.25, "", "1.25"),
        (1e20, "General", "1E+20"),
        (1234567, "#,##0", "1,234,567"),
        (-1234.5, "#,##0.00", "-1,234.50"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
        (0.125, "0.00", "0.13"),
        (2.5, "0", "3"),
        (7, "000", "007"),
        (5, "0.##", "5"),
        (0.5, "#.##", ".5"),
        (0.256, "0.0%", "25.6%"),
        (1234.5, '"$"#,##0.00', "$1,234.50"),
        (1234.5, "#,##0.00\\ [$€-407]", "1,234.50 €"),
        (0.5, "[Red]0.0", "0.5"),
        (1234567, "#,##0,", "1,235"),
        (1234567, '0.0,,"M"', "1.2M"),
        (12345.678, "0.00E+00", "1.23E+04"),
        (2125551234, "(###) ###-####", "(212) 555-1234"),
        (1000, "0 000", "1 000"),
        (-12.5, ACCOUNT, "(12.50)"),
        (0, ACCOUNT, "-"),
        (0, "0;;", ""),
        (-3, 'General" m"', "-3 m"),
        (123, "@", "123"),
        (1.5, "# ?/?", "1.5"),
        (15, '[>=10]"big" 0;[<3]"small";General', "big 15"),
        (1, '[>=10]"big" 0;[<3]"small";General', "small"),
        (5, '[>=10]"big" 0;[<3]"small";General', "5"),
        (5, '[>=10]"big";[<3]"small"', "big"),
        (-7, "[=7]0;0.0", "-7.0"),
        (1e300, "0.00", "1E+300"),
        (5, "0" * 501, "5"),
    ],
)
def test_numbers(value: float, code: str, shown: str):
    assert format_number(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (45366, "yyyy-mm-dd", "2024-03-15"),
        (45366, "d. mmmm yy", "15. March 24"),
        (45366, "dddd, ddd, mmm mmmmm", "Friday, Fri, Mar M"),
        (45366.5, "dd.mm.yyyy hh:mm", "15.03.2024 12:00"),
        (45366.75, "m/d/yy h:mm AM/PM", "3/15/24 6:00 PM"),
        (45366, "h AM/PM", "12 AM"),
        (45366, "mmm yyyy;@", "Mar 2024"),
        (45366, '[$-411]ggge"年"m"月"d"日"', "2024年3月15日"),
        (45366, "[$-F800]dddd\\, mmmm dd\\, yyyy", "2024-03-15"),
        (0.25, "[$-F400]h:mm:ss AM/PM", "6:00:00"),
        (1.5, "[h]:mm", "36:00"),
        (0.0001, "mm:ss.0", "00:08.6"),
        (59, "yyyy-mm-dd", "1900-02-28"),
        (61, "yyyy-mm-dd", "1900-03-01"),
        (-1, "yyyy-mm-dd", "-1"),
        (1e9, "yyyy-mm-dd", "1000000000"),
        (2_957_002, "yyyy", "9995"),
    ],
)
def test_dates(value: float, code: str, shown: str):
    assert format_number(value, code) == shown


def test_dates_from_1904():
    assert format_number(43904, "yyyy-mm-dd", from_1904=True) == "2024-03-15"
    assert format_number(2_957_002, "yyyy-mm-dd", from_1904=True) == "9999-12-30"
