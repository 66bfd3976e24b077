"""The whole way of a clerk through the console, in a real browser."""

from pathlib import Path
from typing import Any

import httpx2

from devtools.client import JOBS, Client
from devtools.receiver import Receiver
from devtools.server import RunningServer, embedded_server
from devtools.waiting import until
from tests.browser.screens import Screens
from tests.browser.steps import ENDED, download_table, follow, run, sign_in, type_of, write_rule

CONFIGURATIONS = "/api/v1/beta/configurations"
SAMPLES = Path(__file__).parents[2] / "samples"
# Right to left, and what a page must not take for HTML.
HOSTILE_NAME = "حساب <img src=x onerror=alert(1)> & ${name}.txt"
DESCRIPTIONS = {
    "invoice": "A supplier's bill with an invoice number, line items and a total to pay.",
    "recipe": "Cooking instructions for a dish with ingredients and steps.",
}


def test_the_whole_way(page: Any, server: RunningServer, screens: Screens, tmp_path: Path) -> None:
    page.goto("/")
    page.get_by_label("API key").wait_for()
    screens.look("sign-in")
    sign_in(page, server)
    screens.look("try-empty")

    pick_a_folder(page, tmp_path)
    classify_three_files(page, screens, tmp_path)
    look_at_a_result(page, screens)
    correct_a_verdict(page)
    label_what_comes_next(page, screens, tmp_path)
    filter_a_job(page, screens)
    change_the_rules(page, screens)
    save_the_rules_anew(page, screens, server)

    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("API key").wait_for()
    page.goto("/console/jobs")
    page.get_by_label("API key").wait_for()


def pick_a_folder(page: Any, tmp_path: Path) -> None:
    """Choose a folder, whose folders are part of the names, and take its file off the list."""
    scans = tmp_path / "inbox" / "March"
    scans.mkdir(parents=True)
    (scans / "Scan 1.txt").write_text("RECIPE Boil the lentils for 20 minutes.")
    page.set_input_files("#pick-folder", str(tmp_path / "inbox"))
    page.get_by_text("March › Scan 1.txt", exact=True).wait_for()
    page.get_by_role("button", name="Remove from the list: March").click()


def classify_three_files(page: Any, screens: Screens, tmp_path: Path) -> None:
    """Write two rules, after some that are no good, and save them."""
    hostile = tmp_path / HOSTILE_NAME
    hostile.write_text("Minutes of the meeting of the board. Present: Ann, Bob. Agenda, decisions.")
    page.set_input_files(
        "#pick", [str(SAMPLES / "R-2026-0417.pdf"), str(SAMPLES / "lentil-soup.txt"), str(hostile)]
    )
    for position, (type_, description) in enumerate(DESCRIPTIONS.items()):
        write_rule(page, position, type_, description)
    write_rule(page, 2, "no/slash", "too short")
    page.get_by_text("A type consists of letters").wait_for()
    write_rule(page, 2, "Recipé", "If it is a recipé, take this.")
    page.get_by_text("The name is nearly the same as “recipe”.").wait_for()
    page.get_by_text("Describe the document instead").wait_for()
    write_rule(page, 2, "bill", "A supplier's bill with a number, line items and a total to pay.")
    page.get_by_text("This means nearly the same as “invoice”").wait_for()
    write_rule(page, 2, "no/slash", "too short")
    page.get_by_text("A type consists of letters").wait_for()
    page.get_by_role("button", name="Classify").click()
    assert page.evaluate("document.activeElement.value") == "no/slash"
    screens.look("try-hints")
    page.locator("[data-rule]").nth(2).get_by_role("button", name="Remove this rule").click()
    run(page)
    assert type_of(page, "R-2026-0417.pdf") == "invoice"
    assert type_of(page, "lentil-soup.txt") == "recipe"
    assert type_of(page, HOSTILE_NAME) == "none of the rules"
    screens.look("try-verdicts")
    page.get_by_text("Save these rules").click()
    page.get_by_label("Name of these rules").fill("Office mail")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved as “Office mail”.").wait_for()


def look_at_a_result(page: Any, screens: Screens) -> None:
    """Find the quoted passage marked on the picture of its page, and go back and forth."""
    page.get_by_role("link", name="R-2026-0417.pdf").click()
    page.locator(".sheet svg rect").first.wait_for(timeout=180_000)
    box = page.locator(".sheet svg rect").first.bounding_box()
    sheet = page.locator(".sheet").bounding_box()
    assert sheet["x"] <= box["x"] < box["x"] + box["width"] <= sheet["x"] + sheet["width"]
    assert box["height"] < sheet["height"] / 4
    screens.look("result-picture")
    page.get_by_role("button", name="Text").click()
    page.locator(".page-text").wait_for(timeout=180_000)
    assert page.locator(".page-text mark").count() >= 1
    screens.look("result-text")
    page.go_back()
    page.locator(ENDED).wait_for()
    assert type_of(page, "R-2026-0417.pdf") == "invoice"
    assert page.locator("#chosen li").count() == 3
    assert page.locator("[data-rule] [data-type]").nth(1).input_value() == "recipe"
    assert page.get_by_role("link", name="Compare with the run before").is_hidden()
    page.get_by_role("link", name="R-2026-0417.pdf").click()


def correct_a_verdict(page: Any) -> None:
    """Label a wrong verdict, take the label back, and label it again."""
    follow(page, "Next file")
    follow(page, "Next file")
    assert page.get_by_role("heading", level=1).inner_text() == HOSTILE_NAME
    page.get_by_label("This is wrong: it is").select_option("another type …")
    page.get_by_label("Name of the type").fill("poem")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Noted: it is “poem”.").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Note removed.").wait_for()
    page.get_by_label("This is wrong: it is").select_option("recipe")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Noted: it is “recipe”.").wait_for()


def label_what_comes_next(page: Any, screens: Screens, tmp_path: Path) -> None:
    """Label one file after the other, which the rules are measured by, and export the labels."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Teach").click()
    screens.look("triage")
    page.get_by_role("link", name="Begin with the first one").click()
    page.get_by_role("button", name="The verdict is right").click()
    page.get_by_text("Noted:").wait_for()
    screens.look("result-teach")
    follow(page, "Next to label")
    page.get_by_role("button", name="The verdict is right").click()
    page.get_by_text("Noted:").wait_for()
    follow(page, "Next to label")
    page.get_by_role("heading", name="Nothing is left to label").wait_for()
    table = tmp_path / "labels.csv"
    with page.expect_download() as exported:
        page.get_by_role("link", name="Export the labels").click()
    exported.value.save_as(table)
    page.set_input_files("#table", str(table))
    page.get_by_text("0 new labels, 0 changed, 3 as before").wait_for()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Quality").click()
    page.locator("#quality[data-state=ready]:not(:has(.spinner))").wait_for(timeout=180_000)
    rows = page.locator("#quality tbody").last.locator("tr")
    assert sum(int(row.split()[-1]) for row in rows.all_inner_texts()) == 3
    screens.look("quality")


def filter_a_job(page: Any, screens: Screens) -> None:
    """Filter the files of the job, and download the table of those that are left."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Jobs").click()
    screens.look("jobs")
    page.locator("#jobs tbody a").first.click()
    screens.look("job")
    rows = download_table(page)
    assert rows["R-2026-0417.pdf"]["type"] == "invoice"
    assert rows[HOSTILE_NAME]["label"] == "recipe"
    page.locator("#filter-type").select_option("recipe")
    assert page.locator("#items tbody tr:visible").count() == 1
    assert [row["type"] for row in download_table(page).values()] == ["recipe"]
    page.get_by_role("link", name="lentil-soup.txt").click()
    page.get_by_text("1 of 1").wait_for()
    page.go_back()
    page.get_by_text("1 of 3 shown").wait_for()
    page.get_by_label("File name").fill("nothing like this")
    page.get_by_text("No file fits these filters.").wait_for()


def change_the_rules(page: Any, screens: Screens) -> None:
    """Classify the same files by other rules: the label counts, whatever the new rule says."""
    page.get_by_role("link", name="Change the rules").click()
    page.locator("#chosen li").nth(2).wait_for()
    page.locator("#items tr.done").nth(2).wait_for(state="attached")
    write_rule(page, 2, "meeting_minutes", "Minutes of a meeting with those present and decisions.")
    run(page)
    assert type_of(page, HOSTILE_NAME).startswith("recipe")
    assert page.locator("#items tr.changed").count() == 1
    page.get_by_role("link", name="Compare with the run before").click()
    pair = page.locator("#pairs tbody tr:visible")
    assert pair.count() == 1
    assert "recipe" in pair.inner_text()
    screens.look("compare")
    page.get_by_role("link", name="Swap sides").click()
    assert page.locator(".tile").filter(has_text="lost their type").inner_text()[0] == "1"


def save_the_rules_anew(page: Any, screens: Screens, server: RunningServer) -> None:
    """Save another version of the rules, and look at their exports and at the status."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Rules").click()
    screens.look("rules")
    page.get_by_role("link", name="Office mail").first.click()
    write_rule(page, 0, "invoice", "A bill that a supplier sends, with the total to pay.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Versions").wait_for()
    # What somebody else saves meanwhile is not replaced by accident.
    client = Client(server)
    saved = client.http.get(CONFIGURATIONS).json()["items"][0]
    change = {"parameters": {**saved["parameters"], "min_confidence": 0.5}}
    client.http.put(f"{CONFIGURATIONS}/{saved['id']}", json=change).raise_for_status()
    client.close()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Somebody has changed these rules").wait_for()
    page.get_by_role("tab", name="Python").click()
    assert "client.classifier" in page.locator("#panel-Python pre").inner_text()
    screens.look("rules-edit")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Status").click()
    page.get_by_role("heading", name="Workers").wait_for()
    screens.look("status")


def test_what_one_has_typed_outlives_the_session(page: Any, server: RunningServer) -> None:
    sign_in(page, server)
    # As `serve` prints it, without the slash that redirects add.
    page.goto("/console")
    page.set_input_files("#pick", [str(SAMPLES / "lentil-soup.txt")])
    page.get_by_text("Ready", exact=True).wait_for()
    write_rule(page, 0, "recipe", DESCRIPTIONS["recipe"])
    page.locator("#options summary").click()
    page.locator("#max-pages").fill("7")
    page.context.clear_cookies()
    page.get_by_role("button", name="Classify").click()

    page.get_by_text("Your session has ended.").wait_for()
    page.get_by_label("API key").fill(server.api_key)
    page.get_by_role("button", name="Sign in").click()

    page.get_by_text("1 document").wait_for()
    assert page.locator("[data-rule] [data-type]").first.input_value() == "recipe"
    assert page.locator("#max-pages").input_value() == "7"
    write_rule(page, 1, "invoice", DESCRIPTIONS["invoice"])
    page.reload()
    assert page.locator("[data-rule] [data-type]").nth(1).input_value() == "invoice"

    # It is gone with the one who signs out.
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("API key").wait_for()
    assert page.evaluate("sessionStorage.length") == 0


def test_a_job_that_somebody_else_deletes_is_gone(page: Any, server: RunningServer) -> None:
    client = Client(server)
    file_id = client.upload("INVOICE 2 Total to pay: 3.50")
    job_id = client.create_job([file_id])
    client.wait(job_id)
    sign_in(page, server)

    def delete_first(route: Any) -> None:
        client.http.delete(f"{JOBS}/{job_id}", params={"delete_files": True})
        route.continue_()

    page.route("**/rows*", delete_first)
    page.goto(f"/console/?job={job_id}")

    page.get_by_text("This is gone: somebody has deleted it.").wait_for()
    client.close()


def test_a_large_folder_waits_for_the_rate_of_its_key(
    page: Any, server: RunningServer, tmp_path: Path
) -> None:
    project = server.run("projects", "create", "Few uploads").split()[-1]
    server.run("projects", "limit", project, "--uploads-per-minute", "60")
    key = server.run("keys", "create", "folder", "--project-id", project).split()[-1]
    for number in range(62):
        (tmp_path / f"{number}.txt").write_text(f"RECIPE {number}")
    page.goto("/")
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()

    page.set_input_files("#pick-folder", str(tmp_path))

    page.wait_for_function("document.querySelectorAll('#chosen li').length === 62")
    until(lambda: page.get_by_text("Ready", exact=True).count() == 62, "all uploads")


def test_the_log_of_webhooks(
    page: Any, server: RunningServer, screens: Screens, receiver: Receiver
) -> None:
    client = Client(server)
    hook = {"webhook_url": receiver.url("/hook?status=200")}
    file_id = client.upload("INVOICE 1 Total to pay: 3.50")
    job_id = client.create_job([file_id], webhook_configurations=[hook])
    client.wait(job_id)
    until(lambda: receiver.received, "the webhook")
    sign_in(page, server)

    page.goto(f"/console/jobs/{job_id}")
    page.locator("#deliveries .delivered").first.wait_for()
    screens.look("job-webhooks")
    page.get_by_role("button", name="Send again").click()

    until(lambda: len(receiver.received) == 2, "the webhook once more")
    page.locator(".attempts li").nth(1).wait_for()
    events = [received.event() for received in receiver.received]
    assert events[0]["event_id"] == events[1]["event_id"]
    # Other tests of this server label all files that there are.
    client.delete(file_id)
    client.close()


def test_keys_and_projects_of_an_administrator(
    page: Any, server: RunningServer, screens: Screens
) -> None:
    key = server.run("keys", "create", "chief", "--admin").split()[-1]
    page.goto("/")
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Keys and projects").wait_for()
    screens.look("keys")

    page.locator("#key-name").fill("scanner")
    page.locator("#create-key").get_by_role("button").click()

    made = page.locator("#new-key code").inner_text
    until(lambda: made().startswith("ph_"), "the new key")
    answer = httpx2.get(
        f"{server.base_url}/api/v1/projects", headers={"Authorization": f"Bearer {made()}"}
    )
    assert answer.status_code == 200

    row = page.locator("#key-table tbody tr").filter(has_text="scanner")
    first = made()
    row.get_by_role("button", name="Replace").click()
    until(lambda: made() != first, "the successor of the key")
    page.get_by_text("The old key stays valid until").wait_for()
    rows = page.locator("#key-table tbody tr").filter(has_text="scanner")
    until(lambda: rows.count() == 2, "the table with both keys")
    screens.look("keys-replaced")


def test_the_keyboard_is_enough(page: Any, server: RunningServer) -> None:
    page.goto("/")
    page.keyboard.type(server.api_key)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What is each document?").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"

    page.locator("[data-rule] [data-type]").first.focus()
    page.keyboard.type("recipe")
    page.keyboard.press("Tab")
    page.keyboard.type("Cooking instructions with steps.")
    page.keyboard.press("Tab")
    # The button that removes the rule, then the one that adds another
    page.keyboard.press("Enter")
    assert page.locator("[data-rule]").count() == 0
    page.locator(".notice button").focus()
    page.keyboard.press("Enter")
    assert page.locator("[data-rule] [data-type]").first.input_value() == "recipe"


def test_a_path_prefix_and_german(chromium: Any, tmp_path: Path) -> None:
    settings = {"root_path": "/sorting", "console_sign_in": "automatic", "workers": 1}
    with embedded_server(tmp_path / "data", settings) as server:
        context = chromium.new_context(locale="de-AT", base_url=server.base_url)
        page = context.new_page()
        refused: list[str] = []
        page.on("response", lambda answer: answer.status >= 400 and refused.append(answer.url))
        page.goto("/sorting")
        page.get_by_role("heading", name="Welches Dokument ist was?").wait_for()
        page.set_input_files("#pick", [str(SAMPLES / "lentil-soup.txt")])
        page.get_by_text("1 Dokument").wait_for()
        page.locator("[data-rule] [data-type]").fill("rezept")
        page.locator("#rule-set").select_option(index=1)
        assert page.locator("[data-rule]").count() > 1
        page.locator("#rule-set").select_option(index=0)
        assert page.locator("[data-rule] [data-type]").input_value() == "rezept"
        page.locator("#rule-set").select_option(index=1)
        page.get_by_role("button", name="Einordnen").click()
        page.locator(ENDED).wait_for(timeout=180_000)
        assert "Keine Ihrer Regeln passt" in page.locator(".cell-summary").inner_text()
        page.get_by_role("button", name="English").click()
        page.get_by_role("heading", name="What is each document?").wait_for()
        assert page.url.startswith(f"{server.base_url}/sorting/console")
        assert refused == []
        context.close()
