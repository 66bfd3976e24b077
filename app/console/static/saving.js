// Saves rules, and lets nobody replace by accident what somebody else has saved.
import { api, fill, Refused } from "./page.js";

const PATH = "/api/v1/beta/configurations";
/** The version that the visitor was told of. */
let told = null;

/**
 * Save rules and return them as the API does; without an `id` by their name.
 *
 * `known` is the version that the visitor began with, null for none. If there is another one by
 * now, the first attempt throws Refused with one of the texts, and the next one replaces it.
 */
export async function saveRules({ id, known, name, parameters, texts }) {
  const newest = id
    ? await api(`${PATH}/${id}`)
    : (await api(`${PATH}?name=${encodeURIComponent(name)}`)).items[0];
  if (newest && newest.version !== known && newest.version !== told) {
    told = newest.version;
    throw new Refused(id ? texts.changed_since : fill(texts.name_taken, { name }));
  }
  const json = { name, parameters };
  return id ? api(`${PATH}/${id}`, { method: "PUT", json }) : api(PATH, { method: "POST", json });
}
