// Setup: sections move by key, sources and the mail server are tried, and the look is drawn as you type.
// Only the Save and Add buttons save anything.
import {
  createButton,
  createElement,
  debounce,
  fetchJson,
  keepScrollPosition,
  postChange,
  showError,
  showNotice,
} from "./studio.js";

const SOURCE_DELAY_MS = 700;
const MIN_SOURCE_LENGTH = 3;
const LOOK_DELAY_MS = 60;
const SETTINGS_POLL_MS = 3000;
const WWW_PREFIX = /^www\./u;
const USUAL_PORTS = { starttls: "587", tls: "465" };

function showErrorIn(place, error) {
  place.replaceChildren(createElement("p", { textContent: error.message, className: "bad" }));
}

function isEdited(field) {
  return field.value !== field.defaultValue;
}

// Sections: the list comes back in its new order; the focus stays where it was, and so does what is not saved yet.
const sectionList = document.getElementById("section-list");

function findSection(name) {
  return sectionList.querySelector(`[data-section="${CSS.escape(name)}"]`);
}

/** The hidden field that says what another one showed when the page was loaded: both are needed to merge two edits. */
function shownValueField(field) {
  return field.form.elements[`was-${field.name}`];
}

function readUnsavedFields() {
  return [...sectionList.querySelectorAll("input[id], textarea")]
    .filter(isEdited)
    .map((field) => ({ id: field.id, value: field.value, shownValue: shownValueField(field).value }));
}

function restoreUnsavedFields(unsaved) {
  for (const { id, value, shownValue } of unsaved) {
    const field = document.getElementById(id);
    if (field) {
      field.value = value;
      shownValueField(field).value = shownValue;
    } // else somebody removed its section meanwhile
  }
}

function replaceSectionList(html) {
  const unsaved = readUnsavedFields();
  const openSections = [...sectionList.querySelectorAll("details[open]")].map(
    (details) => details.closest("li").dataset.section,
  );
  sectionList.innerHTML = html;
  restoreUnsavedFields(unsaved);
  for (const name of openSections) findSection(name)?.querySelector("details")?.setAttribute("open", "");
}

async function moveSection(form, direction) {
  const name = form.elements.name.value;
  const focusedId = document.activeElement?.id || "";
  const body = new FormData(form);
  body.set("by", direction);
  try {
    const answer = await postChange("/setup/sections/move", body);
    replaceSectionList(answer.html);
    const section = findSection(name);
    (document.getElementById(focusedId) || section.querySelector(`button[value=${direction}]`)).focus();
    section.scrollIntoView({ block: "nearest" });
    showNotice(answer.said);
  } catch (error) {
    showError(error);
  }
}

function setUpSectionList() {
  sectionList.addEventListener("submit", (event) => {
    if (event.submitter?.name !== "by") return;
    event.preventDefault();
    moveSection(event.target, event.submitter.value);
  });
  sectionList.addEventListener("keydown", (event) => {
    const form = event.target.closest("form");
    if (!(form && event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key))) return;
    event.preventDefault();
    moveSection(form, event.key === "ArrowUp" ? "up" : "down");
  });
}

// A source is tried once typing pauses, and not again for the same words.
const sourceForm = document.getElementById("new-source");
const sourceResult = document.getElementById("tried");
const TRY_SOURCE_PATH = "/setup/source/look";
const ALLOW_SOURCE_PATH = "/setup/source/allow";
let triedSource = "";
let sourceRequests = 0;
let typedSourceName = sourceForm?.elements.name.value;

function proposeSourceName(words) {
  try {
    return new URL(words).hostname.replace(WWW_PREFIX, "");
  } catch {
    return words.split("/").pop();
  }
}

async function trySource(path = TRY_SOURCE_PATH) {
  const { kind, where, name } = sourceForm.elements;
  const words = where.value.trim();
  if (words.length < MIN_SOURCE_LENGTH || triedSource === kind.value + words) return;
  triedSource = kind.value + words;
  sourceRequests += 1;
  const request = sourceRequests;
  sourceResult.innerHTML = "<p>Looking …</p>";
  const body = new FormData(sourceForm);
  if (!name.value) body.set("name", "one more");
  try {
    const answer = await postChange(path, body);
    if (request === sourceRequests) showSourceResult(answer, words);
  } catch (error) {
    if (request === sourceRequests) showErrorIn(sourceResult, error);
  }
}

function showSourceResult(answer, words) {
  const { kind, name } = sourceForm.elements;
  sourceResult.innerHTML = answer.html;
  if (!sourceResult.querySelector(".good")) return;
  if (!kind.value) {
    kind.value = answer.kind;
    triedSource = kind.value + words;
  }
  if (!typedSourceName) name.value = proposeSourceName(words);
}

async function submitSource(event) {
  const button = event.submitter;
  const path = new URL(button?.formAction || sourceForm.action).pathname;
  if (![TRY_SOURCE_PATH, ALLOW_SOURCE_PATH].includes(path)) return;
  event.preventDefault();
  triedSource = "";
  await trySource(path);
  if (!button.isConnected) sourceForm.elements.name.focus(); // the question is gone, and its button with it
}

function setUpSourceForm() {
  const { kind, where, name } = sourceForm.elements;
  const trySourceSoon = debounce(() => trySource(), SOURCE_DELAY_MS);
  name.addEventListener("input", () => {
    typedSourceName = name.value;
  });
  where.addEventListener("input", trySourceSoon);
  kind.addEventListener("change", trySourceSoon);
  sourceForm.addEventListener("submit", submitSource);
  document.querySelector("a.onward")?.addEventListener("click", (event) => {
    const question = "The source that you typed is not added yet. Go on without it?";
    if (where.value.trim() && !confirm(question)) event.preventDefault();
  });
  if (isEdited(where)) trySource(); // typed before this script had loaded
}

// The mail server is tried, and its answer stands below the button.
const serverForm = document.getElementById("server");
const serverResult = document.getElementById("tested");

/** Change the port with the protection, unless somebody typed an unusual one. */
function suggestPort() {
  const { port, security } = serverForm.elements;
  if (!port.value || Object.values(USUAL_PORTS).includes(port.value)) {
    port.value = USUAL_PORTS[security.value] || port.value;
  }
}

async function testServer(event) {
  const button = event.submitter;
  if (!button?.formAction.endsWith("/test")) return;
  event.preventDefault();
  button.disabled = true;
  serverResult.innerHTML = "<p>Asking the server …</p>";
  try {
    const answer = await postChange("/setup/delivery/test", new FormData(serverForm));
    serverResult.innerHTML = answer.html;
  } catch (error) {
    showErrorIn(serverResult, error);
  }
  button.disabled = false;
  button.focus();
}

function setUpServerForm() {
  serverForm.elements.security.addEventListener("change", suggestPort);
  serverForm.addEventListener("submit", testServer);
}

// The look is drawn a moment after each change, one drawing at a time, and the last change wins.
const lookForm = document.getElementById("look-form");
const lookFrame = document.getElementById("dress");
const lookAdvice = document.getElementById("dressed");
let isDrawing = false;
let mustDrawAgain = false;

async function drawLook() {
  if (isDrawing) {
    mustDrawAgain = true;
    return;
  }
  isDrawing = true;
  try {
    showLook(await postChange("/setup/theme/look", new FormData(lookForm)));
  } catch (error) {
    showErrorIn(lookAdvice, error);
  }
  isDrawing = false;
  if (mustDrawAgain) {
    mustDrawAgain = false;
    drawLook();
  }
}

function showLook(answer) {
  keepScrollPosition(lookFrame);
  lookFrame.contentWindow.location.replace(`/setup/theme/mail.html?shown=${answer.shown}`);
  // Screen readers announce advice whenever it is replaced, so the same advice is left alone.
  if (lookAdvice.innerHTML !== answer.html) lookAdvice.innerHTML = answer.html;
}

function setUpLookForm() {
  lookForm.addEventListener("input", debounce(drawLook, LOOK_DELAY_MS));
  if ("now" in lookForm.dataset || [...lookForm.querySelectorAll("input")].some(isEdited)) {
    drawLook();
  } else {
    lookForm.addEventListener("focusin", drawLook, { once: true });
  }
}

// Another window or a text editor may change newsletter.toml: the page says so, and keeps what is typed here.
const changePanel = document.getElementById("changed");

async function checkSettings() {
  if (document.hidden) return;
  const answer = await fetchJson("/setup/version").catch(() => null);
  if (!answer) return;
  const state = answer.error ?? answer.version;
  if (changePanel.dataset.told === state) return;
  changePanel.dataset.told = state;
  if (answer.version === changePanel.dataset.version) {
    changePanel.replaceChildren();
  } else {
    changePanel.replaceChildren(answer.error ? createProblemPanel(answer.error) : createChangePanel());
  }
}

function createProblemPanel(problem) {
  const panel = createElement("div", { className: "panel bad" });
  panel.append(createElement("p", { textContent: problem }));
  return panel;
}

function createChangePanel() {
  const panel = createElement("div", { className: "panel next" });
  const text =
    "newsletter.toml was changed in another window or program. What you type here is not lost: " +
    "a field that was changed in both is asked about when you save.";
  panel.append(
    createElement("p", { textContent: text }),
    createButton("Show it", () => location.reload()),
  );
  return panel;
}

/** Propose this browser's time zone to a newsletter that has just begun. */
function proposeTimeZone() {
  const field = document.querySelector("[data-here]");
  if (!field || isEdited(field)) return;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const isOffered = [...document.querySelectorAll("#zones option")].some((option) => option.value === timeZone);
  if (isOffered) field.value = timeZone;
}

for (const control of document.querySelectorAll(".quiet")) control.hidden = true; // only needed without this script
if (sectionList) setUpSectionList();
if (sourceForm) setUpSourceForm();
if (serverForm) setUpServerForm();
if (lookForm) setUpLookForm();
setInterval(checkSettings, SETTINGS_POLL_MS);
document.addEventListener("visibilitychange", checkSettings);
proposeTimeZone();
