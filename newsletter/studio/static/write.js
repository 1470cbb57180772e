// Write: undo and redo, what others change meanwhile, and what ties the parts of the page together.
import { closeWithPage, createButton, createElement, postChange, showError, showNotice } from "./studio.js";
import { decideOnEntry, moveEntry } from "./write_entries.js";
import {
  fetchTexts,
  fields,
  findField,
  isDirty,
  isSaving,
  refreshHints,
  replaceText,
  saveAllFields,
  saveField,
  showSaveStatus,
} from "./write_fields.js";
import { showHints } from "./write_hints.js";
import { getRemovalUndo, getStep, showSteps } from "./write_history.js";
import { getFileVersion, isKnownVersion, issueUrl, rememberVersion } from "./write_mail.js";
import "./write_toolbar.js";

const NOTICE_AFTER_RELOAD = "said";
const saveButton = document.getElementById("save");

// Undo and Redo
async function takeStep(direction) {
  const undoRemoval = getRemovalUndo();
  if (direction === "undo" && undoRemoval) {
    undoRemoval();
    return;
  }
  await saveAllFields();
  try {
    showTakenStep(await postChange(`${issueUrl}/${direction}`, { step: getStep(direction) }));
  } catch (error) {
    showError(error);
    refreshHints();
  }
}

function showTakenStep(answer) {
  rememberVersion(answer.file);
  showSteps(answer.ahead);
  const field = findField(answer.place);
  if (!field) {
    sessionStorage.setItem(NOTICE_AFTER_RELOAD, answer.said);
    location.reload();
    return;
  }
  replaceText(field, answer);
  refreshHints();
  field.closest("details:not([open])")?.setAttribute("open", "");
  field.scrollIntoView({ block: "nearest" });
  showSaveStatus("Saved.");
  showNotice(answer.said);
}

function takeStepByKey(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (event.target.closest?.("input, textarea, select, dialog")) return; // the browser's own undo works there
  const direction = readDirection(event);
  if (!direction) return;
  event.preventDefault();
  takeStep(direction);
}

function readDirection({ key, shiftKey }) {
  const letter = key.toLowerCase();
  if (letter === "y" || (letter === "z" && shiftKey)) return "redo";
  return letter === "z" ? "undo" : null;
}

function showNoticeFromBeforeReload() {
  const notice = sessionStorage.getItem(NOTICE_AFTER_RELOAD);
  if (notice) showNotice(notice);
  sessionStorage.removeItem(NOTICE_AFTER_RELOAD);
}

// What is changed elsewhere, in another window or in a text editor
const newsPanel = document.getElementById("elsewhere");
let newsStream = null;

/** Listen only while the page is seen: browsers allow six connections per host, and people have more tabs than that. */
function followChanges() {
  newsStream?.close();
  if (document.hidden) return;
  newsStream = closeWithPage(new EventSource(`${issueUrl}/news?seen=${getFileVersion()}`));
  newsStream.onmessage = handleNews;
}

async function handleNews(event) {
  const news = JSON.parse(event.data);
  if (news.error) {
    showUnreadable(news.error);
    return;
  }
  clearUnreadable();
  if (isKnownVersion(news.file)) return;
  const latest = await fetchLatestTexts();
  if (latest.error) {
    showUnreadable(latest.error);
  } else {
    showChanges(latest);
  }
}

/** Fetch the texts again if this window saved something meanwhile: they would be older than what it shows. */
async function fetchLatestTexts() {
  const version = getFileVersion();
  const texts = await fetchTexts();
  const isOutdated = version !== getFileVersion() || fields.some(isSaving);
  return isOutdated ? fetchLatestTexts() : texts;
}

function showChanges(latest) {
  rememberVersion(latest.file);
  showSteps(latest.ahead);
  document.dispatchEvent(new CustomEvent("glossary-changed", { detail: latest.glossary }));
  for (const field of fields) if (!isDirty(field)) showHints(field, latest.hints[field.dataset.place] ?? []);
  const changedFields = fields.filter((field) => isChanged(field, latest));
  for (const field of changedFields) replaceText(field, latest.texts[field.dataset.place]);
  if (!hasSameEntries(latest)) {
    showNewsPanel("Entries were added, moved or taken out elsewhere.", { offersReload: true });
    return;
  }
  newsPanel.replaceChildren();
  if (changedFields.length > 0) showSaveStatus("Changed elsewhere, and shown here.");
}

/** Whether a field has another text elsewhere, and none here that is not saved yet. */
function isChanged(field, { texts }) {
  const latest = texts[field.dataset.place];
  return latest && latest.version !== field.dataset.seen && !isDirty(field) && !isSaving(field);
}

function hasSameEntries({ texts, orders }) {
  const places = new Set(fields.map((field) => field.dataset.place));
  const sections = [...document.querySelectorAll(".part")];
  return (
    Object.keys(texts).every((place) => places.has(place)) &&
    sections.every((section) => orders[section.dataset.section] === section.dataset.order)
  );
}

/** Show a mistake in a file that somebody edits by hand. */
function showUnreadable(problem) {
  if (newsPanel.dataset.error === problem) return; // screen readers have announced it
  const text = "Nothing can be saved at the moment; what you write stays here, and is saved when this is mended:";
  showNewsPanel(`${text} ${problem}`);
  newsPanel.dataset.error = problem;
}

function clearUnreadable() {
  if (newsPanel.dataset.error === undefined) return;
  delete newsPanel.dataset.error;
  newsPanel.replaceChildren();
}

function showNewsPanel(text, { offersReload } = {}) {
  const panel = createElement("div", { className: "panel next" });
  panel.append(createElement("p", { textContent: text }));
  if (offersReload) panel.append(createButton("Show it", () => location.reload()));
  newsPanel.replaceChildren(panel);
}

/** What a form does here instead of loading a page, by the class that its template gives it. */
const SUBMIT_ACTIONS = {
  words: (form) => saveField(form.querySelector("[data-place]")),
  back: (_form, button) => takeStep(button.id),
  steps: (form, button) => moveEntry(form.closest(".entry"), button.value),
};

function submitForm(event) {
  const form = event.target;
  const name = Object.keys(SUBMIT_ACTIONS).find((each) => form.classList.contains(each));
  const action = name ? SUBMIT_ACTIONS[name] : form.action.endsWith("/choose/decide") && decideOnEntry;
  if (!action) return;
  event.preventDefault();
  action(form, event.submitter);
}

function saveEverything() {
  if (fields.some(isDirty)) {
    saveAllFields();
  } else {
    showSaveStatus("Everything is saved.");
  }
}

document.querySelector("main").classList.add("wide");
for (const control of document.querySelectorAll(".quiet")) control.hidden = true; // only needed without this script
saveButton.hidden = false;
saveButton.addEventListener("click", saveEverything);
document.addEventListener("submit", submitForm);
document.addEventListener("keydown", takeStepByKey);
document.addEventListener("visibilitychange", followChanges);
followChanges();
showNoticeFromBeforeReload();
