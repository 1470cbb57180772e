// Inserts a picture from a file, described in words or marked as mere decoration.

import { postFile, showNotice } from "./studio.js";
import { issueUrl } from "./write_mail.js";
import { insertText } from "./write_toolbar.js";

const MAX_PREVIEW_BYTES = 20e6;
const dialog = document.getElementById("picture");
const form = dialog.querySelector("form");
const fileField = document.getElementById("picture-file");
const descriptionField = document.getElementById("picture-words");
const decorationCheckbox = document.getElementById("picture-ornament");
const widthField = document.getElementById("picture-width");
const preview = document.getElementById("picture-look");
const problem = document.getElementById("picture-wrong");
const insertButton = document.getElementById("picture-insert");

let textField = null;
let selection = { start: 0, end: 0 };

function openDialog(event) {
  textField = event.detail;
  selection = { start: textField.selectionStart, end: textField.selectionEnd };
  form.reset();
  requireDescription(true);
  problem.textContent = "";
  hidePreview();
  dialog.showModal();
  fileField.focus();
}

function requireDescription(isRequired) {
  descriptionField.required = isRequired;
  descriptionField.disabled = !isRequired;
}

function hidePreview() {
  preview.hidden = true;
  preview.removeAttribute("src");
}

function canPreview(file) {
  return file?.type.startsWith("image/") && !file.type.includes("svg") && file.size <= MAX_PREVIEW_BYTES;
}

function showPreview() {
  problem.textContent = "";
  hidePreview();
  const [file] = fileField.files;
  if (!canPreview(file)) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    preview.src = reader.result;
    preview.hidden = false;
  });
  reader.readAsDataURL(file);
}

async function insertPicture(event) {
  event.preventDefault();
  problem.textContent = "";
  if (!(decorationCheckbox.checked || descriptionField.value.trim())) {
    problem.textContent = "Say what it shows, or mark it as decoration.";
    descriptionField.focus();
    return;
  }
  insertButton.disabled = true;
  try {
    const answer = await uploadPicture();
    dialog.close();
    insertParagraph(answer.markdown);
    const warning = answer.reachable ? "" : " Without a public page readers see its words alone.";
    showNotice(answer.said + warning);
  } catch (error) {
    problem.textContent = error.message;
  } finally {
    insertButton.disabled = false;
  }
}

function uploadPicture() {
  const query = new URLSearchParams({
    words: descriptionField.value,
    width: widthField.value,
    ornament: decorationCheckbox.checked ? "yes" : "",
  });
  return postFile(`${issueUrl}/picture?${query}`, fileField.files[0]);
}

/** Insert a paragraph of its own where the caret stood. */
function insertParagraph(markdown) {
  const before = textField.value.slice(0, selection.start).trimEnd();
  const after = textField.value.slice(selection.end).trimStart();
  const text = (before ? "\n\n" : "") + markdown + (after ? "\n\n" : "");
  insertText(textField, before.length, textField.value.length - after.length, text);
}

document.addEventListener("picture-wanted", openDialog);
document.getElementById("picture-cancel").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => textField?.focus());
fileField.addEventListener("change", showPreview);
preview.addEventListener("error", hidePreview);
decorationCheckbox.addEventListener("change", () => requireDescription(!decorationCheckbox.checked));
form.addEventListener("submit", insertPicture);
