from devtools.cpu_time import within_reader_limit
from worker.parsing.readers.xml.data import show_xml

ORDER = """<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE order SYSTEM "order.dtd">
<!-- written by a program -->
<n:PurchaseOrder xmlns:n="urn:orders" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="urn:orders o.xsd" version="2">
  <n:IssueDate>2024-05-06</n:IssueDate>
  <n:buyer_party><n:Name style="bold">Käse &amp; Söhne</n:Name><n:Fax/></n:buyer_party>
  <n:Total currencyID="EUR"> 12.50 </n:Total>
  <n:Paid value="false"/>
  <n:Note>Deliver <b>before</b> noon,
    please.</n:Note>
  <p>The gate is open.</p>
</n:PurchaseOrder>
"""


def test_names_and_values_are_lines_and_mixed_content_is_running_text():
    assert show_xml(ORDER) == (
        "Purchase Order\nversion 2\nIssue Date: 2024-05-06\nbuyer party\nName: Käse & Söhne\n"
        "Total: 12.50, currencyID EUR\nPaid: value false\nDeliver before noon,\nplease.\n"
        "The gate is open."
    )


def test_values_may_be_web_pages():
    feed = (
        "<rss><title>A &lt; B</title><description>&lt;p&gt;Mind &amp;uuml;&lt;/p&gt;</description>"
        "<note><![CDATA[<div>one<br/>two</div>]]></note></rss>"
    )
    assert show_xml(feed) == "rss\ntitle: A < B\ndescription: Mind ü\nnote: one\ntwo"


def test_what_is_no_whole_xml_is_left_as_it_is():
    assert show_xml(ORDER[:-20]) is None
    assert show_xml("word " * 9) is None
    assert show_xml('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>') is None


def test_deep_and_wide_xml_takes_time_in_proportion():
    with within_reader_limit():
        deep = show_xml("<a>" * 20_000 + "end" + "</a>" * 20_000) or ""
        wide = show_xml("<r>" + "<a b='1'>x</a>" * 50_000 + "</r>") or ""
        mixed = show_xml("<r>" + "<a>x" * 20_000 + "</a>" * 20_000 + "</r>") or ""
    assert deep.endswith("a: end")
    assert wide.count("a: x, b 1") == 50_000
    assert mixed.count("x") == 20_000
