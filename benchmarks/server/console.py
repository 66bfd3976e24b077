"""How fast the console is in a browser: a job of 500 files, and new verdicts on 100 files.

    make bench-console

The seconds of a job are the server's own, from its creation to its end; what the browser adds is
in the next column. Long tasks block the page for more than 50 ms (the browser's own measure). The
last column has the processor time of the workers, of the server and of the browser: on a busy
machine it says more than the seconds.
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.processes import cpu_seconds
from devtools.browser import MissingError, open_browser
from devtools.client import RULES, Client
from devtools.server import RunningServer, embedded_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

FILES = 100
TIMES = 5  # each file as often in the large job
RUNS = 5
WATCH_TASKS = """
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.longTasks.push(Math.round(entry.duration));
}).observe({ type: "longtask", buffered: true });
"""
# One promise instead of many questions, which would take the processor from what is measured.
# The rows of the job before are gone once the link leads to another one.
WAIT_FOR_ALL = f"""(before) => new Promise((resolve) => {{
  const look = () => {{
    const isNew = document.getElementById("open-job").getAttribute("href") !== before;
    const done = document.querySelectorAll("#items tbody tr.done").length;
    if (!isNew || done !== {FILES} || !document.getElementById("progress").hidden) return;
    observer.disconnect();
    resolve();
  }};
  const observer = new MutationObserver(look);
  observer.observe(document.body, {{ subtree: true, childList: true, attributes: true }});
  look();
}})"""


@dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds of processor time so far."""

    workers: float
    server: float
    browser: float

    @classmethod
    def of(cls, server: RunningServer) -> "Cpu":
        """Read the times; the browser is what this process started besides the server."""
        api = server.api.pid
        whole, own = cpu_seconds(api), cpu_seconds(api, own=True)
        here = os.getpid()
        browser = cpu_seconds(here) - cpu_seconds(here, own=True) - whole
        return cls(whole - own, own, browser)

    def since(self, before: "Cpu") -> str:
        """Return what was used since then."""
        pairs = (
            (self.workers, before.workers),
            (self.server, before.server),
            (self.browser, before.browser),
        )
        return ", ".join(f"{now - then:.2f}" for now, then in pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--workers", type=int, default=2, help="worker processes")
    workers = parser.parse_args().workers
    settings = {"workers": workers, "console_sign_in": "automatic"}
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_server(Path(folder) / "data", settings) as server,
        open_browser() as browser,
    ):
        client = Client(server)
        file_ids = client.upload_many(FILES)
        large, small = client.create_job(file_ids * TIMES), client.create_job(file_ids)
        client.wait(large, 1800)
        client.wait(small, 1800)
        context = browser.new_context(base_url=server.base_url)
        context.add_init_script(WATCH_TASKS)
        page = context.new_page()
        page.goto("/")
        table = Table(
            "what",
            "seconds",
            "of them the job",
            "the browser adds",
            "long tasks, ms",
            "CPU: workers, server, browser",
        )
        for run in range(RUNS):
            table.add_row(*_open_job(page, large, first=run == 0))
        table.add_row(*_scroll(page))
        page.goto(f"/console?job={small}")
        for run in range(RUNS):
            table.add_row(*_classify_again(page, client, server, run))
        client.close()
    Console().print(table)


def _open_job(page: "Page", job_id: str, *, first: bool) -> tuple[str, ...]:
    began = time.monotonic()
    page.goto(f"/console/jobs/{job_id}")
    seconds = time.monotonic() - began
    name = f"open a job of {FILES * TIMES} files"
    if first:
        name += ", the first page of the server"
    return name, f"{seconds:.2f}", "", "", _long_tasks(page)


def _scroll(page: "Page") -> tuple[str, ...]:
    page.evaluate("longTasks.length = 0")
    page.mouse.move(600, 400)
    for _ in range(60):
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(30)
    return "scroll it to its end", "", "", "", _long_tasks(page)


def _classify_again(
    page: "Page", client: Client, server: RunningServer, run: int
) -> tuple[str, ...]:
    description = f"{RULES[0]['description']} Version {run}."
    page.locator("[data-rule] [data-description]").first.fill(description)
    page.evaluate("longTasks.length = 0")
    link = page.locator("#open-job")
    before = link.get_attribute("href")
    used = Cpu.of(server)
    began = time.monotonic()
    page.locator("#run").click()
    page.evaluate(WAIT_FOR_ALL, before)
    seconds = time.monotonic() - began
    cpu = Cpu.of(server).since(used)
    job = client.http.get("/api/v1/classifier/jobs?page_size=1").json()["items"][0]
    took = datetime.fromisoformat(job["updated_at"]) - datetime.fromisoformat(job["created_at"])
    own = took.total_seconds()
    name = f"{FILES} new verdicts after a change of the rules"
    adds = f"{seconds - own:.2f}"
    return name, f"{seconds:.2f}", f"{own:.2f}", adds, _long_tasks(page), cpu


def _long_tasks(page: "Page") -> str:
    return ", ".join(map(str, page.evaluate("longTasks"))) or "none"


if __name__ == "__main__":
    try:
        main()
    except MissingError as error:
        sys.exit(str(error))
