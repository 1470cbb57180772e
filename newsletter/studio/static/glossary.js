// The glossary on Write: saved as you type, and filled in from a hint with one press.

import { debounce, postChange, showError, showNotice } from "./studio.js";
import { refreshHints, showConflict, showSaveStatus } from "./write_fields.js";
import { issueUrl, rememberVersion } from "./write_mail.js";

const SAVE_DELAY_MS = 400;
const newTermForm = document.getElementById("new-term");
const termList = document.getElementById("terms");
const glossaryUrl = `${issueUrl}/glossary`;

const savingRows = new WeakSet();
const rowsToSaveAgain = new WeakSet();
const rowsInConflict = new WeakSet();

/** The field whose hint asked for a new term; it gets the focus back. */
let askingField = null;

function askForMeaning(event) {
  const { term, field } = event.detail;
  askingField = field;
  newTermForm.elements.term.value = term;
  newTermForm.elements.meaning.value = "";
  newTermForm.scrollIntoView({ block: "center" });
  newTermForm.elements.meaning.focus();
}

async function addTerm(event) {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(newTermForm));
  try {
    const answer = await postChange(glossaryUrl, fields);
    if (answer.conflict) {
      const notice = `“${fields.term}” is in the glossary already. It says: ${answer.text}`;
      showNotice(notice, { isError: true });
      return;
    }
    rememberVersion(answer.file);
    await refreshTerms();
    newTermForm.reset();
    showNotice(`“${fields.term}” is in the glossary now.`);
    (askingField || newTermForm.elements.term).focus();
    askingField = null;
  } catch (error) {
    showError(error);
  }
}

/** Take the rows as the server draws them; those that somebody is writing in stay. */
async function refreshTerms() {
  refreshHints();
  const response = await fetch(`${issueUrl}/write`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const keptRows = new Map([...termList.children].filter(isBeingEdited).map((row) => [row.elements.was.value, row]));
  const freshRows = [...page.getElementById("terms").children];
  termList.replaceChildren(...freshRows.map((row) => keptRows.get(row.elements.was.value) || row));
  termList.parentElement.hidden = termList.children.length === 0;
  showTermCount();
  for (const row of termList.children) setUpRow(row);
}

function showTermCount() {
  document.getElementById("terms-count").textContent = termList.children.length;
}

function refreshTermsIfChanged(event) {
  const latest = event.detail.map((row) => [row.term, row.version]);
  const shown = [...termList.children].map((row) => [row.elements.was.value, row.elements.seen.value]);
  if (JSON.stringify(latest) !== JSON.stringify(shown)) refreshTerms();
}

function isDirty(row) {
  const { was, term, meaning } = row.elements;
  return term.value !== was.value || meaning.value !== (row.dataset.saved ?? meaning.defaultValue);
}

function isBeingEdited(row) {
  return isDirty(row) || row.contains(document.activeElement);
}

function setUpRow(row) {
  if (row.dataset.saved !== undefined) return;
  row.dataset.saved = row.elements.meaning.defaultValue;
  row.querySelector(".quiet").hidden = true;
  const saveThisRow = () => saveRow(row);
  row.elements.meaning.addEventListener("input", debounce(saveThisRow, SAVE_DELAY_MS));
  row.addEventListener("focusout", saveThisRow); // a term is renamed when it is whole, not letter by letter
}

function mustSave(row) {
  return isDirty(row) && !rowsInConflict.has(row) && row.checkValidity() && row.isConnected;
}

async function saveRow(row) {
  if (!mustSave(row)) return;
  if (savingRows.has(row)) {
    rowsToSaveAgain.add(row);
    return;
  }
  const { was, term, meaning } = row.elements;
  const isTyping = document.activeElement === term; // its name is not whole yet
  const change = { name: isTyping ? was.value : term.value, text: meaning.value };
  if (change.name === was.value && change.text === row.dataset.saved) return;
  savingRows.add(row);
  showSaveStatus("Saving …");
  try {
    await sendRow(row, change);
  } catch (error) {
    showSaveStatus(`Not saved: ${error.message}`);
  } finally {
    savingRows.delete(row);
    if (rowsToSaveAgain.delete(row)) saveRow(row);
  }
}

async function sendRow(row, { name, text }) {
  const { was, seen } = row.elements;
  const fields = { was: was.value, term: name, meaning: text, seen: seen.value };
  const answer = await postChange(glossaryUrl, fields);
  if (answer.conflict) {
    askWhichMeaning(row, answer);
    return;
  }
  was.value = name;
  row.dataset.saved = text;
  seen.value = answer.version;
  row.querySelector("[formaction]").ariaLabel = `Remove: ${name}`;
  rememberVersion(answer.file);
  refreshHints();
  showSaveStatus("Saved.");
}

/** Ask which meaning to keep; until that is answered, nothing of the row is saved. */
function askWhichMeaning(row, theirs) {
  const { meaning } = row.elements;
  rowsInConflict.add(row);
  showConflict(meaning, theirs.text, {
    onKeep: () => {
      settleConflict(row, theirs);
      saveRow(row);
    },
    onTake: () => {
      settleConflict(row, theirs);
      takeMeaning(row, theirs.text);
    },
  });
}

function settleConflict(row, theirs) {
  const { meaning, seen } = row.elements;
  row.dataset.saved = theirs.text;
  seen.value = theirs.version;
  meaning.focus();
  row.querySelector(".conflict").remove();
  rowsInConflict.delete(row); // last, because the focus that leaves the box would save
}

/** Show the other meaning; if it is empty, the term was removed elsewhere. */
function takeMeaning(row, text) {
  const { was, term, meaning } = row.elements;
  term.value = was.value;
  meaning.value = text;
  showSaveStatus("Saved.");
  if (text) return;
  row.remove();
  newTermForm.elements.term.focus();
}

function submitRow(event) {
  event.preventDefault();
  const row = event.target;
  if (event.submitter?.hasAttribute("formaction")) {
    removeTerm(row);
  } else {
    saveRow(row);
  }
}

async function removeTerm(row) {
  const { was, seen } = row.elements;
  try {
    const answer = await postChange(`${glossaryUrl}/remove`, { was: was.value, seen: seen.value });
    if (answer.conflict) {
      showChangedMeaning(row, answer);
    } else {
      removeRow(row, answer);
    }
  } catch (error) {
    showError(error);
  }
}

function showChangedMeaning(row, { term, meaning, version }) {
  row.elements.meaning.value = meaning;
  row.dataset.saved = meaning;
  row.elements.seen.value = version;
  const notice =
    `“${term}” was changed elsewhere meanwhile: its new meaning stands here now. ` +
    "Press Remove again to take it out.";
  showNotice(notice, { isError: true });
}

function removeRow(row, answer) {
  const nextRow = row.nextElementSibling || row.previousElementSibling;
  row.remove();
  rememberVersion(answer.file);
  showTermCount();
  refreshHints();
  showNotice(answer.said, { undo: () => restoreTerm(answer) });
  (nextRow?.querySelector("[formaction]") || newTermForm.elements.term).focus();
}

async function restoreTerm({ term, meaning }) {
  try {
    const answer = await postChange(glossaryUrl, { term, meaning });
    rememberVersion(answer.file);
    await refreshTerms();
    showNotice("Undone.");
  } catch (error) {
    showError(error);
  }
}

document.addEventListener("term-unexplained", askForMeaning);
document.addEventListener("glossary-changed", refreshTermsIfChanged);
newTermForm.addEventListener("submit", addTerm);
termList.addEventListener("submit", submitRow);
for (const row of termList.children) setUpRow(row);
