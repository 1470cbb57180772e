// The fields of Write: saved as you type, each with the version it was read in, so that no window overwrites another.

import { createButton, createElement, debounce, fetchJson, postChange } from "./studio.js";
import { showHints } from "./write_hints.js";
import { forgetRemoval, showSteps } from "./write_history.js";
import { issueUrl, rememberVersion } from "./write_mail.js";

const SAVE_DELAY_MS = 200;
const RETRY_MS = 2000;
const KEEPALIVE_LENGTH = 20_000; // browsers send a request that outlives its page only if it is small

export const fields = [...document.querySelectorAll("[data-place]")];
const saveStatus = document.getElementById("saved");
const savingFields = new Set();
const fieldsToSaveAgain = new Set();

export function showSaveStatus(text) {
  saveStatus.textContent = text;
}

export function isDirty(field) {
  return field.value !== field.dataset.saved;
}

export function isSaving(field) {
  return savingFields.has(field);
}

export function findField(place) {
  return fields.find((field) => field.dataset.place === place);
}

export async function saveField(field) {
  if (savingFields.has(field)) {
    fieldsToSaveAgain.add(field);
    return;
  }
  if (!isDirty(field)) return;
  const text = field.value;
  const { place, seen } = field.dataset;
  savingFields.add(field);
  showSaveStatus("Saving …");
  try {
    const keepalive = text.length < KEEPALIVE_LENGTH;
    const answer = await postChange(`${issueUrl}/save`, { place, text, seen }, { keepalive });
    if (answer.conflict) {
      askWhichText(field, answer);
    } else {
      acceptSave(field, text, answer);
    }
  } catch (error) {
    showSaveStatus(`Not saved: ${error.message}`);
    setTimeout(() => saveField(field), RETRY_MS);
  } finally {
    savingFields.delete(field);
    if (fieldsToSaveAgain.delete(field)) saveField(field);
  }
}

export function saveAllFields() {
  return Promise.all(fields.filter(isDirty).map(saveField));
}

function acceptSave(field, text, answer) {
  field.dataset.seen = answer.version;
  field.dataset.saved = text;
  removeConflict(field);
  rememberVersion(answer.file);
  showHints(field, answer.hints);
  showSteps(answer.ahead);
  forgetRemoval();
  showSaveStatus(fields.some(isDirty) ? "Saving …" : "Saved.");
}

/** Put the text of a place, as the file has it, into its field. */
export function replaceText(field, { text, version }) {
  field.value = text;
  field.dataset.saved = text;
  field.dataset.seen = version;
  mirrorText(field);
}

/** Show what a field says wherever else the page shows it, such as the subject in the inbox. */
function mirrorText(field) {
  for (const mirror of document.querySelectorAll(`[data-shows="${field.dataset.place}"]`)) {
    mirror.textContent = field.value;
  }
}

function askWhichText(field, theirs) {
  removeConflict(field);
  showConflict(field, theirs.text, {
    onKeep: () => {
      field.dataset.seen = theirs.version;
      field.dataset.saved = theirs.text;
      saveField(field);
      field.focus();
    },
    onTake: () => {
      replaceText(field, theirs);
      removeConflict(field);
      showSaveStatus("Saved.");
      field.focus();
    },
  });
}

function removeConflict(field) {
  field.parentElement.querySelector(".conflict")?.remove();
}

/** Show the other text of a place below its field, and ask which of the two to keep. */
export function showConflict(field, otherText, { onKeep, onTake }) {
  showSaveStatus("Not saved: this was changed in another window or program.");
  const box = createElement("div", { className: "conflict", role: "alert" });
  const question = "This was changed elsewhere meanwhile. Nothing is lost: yours is above, and elsewhere it says:";
  box.append(
    createElement("p", { textContent: question }),
    createElement("pre", { textContent: otherText || "(nothing)", tabIndex: 0 }),
    createButton("Keep mine", onKeep),
    " ",
    createButton("Take theirs", onTake),
  );
  field.after(box);
}

export function fetchTexts() {
  return fetchJson(`${issueUrl}/texts`);
}

/** Show the hints on all texts, and what can be undone, as they are by now. */
export async function refreshHints() {
  const { hints, ahead } = await fetchTexts();
  for (const field of fields) {
    const fieldHints = hints?.[field.dataset.place];
    if (fieldHints) showHints(field, fieldHints);
  }
  if (ahead) showSteps(ahead);
}

/** Clear the last notice once somebody writes on, unless it offers to undo something. */
function clearNotice() {
  const notice = document.getElementById("said");
  if (!notice.querySelector("button")) notice.replaceChildren();
}

function setUpField(field) {
  field.dataset.saved = field.defaultValue; // not its value: somebody may have typed before this script had loaded
  const saveSoon = debounce(() => saveField(field), SAVE_DELAY_MS);
  field.addEventListener("input", () => {
    mirrorText(field);
    saveSoon();
    clearNotice();
  });
  field.addEventListener("blur", () => saveField(field));
}

for (const field of fields) setUpField(field);
saveAllFields();
addEventListener("pagehide", saveAllFields);
