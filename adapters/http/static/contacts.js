// Puts the content of a chosen file into the form, which sends it as text.
const label = document.getElementById("file-label");
const text = document.querySelector('#import textarea[name="text"]');

if (label && text) {
  label.hidden = false;
  label.querySelector("input").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const bytes = await file.arrayBuffer();
    // Spreadsheets write UTF-8 or the code page of Western Europe.
    try {
      text.value = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      text.value = new TextDecoder("windows-1252").decode(bytes);
    }
  });
}
