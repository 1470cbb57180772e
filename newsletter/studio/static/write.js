// Saves as one types; shows a conflict with both texts; keeps the picture of the mail beside it up to date.
import { change, closedWithPage, later, say } from "/static/studio.js";

const desk = document.getElementById("desk");
const issue = desk.dataset.issue;
const base = `/issues/${encodeURIComponent(issue)}`;
const frame = document.getElementById("mail");
const saved = document.getElementById("saved");
const fields = [...document.querySelectorAll("[data-place]")];
const WAIT_MS = 250;
let file = desk.dataset.file;
const ours = new Set([file]);
document.querySelector("main").classList.add("wide");

// The mail beside the writing.
const draw = later(() => {
  const at = frame.contentWindow?.scrollY || 0;
  frame.addEventListener("load", () => frame.contentWindow?.scrollTo(0, at), { once: true });
  frame.contentWindow.location.replace(`${base}/mail.html?at=${file}`);
}, 20);

// Saving.
function isDirty(field) { return field.value !== field.dataset.saved; }

async function save(field) {
  if (field.saving) { field.again = true; return; }
  const text = field.value;
  if (text === field.dataset.saved) return;
  field.saving = true;
  saved.textContent = "Saving …";
  try {
    const told = await change(`${base}/save`, { place: field.dataset.place, text, seen: field.dataset.seen }, { keepalive: text.length < 20000 });
    if (told.conflict) { collide(field, told); return; }
    field.dataset.seen = told.version;
    field.dataset.saved = text;
    settled(field);
    remember(told.file);
    tell(field, told.hints);
    saved.textContent = fields.some(isDirty) ? "Saving …" : "Saved.";
    draw();
  } catch (error) {
    saved.textContent = `Not saved: ${error.message}`;
    setTimeout(() => save(field), 2000);
  } finally {
    field.saving = false;
    if (field.again) { field.again = false; save(field); }
  }
}

function remember(version) { file = version; ours.add(version); }

function tell(field, hints) {
  const list = document.getElementById(`hints-${field.dataset.place}`);
  if (list) list.replaceChildren(...hints.map((hint) => Object.assign(document.createElement("li"), { textContent: hint })));
}

function settled(field) { field.parentElement.querySelector(".conflict")?.remove(); }

function collide(field, told) {
  settled(field);
  saved.textContent = "Not saved: this was changed in another window or program.";
  const box = document.createElement("div");
  box.className = "conflict";
  box.setAttribute("role", "alert");
  const words = Object.assign(document.createElement("p"), { textContent: "This was changed elsewhere meanwhile. Nothing is lost: yours is above, and elsewhere it says:" });
  const theirs = Object.assign(document.createElement("pre"), { textContent: told.text || "(nothing)", tabIndex: 0 });
  const mine = Object.assign(document.createElement("button"), { type: "button", textContent: "Keep mine" });
  const take = Object.assign(document.createElement("button"), { type: "button", textContent: "Take theirs" });
  mine.addEventListener("click", () => { field.dataset.seen = told.version; field.dataset.saved = told.text; save(field); field.focus(); });
  take.addEventListener("click", () => { put(field, told); settled(field); saved.textContent = "Saved."; field.focus(); });
  box.append(words, theirs, mine, " ", take);
  field.after(box);
}

function put(field, told) {
  field.value = told.text;
  field.dataset.saved = told.text;
  field.dataset.seen = told.version;
  show(field);
}

function show(field) {
  const shown = document.querySelector(`[data-shows="${field.dataset.place}"]`);
  if (shown) shown.textContent = field.value;
}

for (const field of fields) {
  field.dataset.saved = field.defaultValue; // not its value: somebody may have typed before this script was there
  const soon = later(() => save(field), WAIT_MS);
  field.addEventListener("input", () => { show(field); soon(); });
  field.addEventListener("blur", () => save(field));
}
fields.filter(isDirty).forEach(save);
addEventListener("pagehide", () => fields.filter(isDirty).forEach(save));
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.classList.contains("words")) { event.preventDefault(); save(form.querySelector("[data-place]")); }
  else if (form.classList.contains("steps")) { event.preventDefault(); step(form.closest(".entry"), event.submitter.value); }
  else if (form.action.endsWith("/choose/decide")) { event.preventDefault(); decide(form, event.submitter); }
});

// What others change, in another window or in a text editor.
// Only while the page is seen: a browser has six connections to one place, and people have more tabs than that.
let stream;
function listen() {
  stream?.close();
  if (document.hidden) return;
  stream = closedWithPage(new EventSource(`${base}/news?seen=${file}`));
  stream.onmessage = hear;
}
document.addEventListener("visibilitychange", listen);
listen();

async function hear(event) {
  const told = JSON.parse(event.data);
  if (told.error) { elsewhere(`The file of the issue cannot be read: ${told.error}`); return; }
  if (ours.has(told.file)) return;
  const answer = await fetch(`${base}/texts`, { headers: { Accept: "application/json" } });
  const now = await answer.json();
  if (now.error) { elsewhere(`The file of the issue cannot be read: ${now.error}`); return; }
  remember(now.file);
  let news = 0;
  for (const field of fields) {
    const there = now.texts[field.dataset.place];
    if (there && there.version !== field.dataset.seen && !isDirty(field) && !field.saving) { put(field, there); news += 1; }
  }
  const places = new Set(fields.map((field) => field.dataset.place));
  const same = Object.keys(now.texts).every((place) => places.has(place))
    && [...document.querySelectorAll(".part")].every((part) => now.orders[part.dataset.section] === part.dataset.order);
  if (!same) elsewhere("Entries were added, moved or taken out elsewhere.", true);
  else { document.getElementById("elsewhere").replaceChildren(); if (news) saved.textContent = "Changed elsewhere, and shown here."; }
  draw();
}

function elsewhere(text, reload) {
  const box = Object.assign(document.createElement("div"), { className: "panel next" });
  box.append(Object.assign(document.createElement("p"), { textContent: text }));
  if (reload) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Show it" });
    button.addEventListener("click", () => location.reload());
    box.append(button);
  }
  document.getElementById("elsewhere").replaceChildren(box);
}

// Order: buttons, Alt with an arrow key, or dragging.
async function keep(part) {
  const body = new URLSearchParams({ section: part.dataset.section, seen: part.dataset.order });
  for (const each of part.querySelectorAll(".entry")) body.append("key", each.dataset.key);
  try {
    const told = await change(`${base}/order`, body);
    part.dataset.order = told.version;
    remember(told.file);
    saved.textContent = "Saved.";
    draw();
  } catch (error) { say(error.message, { bad: true }); }
}

function step(entry, to) {
  const other = to === "up" ? entry.previousElementSibling : entry.nextElementSibling;
  if (!other?.classList.contains("entry")) { say(to === "up" ? "It is the first already." : "It is the last already."); return; }
  const focused = document.activeElement;
  if (to === "up") other.before(entry); else other.after(entry);
  focused.focus();
  entry.scrollIntoView({ block: "nearest" });
  const all = [...entry.parentElement.querySelectorAll(".entry")];
  say(`${all.indexOf(entry) + 1} of ${all.length} now: ${entry.getAttribute("aria-label")}`);
  keep(entry.closest(".part"));
}

document.addEventListener("keydown", (event) => {
  const entry = event.target.closest?.(".entry");
  if (!entry || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  step(entry, event.key === "ArrowUp" ? "up" : "down");
});

let dragged = null;
for (const grip of document.querySelectorAll(".grip")) {
  const entry = grip.closest(".entry");
  grip.addEventListener("pointerdown", () => { entry.draggable = true; });
  entry.addEventListener("dragstart", (event) => { dragged = entry; entry.classList.add("dragged"); event.dataTransfer.effectAllowed = "move"; });
  entry.addEventListener("dragend", () => {
    entry.draggable = false;
    entry.classList.remove("dragged");
    document.querySelectorAll(".over").forEach((each) => each.classList.remove("over"));
    dragged = null;
  });
  entry.addEventListener("dragover", (event) => {
    if (!dragged || dragged === entry || dragged.parentElement !== entry.parentElement) return;
    event.preventDefault();
    entry.classList.add("over");
  });
  entry.addEventListener("dragleave", () => entry.classList.remove("over"));
  entry.addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const before = event.clientY < entry.getBoundingClientRect().top + entry.offsetHeight / 2;
    if (before) entry.before(dragged); else entry.after(dragged);
    keep(entry.closest(".part"));
  });
}

async function decide(form, button) {
  try {
    const entry = form.closest(".entry");
    await Promise.all(fields.filter(isDirty).map(save));
    const told = await change("/choose/decide", new FormData(form, button));
    const undo = () => change("/choose/undo", { undo: told.undo }).then(() => location.reload(), (error) => say(error.message, { bad: true }));
    const part = entry.closest(".part");
    if (button.value === "move") { location.reload(); return; }
    entry.remove();
    const now = await (await fetch(`${base}/texts`, { headers: { Accept: "application/json" } })).json();
    part.dataset.order = now.orders[part.dataset.section] ?? "";
    remember(now.file);
    draw();
    say(told.said, { undo });
    document.getElementById("main").focus();
  } catch (error) { say(error.message, { bad: true }); }
}

// The toolbar writes Markdown.
document.addEventListener("click", (event) => {
  const button = event.target.closest(".tools button");
  if (!button) return;
  const field = document.getElementById(button.parentElement.dataset.for);
  const { selectionStart: from, selectionEnd: to, value } = field;
  const chosen = value.slice(from, to);
  let words;
  if (button.dataset.mark) words = `${button.dataset.mark}${chosen || "words"}${button.dataset.mark}`;
  else if ("link" in button.dataset) words = `[${chosen || "words"}](https://)`;
  else words = (chosen || "words").split("\n").map((line) => `- ${line}`).join("\n");
  field.focus();
  field.setSelectionRange(from, to);
  document.execCommand("insertText", false, words); // the only way that the browser's own undo knows of it
});
const all = document.getElementById("save");
all.hidden = false;
all.addEventListener("click", () => {
  if (fields.some(isDirty)) fields.filter(isDirty).forEach(save); else saved.textContent = "Everything is saved.";
});
document.querySelectorAll(".quiet").forEach((each) => { each.hidden = true; });
