// Takes a table of labels.
import { api, base, complain, fill, make, notify, refetch, Refused } from "./page.js";

const form = document.getElementById("import");
const table = document.getElementById("table");
const problems = document.getElementById("problems");

/** Show what is left to label. */
async function refresh() {
  const fresh = (await refetch(`${base}/triage`))?.getElementById("left");
  if (fresh) document.getElementById("left").replaceWith(document.adoptNode(fresh));
}

form.addEventListener("submit", (event) => event.preventDefault());
table.addEventListener("change", async () => {
  const [file] = table.files;
  if (!file) return;
  problems.hidden = true;
  try {
    const answer = await api("/api/v1/classifier/labels/import", { method: "POST", form: file, raw: true });
    const content = await answer.json();
    if (answer.ok) {
      notify(fill(JSON.parse(form.dataset.texts).imported, content));
      await refresh();
    } else if (Array.isArray(content.detail)) {
      problems.firstElementChild.replaceChildren(...content.detail.map((each) => make("li", { textContent: each.msg })));
      problems.hidden = false;
    } else throw new Refused(content.detail);
  } catch (error) {
    complain(error);
  } finally {
    table.value = "";
  }
});
