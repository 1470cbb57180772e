// A picture from a file: with its words, or marked as mere decoration; the text gets the line that shows it.
import { csrf, say } from "/static/studio.js";
import { base, insert } from "/static/write.js";

const dialog = document.getElementById("picture");
const file = document.getElementById("picture-file");
const words = document.getElementById("picture-words");
const ornament = document.getElementById("picture-ornament");
const width = document.getElementById("picture-width");
const look = document.getElementById("picture-look");
const wrong = document.getElementById("picture-wrong");
const inserting = document.getElementById("picture-insert");
let field = null;
let place = [0, 0];

document.addEventListener("picture", (event) => {
  field = event.detail;
  place = [field.selectionStart, field.selectionEnd];
  dialog.querySelector("form").reset();
  words.required = true;
  words.disabled = false;
  wrong.textContent = "";
  unlook();
  dialog.showModal();
  file.focus();
});

function unlook() {
  look.hidden = true;
  look.removeAttribute("src");
}

file.addEventListener("change", () => {
  wrong.textContent = "";
  unlook();
  const chosen = file.files[0];
  if (!chosen || !chosen.type.startsWith("image/") || chosen.type.includes("svg") || chosen.size > 20e6) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    look.src = reader.result;
    look.hidden = false;
  });
  reader.readAsDataURL(chosen);
});
look.addEventListener("error", unlook);
ornament.addEventListener("change", () => {
  words.required = !ornament.checked;
  words.disabled = ornament.checked;
});
document.getElementById("picture-cancel").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => field?.focus());

dialog.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  wrong.textContent = "";
  if (!ornament.checked && !words.value.trim()) {
    wrong.textContent = "Say what it shows, or mark it as decoration.";
    words.focus();
    return;
  }
  inserting.disabled = true;
  try {
    const query = new URLSearchParams({
      words: words.value,
      width: width.value,
      ornament: ornament.checked ? "yes" : "",
    });
    const answer = await fetch(`${base}/picture?${query}`, {
      method: "POST",
      body: file.files[0],
      headers: { "X-CSRF-Token": csrf, Accept: "application/json", "Content-Type": "application/octet-stream" },
    }).catch(() => {
      throw new Error("The studio does not answer. Start it again with “newsletter studio”; keep this window open.");
    });
    const text = await answer.text();
    let told;
    try {
      told = JSON.parse(text);
    } catch {
      throw new Error(text.slice(0, 300));
    }
    if (told.error) throw new Error(told.error);
    dialog.close();
    paragraph(told.markdown);
    say(told.reachable ? told.said : `${told.said} Without a public page readers see its words alone.`);
  } catch (error) {
    wrong.textContent = error.message;
  } finally {
    inserting.disabled = false;
  }
});

/** A paragraph of its own, where the caret stood. */
function paragraph(markdown) {
  const [from, to] = place;
  const before = field.value.slice(0, from).trimEnd();
  const after = field.value.slice(to).trimStart();
  insert(
    field,
    before.length,
    field.value.length - after.length,
    `${before ? "\n\n" : ""}${markdown}${after ? "\n\n" : ""}`,
  );
}
