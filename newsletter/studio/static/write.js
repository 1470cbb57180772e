// Saves as one types; shows a conflict with both texts; keeps the picture of the mail beside it up to date.
import { change, closedWithPage, later, say } from "/static/studio.js";

const desk = document.getElementById("desk");
export const base = `/issues/${encodeURIComponent(desk.dataset.issue)}`;
const frame = document.getElementById("mail");
const saved = document.getElementById("saved");
const fields = [...document.querySelectorAll("[data-place]")];
const WAIT_MS = 200;
let file = desk.dataset.file;
const ours = new Set([file]);
document.querySelector("main").classList.add("wide");

// The mail beside the writing.
const looks = document.getElementById("looks");
let look = "desktop";
const draw = later(() => {
  const at = frame.contentWindow?.scrollY || 0;
  frame.addEventListener("load", () => frame.contentWindow?.scrollTo(0, at), { once: true });
  frame.contentWindow.location.replace(
    look === "text" ? `${base}/mail.txt?at=${file}` : `${base}/mail.html?look=${look}&at=${file}`,
  );
}, 20);

function weigh() {
  const size = Number(frame.contentDocument?.querySelector("meta[name=weight]")?.content);
  if (size)
    document.getElementById("weight").textContent =
      `The mail weighs ${Math.round(size / 1024)} KB of the 102 KB at which Gmail cuts it off.`;
}
frame.addEventListener("load", weigh);
weigh();

looks.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  look = button.dataset.look;
  for (const each of looks.children) each.setAttribute("aria-pressed", each === button);
  frame.className = look === "text" ? "plain-text" : look;
  frame.title = `The mail: ${button.textContent}`;
  draw();
});

// Saving.
function isDirty(field) {
  return field.value !== field.dataset.saved;
}

async function save(field) {
  if (field.saving) {
    field.again = true;
    return;
  }
  const text = field.value;
  if (text === field.dataset.saved) return;
  field.saving = true;
  saved.textContent = "Saving …";
  try {
    const told = await change(
      `${base}/save`,
      { place: field.dataset.place, text, seen: field.dataset.seen },
      { keepalive: text.length < 20000 },
    );
    if (told.conflict) {
      collide(field, told);
      return;
    }
    field.dataset.seen = told.version;
    field.dataset.saved = text;
    settled(field);
    remember(told.file);
    tell(field, told.hints);
    announce(told.ahead);
    dropped = null;
    saved.textContent = fields.some(isDirty) ? "Saving …" : "Saved.";
  } catch (error) {
    saved.textContent = `Not saved: ${error.message}`;
    setTimeout(() => save(field), 2000);
  } finally {
    field.saving = false;
    if (field.again) {
      field.again = false;
      save(field);
    }
  }
}

export function remember(version) {
  file = version;
  ours.add(version);
  draw();
}

// Hints on a text: what they are about can be found in it, and a word that nothing explains can be explained.
function tell(field, hints) {
  const list = document.getElementById(`hints-${field.dataset.place}`);
  if (!list) return;
  const now = JSON.stringify(hints);
  if (list.dataset.now === now) return; // nothing new for who listens, and the focus stays
  list.dataset.now = now;
  list.replaceChildren(
    ...hints.map((hint) => {
      const line = Object.assign(document.createElement("li"), { textContent: hint.said });
      Object.assign(line.dataset, { kind: hint.kind, find: hint.find });
      return line;
    }),
  );
  equip(list);
}

function equip(list) {
  const field = document.getElementById(list.id.slice("hints-".length));
  for (const line of list.children) {
    const { kind, find } = line.dataset;
    if (!find) continue;
    const named = kind === "word" ? `“${find}”` : `“${find.split(/\s+/).slice(0, 5).join(" ")} …”`;
    line.append(button("Find", `Find ${named}`, () => seek(field, find)));
    if (kind === "word")
      line.append(
        button("Add to glossary", `Add to glossary: ${find}`, () => {
          document.dispatchEvent(new CustomEvent("unexplained", { detail: { term: find, back: field } }));
        }),
      );
  }
}

function button(text, label, act) {
  const made = Object.assign(document.createElement("button"), {
    type: "button",
    textContent: text,
    ariaLabel: label || null,
  });
  made.addEventListener("click", act);
  return made;
}

/** Select words in a text, at the next place behind the one that is selected. */
function seek(field, words) {
  const from = field.value.indexOf(words, field.selectionStart + 1);
  const at = from < 0 ? field.value.indexOf(words) : from;
  if (at < 0) {
    say("These words are not in the text any more.");
    return;
  }
  field.focus();
  field.setSelectionRange(at, at); // the browser scrolls to where the caret stands, not to a selection
  field.blur();
  field.focus();
  field.setSelectionRange(at, at + words.length);
}

export async function refresh() {
  const now = await (await fetch(`${base}/texts`, { headers: { Accept: "application/json" } })).json();
  for (const field of fields) if (now.hints?.[field.dataset.place]) tell(field, now.hints[field.dataset.place]);
  if (now.ahead) announce(now.ahead);
}
for (const list of document.querySelectorAll(".hints")) equip(list);

if (sessionStorage.getItem("said")) say(sessionStorage.getItem("said")); // what was done before the page was loaded anew
sessionStorage.removeItem("said");

// Undo and Redo, of what was written.
let dropped = null;
const undoing = document.getElementById("undo");
const redoing = document.getElementById("redo");

function announce(ahead) {
  for (const [button, what, step] of [
    [undoing, ahead?.undo, ahead?.undo_step],
    [redoing, ahead?.redo, ahead?.redo_step],
  ]) {
    button.setAttribute("aria-disabled", what ? "false" : "true");
    button.title = what || "Nothing";
    button.form.elements.step.value = step || "";
  }
}

async function move(way) {
  if (way === "undo" && dropped) {
    dropped();
    return;
  } // an entry was taken out last, and nothing written since
  await Promise.all(fields.filter(isDirty).map(save));
  try {
    const { step } = (way === "undo" ? undoing : redoing).form.elements;
    const told = await change(`${base}/${way}`, { step: step.value });
    remember(told.file);
    announce(told.ahead);
    const field = fields.find((each) => each.dataset.place === told.place);
    if (!field) {
      sessionStorage.setItem("said", told.said);
      location.reload();
      return;
    }
    put(field, told);
    refresh();
    field.closest("details:not([open])")?.setAttribute("open", "");
    field.scrollIntoView({ block: "nearest" });
    saved.textContent = "Saved.";
    say(told.said);
  } catch (error) {
    say(error.message, { bad: true });
    refresh();
  }
}

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (event.target.closest?.("input, textarea, select, dialog")) return; // there the browser's own undo holds
  const key = event.key.toLowerCase();
  const way = key === "z" ? (event.shiftKey ? "redo" : "undo") : key === "y" ? "redo" : "";
  if (!way) return;
  event.preventDefault();
  move(way);
});

function settled(field) {
  field.parentElement.querySelector(".conflict")?.remove();
}

function collide(field, told) {
  settled(field);
  collided(
    field,
    told.text,
    () => {
      field.dataset.seen = told.version;
      field.dataset.saved = told.text;
      save(field);
      field.focus();
    },
    () => {
      put(field, told);
      settled(field);
      saved.textContent = "Saved.";
      field.focus();
    },
  );
}

/** Two texts for one place: show the other one below the field, and ask which is to stand. */
export function collided(field, text, keep, take) {
  saved.textContent = "Not saved: this was changed in another window or program.";
  const box = document.createElement("div");
  box.className = "conflict";
  box.setAttribute("role", "alert");
  const words = Object.assign(document.createElement("p"), {
    textContent: "This was changed elsewhere meanwhile. Nothing is lost: yours is above, and elsewhere it says:",
  });
  const theirs = Object.assign(document.createElement("pre"), { textContent: text || "(nothing)", tabIndex: 0 });
  box.append(words, theirs, button("Keep mine", "", keep), " ", button("Take theirs", "", take));
  field.after(box);
}

function put(field, told) {
  field.value = told.text;
  field.dataset.saved = told.text;
  field.dataset.seen = told.version;
  show(field);
}

/** What was said before is no news any more for who writes on; unless it offers to take something back. */
function quiet() {
  const said = document.getElementById("said");
  if (!said.querySelector("button")) said.replaceChildren();
}

function show(field) {
  for (const shown of document.querySelectorAll(`[data-shows="${field.dataset.place}"]`))
    shown.textContent = field.value;
}

for (const field of fields) {
  field.dataset.saved = field.defaultValue; // not its value: somebody may have typed before this script was there
  const soon = later(() => save(field), WAIT_MS);
  field.addEventListener("input", () => {
    show(field);
    soon();
    quiet();
  });
  field.addEventListener("blur", () => save(field));
}
fields.filter(isDirty).forEach(save);
addEventListener("pagehide", () => fields.filter(isDirty).forEach(save));
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.classList.contains("words")) {
    event.preventDefault();
    save(form.querySelector("[data-place]"));
  } else if (form.classList.contains("back")) {
    event.preventDefault();
    move(event.submitter.id);
  } else if (form.classList.contains("steps")) {
    event.preventDefault();
    step(form.closest(".entry"), event.submitter.value);
  } else if (form.action.endsWith("/choose/decide")) {
    event.preventDefault();
    decide(form, event.submitter);
  }
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
  if (told.error) {
    unreadable(told.error);
    return;
  }
  readable();
  if (ours.has(told.file)) return;
  let now, before;
  do {
    // what was asked for before something was saved here is older than what stands here
    before = file;
    now = await (await fetch(`${base}/texts`, { headers: { Accept: "application/json" } })).json();
  } while (file !== before || fields.some((field) => field.saving));
  if (now.error) {
    unreadable(now.error);
    return;
  }
  remember(now.file);
  announce(now.ahead);
  document.dispatchEvent(new CustomEvent("glossary", { detail: now.glossary }));
  for (const field of fields) if (!isDirty(field)) tell(field, now.hints[field.dataset.place] ?? []);
  let count = 0;
  for (const field of fields) {
    const there = now.texts[field.dataset.place];
    if (there && there.version !== field.dataset.seen && !isDirty(field) && !field.saving) {
      put(field, there);
      count += 1;
    }
  }
  const places = new Set(fields.map((field) => field.dataset.place));
  const same =
    Object.keys(now.texts).every((place) => places.has(place)) &&
    [...document.querySelectorAll(".part")].every((part) => now.orders[part.dataset.section] === part.dataset.order);
  if (!same) elsewhere("Entries were added, moved or taken out elsewhere.", true);
  else {
    news.replaceChildren();
    if (count) saved.textContent = "Changed elsewhere, and shown here.";
  }
}

// A mistake in a file that somebody edits by hand: what is written here is kept, and saved when it is mended.
const news = document.getElementById("elsewhere");

function unreadable(error) {
  if (news.dataset.error === error) return; // said already
  elsewhere(
    `Nothing can be saved at the moment; what you write stays here, and is saved when this is mended: ${error}`,
  );
  news.dataset.error = error;
}

function readable() {
  if (news.dataset.error === undefined) return;
  delete news.dataset.error;
  news.replaceChildren();
}

function elsewhere(text, reload) {
  const box = Object.assign(document.createElement("div"), { className: "panel next" });
  box.append(Object.assign(document.createElement("p"), { textContent: text }));
  if (reload) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Show it" });
    button.addEventListener("click", () => location.reload());
    box.append(button);
  }
  news.replaceChildren(box);
}

// Order: buttons, Alt with an arrow key, or dragging.
async function keep(part) {
  const body = new URLSearchParams({ section: part.dataset.section, seen: part.dataset.order });
  for (const each of part.querySelectorAll(".entry")) body.append("key", each.dataset.key);
  try {
    const told = await change(`${base}/order`, body);
    part.dataset.order = told.version;
    remember(told.file);
    announce(told.ahead);
    dropped = null;
    saved.textContent = "Saved.";
  } catch (error) {
    say(error.message, { bad: true });
  }
}

function step(entry, to) {
  const other = to === "up" ? entry.previousElementSibling : entry.nextElementSibling;
  if (!other?.classList.contains("entry")) {
    say(to === "up" ? "It is the first already." : "It is the last already.");
    return;
  }
  const focused = document.activeElement;
  if (to === "up") other.before(entry);
  else other.after(entry);
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
  grip.addEventListener("pointerdown", () => {
    entry.draggable = true;
  });
  entry.addEventListener("dragstart", (event) => {
    dragged = entry;
    entry.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
  });
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
    if (before) entry.before(dragged);
    else entry.after(dragged);
    keep(entry.closest(".part"));
  });
}

async function decide(form, button) {
  try {
    const entry = form.closest(".entry");
    await Promise.all(fields.filter(isDirty).map(save));
    const told = await change("/choose/decide", new FormData(form, button));
    if (told.conflict) {
      say(told.said, { bad: true });
      return;
    }
    const undo = () =>
      change("/choose/undo", { undo: told.undo }).then(
        () => location.reload(),
        (error) => say(error.message, { bad: true }),
      );
    const part = entry.closest(".part");
    if (button.value === "move") {
      location.reload();
      return;
    }
    entry.remove();
    const now = await (await fetch(`${base}/texts`, { headers: { Accept: "application/json" } })).json();
    part.dataset.order = now.orders[part.dataset.section] ?? "";
    remember(now.file);
    dropped = undo;
    undoing.setAttribute("aria-disabled", "false");
    undoing.title = told.said;
    say(told.said, { undo });
    document.getElementById("main").focus();
  } catch (error) {
    say(error.message, { bad: true });
  }
}

// The toolbar writes Markdown.
document.addEventListener("click", (event) => {
  const button = event.target.closest(".tools button");
  if (!button) return;
  const field = document.getElementById(button.parentElement.dataset.for);
  if ("picture" in button.dataset) {
    document.dispatchEvent(new CustomEvent("picture", { detail: field }));
    return;
  }
  const { selectionStart: from, selectionEnd: to, value } = field;
  const chosen = value.slice(from, to);
  let words;
  if (button.dataset.mark) words = `${button.dataset.mark}${chosen || "words"}${button.dataset.mark}`;
  else if ("link" in button.dataset) words = `[${chosen || "words"}](https://)`;
  else
    words = (chosen || "words")
      .split("\n")
      .map((line) => `- ${line}`)
      .join("\n");
  insert(field, from, to, words);
});

/** Put words in place of a part of a text. */
export function insert(field, from, to, words) {
  field.focus();
  field.setSelectionRange(from, to);
  document.execCommand("insertText", false, words); // the only way that the browser's own undo knows of it
}
const all = document.getElementById("save");
all.hidden = false;
all.addEventListener("click", () => {
  if (fields.some(isDirty)) fields.filter(isDirty).forEach(save);
  else saved.textContent = "Everything is saved.";
});
document.querySelectorAll(".quiet").forEach((each) => {
  each.hidden = true;
});
