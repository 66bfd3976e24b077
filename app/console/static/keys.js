// Creates, replaces and revokes keys, and creates projects.
import { api, complain, fill, formatMoment, notify, refetch, showTimes } from "./page.js";

const texts = JSON.parse(document.getElementById("keys").dataset.texts);

/** Show a new key, which nobody can see again. */
function show(made) {
  const box = document.getElementById("new-key");
  box.querySelector("code").textContent = made.key;
  document.getElementById("replaced").textContent = made.old_expires_at
    ? fill(texts.replaced, { moment: formatMoment(made.old_expires_at) }) : "";
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
}

/** Show the keys as they are now; reloading the page would lose the new one. */
async function refresh() {
  const table = (await refetch())?.getElementById("key-table");
  if (!table) return;
  showTimes(table);
  document.getElementById("key-table").replaceWith(document.adoptNode(table));
}

document.getElementById("create-key").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = document.getElementById("key-name").value.trim();
  if (!name) return notify(texts.name_first);
  const reach = document.getElementById("key-reach").value;
  const days = Number(document.getElementById("key-days").value);
  const json = { name, is_admin: reach === "admin" };
  if (reach && reach !== "admin") json.project_id = reach;
  if (days) json.expires_at = new Date(Date.now() + days * 86400000).toISOString();
  try {
    const made = await api("/api/v1/admin/keys", { method: "POST", json });
    show(made);
    event.target.reset();
    await refresh();
  } catch (error) {
    complain(error);
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-rotate]");
  if (!button) return;
  button.disabled = true;
  try {
    show(await api(`/api/v1/admin/keys/${button.dataset.rotate}/rotate`, { method: "POST", json: {} }));
    await refresh();
  } catch (error) {
    button.disabled = false;
    complain(error);
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-revoke]");
  if (!button) return;
  button.disabled = true;
  notify(fill(texts.revoking, { name: button.dataset.name }), {
    undoText: texts.undo,
    undo: () => { button.disabled = false; },
    done: async () => {
      try {
        await api(`/api/v1/admin/keys/${button.dataset.revoke}`, { method: "DELETE" });
        location.reload();
      } catch (error) {
        button.disabled = false;
        complain(error);
      }
    },
  });
});

document.getElementById("create-project").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = document.getElementById("project-name").value.trim();
  if (!name) return notify(texts.name_first);
  try {
    await api("/api/v1/admin/projects", { method: "POST", json: { name } });
    location.reload();
  } catch (error) {
    complain(error);
  }
});
