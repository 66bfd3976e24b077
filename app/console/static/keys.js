// Creates and revokes keys, and creates projects.
import { api, complain, fill, notify } from "./page.js";

const texts = JSON.parse(document.getElementById("keys").dataset.texts);

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
    const box = document.getElementById("new-key");
    box.querySelector("code").textContent = made.key;
    box.hidden = false;
    event.target.reset();
  } catch (error) {
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
