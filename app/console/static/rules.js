// Puts the text of a rules file into the form.
document.getElementById("rules-file").addEventListener("change", async (event) => {
  const text = document.getElementById("rules-text");
  text.value = await event.target.files[0].text();
  text.focus();
});
