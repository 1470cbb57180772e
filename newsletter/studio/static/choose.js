// Filters as one types, decides and orders without leaving the place: a card stays where it is until asked for.
import { change, say } from "/static/studio.js";

const filter = document.getElementById("filter");
const pool = document.getElementById("pool");
const bulk = document.getElementById("bulk");
const SEEN_MS = 4000;
const cards = () => [...pool.querySelectorAll(".card")];
const cardOf = (key) => pool.querySelector(`.card[data-key="${CSS.escape(key)}"]`);

async function ask(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  const told = await answer.json();
  if (told.error) throw new Error(told.error);
  return told;
}

// Showing. One question at a time: while an answer is on its way, only the newest wish is remembered.
let asking = false;
let again = false;

async function show() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  const query = new URLSearchParams(new FormData(filter));
  try {
    const told = await ask(`/choose/cards?${query}`);
    const focused = pool.contains(document.activeElement) ? document.activeElement : null;
    const key = focused?.closest(".card")?.dataset.key;
    pool.innerHTML = told.html;
    const card = key && cardOf(key);
    if (card) alike(card, focused).focus({ preventScroll: true });
    document.getElementById("count").textContent = told.count === 1 ? "1 entry" : `${told.count} entries`;
    history.replaceState(null, "", `/choose?${query}`);
    tally(told.counts);
    selected();
    watch();
  } catch (error) {
    say(error.message, { bad: true });
  }
  asking = false;
  if (again) {
    again = false;
    show();
  }
}

async function more(link) {
  if (link.dataset.asked) return;
  link.dataset.asked = "yes";
  const query = new URLSearchParams(new FormData(filter));
  query.set("from", link.dataset.from);
  const hadFocus = link === document.activeElement;
  const told = await ask(`/choose/cards?${query}`).catch((error) => {
    say(error.message, { bad: true });
    delete link.dataset.asked;
  });
  if (!told || !link.isConnected) return; // the list is another one by now
  const shelf = document.createElement("template");
  shelf.innerHTML = told.html;
  const first = shelf.content.querySelector(".card");
  const place = link.closest(".more");
  for (const group of shelf.content.querySelectorAll(".group")) {
    if (!(await append(group, place))) return;
  }
  place.replaceWith(...shelf.content.querySelectorAll(".more"));
  if (hadFocus) first?.querySelector("input").focus();
  watch();
}

const SLICE = 6; // cards: more of them at once take longer than a frame may
const frame = () => new Promise(requestAnimationFrame);

/** Add the cards of a group before `place`, a few with each frame; whether the list is still the same afterwards. */
async function append(group, place) {
  const added = [...group.querySelectorAll(".card")];
  const last = place.previousElementSibling;
  const there = last?.dataset.section === group.dataset.section ? last : group;
  if (there === group) {
    group.querySelectorAll(".card").forEach((card) => card.remove());
    place.before(group);
  }
  for (let at = 0; at < added.length; at += SLICE) {
    if (!place.isConnected) return false;
    there.append(...added.slice(at, at + SLICE));
    await frame();
  }
  return place.isConnected;
}

const near = new IntersectionObserver(
  (seen) => {
    for (const each of seen) if (each.isIntersecting) more(each.target);
  },
  { rootMargin: "1500px" },
);

function watch() {
  near.disconnect();
  const link = document.getElementById("more");
  if (link) near.observe(link);
}

// What is selected, and how many lie where.
function selected() {
  const some = pool.querySelectorAll("input[form=bulk]:checked").length;
  document.getElementById("selected").textContent = some ? `${some} selected` : "None selected";
  bulk.classList.toggle("active", some > 0);
}

let known = null; // how many are new, as this page has shown

function tally(counts, isAsked = true) {
  for (const [place, number] of Object.entries(counts || {})) {
    for (const shown of document.querySelectorAll(`[data-count="${place}"]`)) shown.textContent = number;
  }
  if (counts && isAsked) {
    known = counts.new;
    document.getElementById("arrived").replaceChildren();
  }
}

// New arrivals wait until they are asked for.
async function listen() {
  if (document.hidden || asking) return;
  const counts = await ask("/choose/counts").catch(() => null);
  if (!counts) return;
  if (known === null || counts.new < known) known = counts.new;
  if (counts.new > known) arrived(counts.new - known);
}

function arrived(some) {
  const place = document.getElementById("arrived");
  if (place.dataset.some === String(some) && place.firstChild) return;
  place.dataset.some = some;
  const line = Object.assign(document.createElement("p"), { className: "panel next", textContent: `${some} new ` });
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Show" });
  button.addEventListener("click", () => {
    filter.querySelector("[name=place][value=new]").checked = true;
    filter.elements.words.value = "";
    filter.elements.section.value = "";
    filter.elements.late.checked = false;
    show();
    document.getElementById("main").focus();
  });
  line.append(button);
  place.replaceChildren(line);
}

// Deciding.
function put(told) {
  for (const [key, html] of Object.entries(told.cards || {})) {
    const old = cardOf(key);
    if (!old) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const shelf = document.createElement("template");
    shelf.innerHTML = html;
    const card = shelf.content.firstElementChild;
    card.querySelector("details").open = old.querySelector("details").open;
    if (told.conflict) card.querySelector("input[form=bulk]").checked = old.querySelector("input[form=bulk]").checked; // to decide again
    old.replaceWith(card);
    if (focused) alike(card, focused).focus({ preventScroll: true });
  }
  tally(told.counts);
  selected();
}

/** The control of a card that is drawn anew which does what the focused one did; else its first one. */
function alike(card, focused) {
  const found = [...card.querySelectorAll("button, select, input")].find(
    (each) => each.ariaLabel === focused.ariaLabel,
  );
  return found || card.querySelector(".decide button");
}

function told(answer) {
  document.getElementById("undo-last")?.remove();
  say(answer.said, answer.undo ? { undo: () => takeBack(answer.undo) } : {});
}

// One after the other: what a card says when its turn comes is what was seen of it.
let turn = Promise.resolve();

function act(url, fields) {
  turn = turn.then(() => now(url, fields));
  return turn;
}

async function now(url, fields) {
  try {
    const body = new URLSearchParams(fields);
    body.delete("seen");
    for (const key of body.getAll("key")) body.append("seen", cardOf(key)?.dataset.seen ?? "");
    const answer = await change(url, body);
    if (answer.anew) {
      tally(answer.counts);
      await show();
    } else put(answer);
    if (answer.conflict) {
      say(answer.said, { bad: true });
      return;
    }
    told(answer);
    return answer;
  } catch (error) {
    say(error.message, { bad: true });
  }
}

async function takeBack(name = "") {
  const answer = await act("/choose/undo", { undo: name });
  if (answer && !Object.keys(answer.cards).every(cardOf)) await show(); // what it took back is not shown here
  const back = answer && cards().find((each) => each.dataset.key in answer.cards);
  (back?.querySelector(".decide button") || document.getElementById("main")).focus(); // the button that was pressed is gone
}

// Order: buttons, Alt with an arrow key, or dragging.
const beside = (card, to) => (to === "up" ? card.previousElementSibling : card.nextElementSibling);

function step(card, to) {
  const other = beside(card, to);
  if (!other?.dataset.key) {
    say(to === "up" ? "It is the first already." : "It is the last already.");
    return;
  }
  const focused = document.activeElement;
  const around = [neighbours(card)];
  if (to === "up") other.before(card);
  else other.after(card);
  focused.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
  place([card], around, card.dataset.section, other, to === "up");
}

/** What a card stands between, before it is moved: somebody else may have moved it meanwhile. */
function neighbours(card) {
  return [card.previousElementSibling?.dataset.key ?? "", card.nextElementSibling?.dataset.key ?? ""];
}

async function place(moved, around, section, other, isBefore) {
  const body = new URLSearchParams({ section });
  for (const card of moved) body.append("key", card.dataset.key);
  for (const [above, below] of around) {
    body.append("above", above);
    body.append("below", below);
  }
  if (other) body.append(isBefore ? "before" : "behind", other.dataset.key);
  if (!(await act("/choose/place", body))) show(); // refused: show how it really stands
}

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.(".card[data-ordered]");
  if (card && event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
    event.preventDefault();
    step(card, event.key === "ArrowUp" ? "up" : "down");
  }
  const isTyping = event.target.matches?.("textarea, input:not([type=checkbox], [type=radio])");
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z" && !isTyping) {
    event.preventDefault();
    takeBack();
  }
});

let dragged = [];
let over = null;

function point(card) {
  if (over === card) return;
  over?.classList.remove("over");
  over = card;
  over?.classList.add("over");
}

pool.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.(".grip")?.closest(".card");
  if (!card) return;
  const ticked = cards().filter(
    (each) => each.dataset.ordered !== undefined && each.querySelector("input[form=bulk]").checked,
  );
  dragged = ticked.includes(card) ? ticked : [card];
  dragged.forEach((each) => each.classList.add("dragged"));
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setDragImage(card, 20, 20);
});
pool.addEventListener("dragover", (event) => {
  const card = event.target.closest?.(".card[data-ordered]");
  if (!dragged.length || !card) return;
  event.preventDefault();
  point(dragged.includes(card) ? null : card);
});
pool.addEventListener("drop", (event) => {
  if (!dragged.length || !over) return;
  event.preventDefault();
  const isBefore = event.clientY < over.getBoundingClientRect().top + over.offsetHeight / 2;
  const around = dragged.map(neighbours);
  if (isBefore) over.before(...dragged);
  else over.after(...dragged);
  place(dragged, around, over.dataset.section, over, isBefore);
});
pool.addEventListener("dragend", () => {
  dragged.forEach((each) => each.classList.remove("dragged"));
  point(null);
  dragged = [];
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form === filter) {
    event.preventDefault();
    show();
    return;
  }
  const url = event.submitter?.hasAttribute("formaction") ? event.submitter.formAction : form.action;
  const what = new URL(url).pathname;
  if (what === "/choose/step") {
    event.preventDefault();
    step(form.closest(".card"), event.submitter.value);
    return;
  }
  if (!["/choose/decide", "/choose/merge", "/choose/split", "/choose/undo"].includes(what)) return;
  event.preventDefault();
  if (what === "/choose/undo") takeBack(form.elements.undo.value);
  else
    act(what, new FormData(form, event.submitter)).then((answer) => {
      if (answer && form === bulk) bulk.elements.why.value = "";
    });
});
pool.addEventListener("click", (event) => {
  if (event.target.id !== "more") return;
  event.preventDefault();
  more(event.target);
});
document.getElementById("all").addEventListener("click", (event) => {
  const boxes = [...pool.querySelectorAll("input[form=bulk]")];
  const isTicked = boxes.some((box) => !box.checked);
  for (const box of boxes) box.checked = isTicked;
  event.target.textContent = isTicked ? "Select none" : "Select all shown";
  selected();
});
filter.addEventListener("input", show);
document.addEventListener("change", (event) => {
  if (event.target.matches("input[form=bulk]")) selected();
});
if (filter.elements.words.value !== filter.elements.words.defaultValue) show(); // typed before this script was there
filter.classList.add("live");
document.getElementById("keys").hidden = false;
document.getElementById("all").classList.remove("quiet");
known = Number(filter.querySelector("[data-count=new]").textContent);
selected();
watch();
setInterval(listen, SEEN_MS);
document.addEventListener("visibilitychange", listen);
