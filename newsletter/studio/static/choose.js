// Filters as one types, and decides on cards without leaving the place: a card stays where it is until asked for.
import { change, later, say } from "/static/studio.js";

const filter = document.getElementById("filter");
const pool = document.getElementById("pool");
const bulk = document.getElementById("bulk");
let asked = 0;

async function show(more) {
  const query = new URLSearchParams(new FormData(filter));
  if (more) query.set("most", new URL(more.href).searchParams.get("most"));
  const mine = ++asked;
  const answer = await fetch(`/choose/cards?${query}`, { headers: { Accept: "application/json" } });
  const told = await answer.json();
  if (mine !== asked) return;
  pool.innerHTML = told.html;
  document.getElementById("count").textContent = told.count === 1 ? "1 entry" : `${told.count} entries`;
  history.replaceState(null, "", `/choose?${query}`);
  count();
}

function count() {
  const selected = document.querySelectorAll("#pool input[form=bulk]:checked").length;
  document.getElementById("selected").textContent = selected ? `${selected} selected` : "None selected";
  bulk.classList.toggle("active", selected > 0);
}

function put(told) {
  for (const [key, html] of Object.entries(told.cards || {})) {
    const old = [...pool.querySelectorAll(".card")].find((each) => each.dataset.key === key);
    if (!old) continue;
    const had = old.contains(document.activeElement);
    const open = old.querySelector("details").open;
    const shelf = document.createElement("template");
    shelf.innerHTML = html;
    const card = shelf.content.firstElementChild;
    old.replaceWith(card);
    card.querySelector("details").open = open;
    if (had) card.querySelector(".decide button").focus({ preventScroll: true });
  }
  for (const [place, number] of Object.entries(told.counts || {})) {
    const shown = filter.querySelector(`[data-count="${place}"]`);
    if (shown) shown.textContent = number;
  }
  count();
}

async function decide(form, button) {
  const fields = new FormData(form, button);
  try {
    const told = await change(form.action, fields);
    put(told);
    say(told.said, told.undo ? { undo: () => takeBack(told.undo) } : {});
  } catch (error) { say(error.message, { bad: true }); }
}

async function takeBack(name) {
  try {
    const told = await change("/choose/undo", { undo: name });
    put(told);
    say(told.said);
    const back = [...pool.querySelectorAll(".card")].find((each) => each.dataset.key in told.cards);
    back?.querySelector(".decide button").focus(); // the button that was pressed is gone
  } catch (error) { say(error.message, { bad: true }); }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form === filter) { event.preventDefault(); show(); return; }
  if (!form.action.endsWith("/choose/decide") || event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  decide(form, event.submitter);
});
pool.addEventListener("click", (event) => {
  if (event.target.id !== "more") return;
  event.preventDefault();
  show(event.target);
});
filter.addEventListener("input", later(() => show(), 120));
document.addEventListener("change", (event) => { if (event.target.matches("input[form=bulk]")) count(); });
if (filter.elements.words.value !== filter.elements.words.defaultValue) show(); // typed before this script was there
filter.classList.add("live");
count();
