// Choose: filters as you type, and lets you decide and order without leaving the page.

import {
  bulkForm,
  checkArrivals,
  loadMoreCards,
  pool,
  refreshCards,
  showSelection,
  watchMoreLink,
} from "./choose_cards.js";
import { queueChange, undoChange } from "./choose_changes.js";
import { moveCard } from "./choose_order.js";

const ARRIVALS_POLL_MS = 4000;
const filterForm = document.getElementById("filter");
const selectAllButton = document.getElementById("all");

async function submitDecision(path, form, button) {
  const answer = await queueChange(path, new FormData(form, button));
  if (answer && form === bulkForm) bulkForm.elements.why.value = "";
}

/** What a form does here instead of loading a page, by the path that it is sent to. */
const SUBMIT_ACTIONS = {
  "/choose/step": (_path, form, button) => moveCard(form.closest(".card"), button.value),
  "/choose/decide": submitDecision,
  "/choose/merge": submitDecision,
  "/choose/split": submitDecision,
  "/choose/undo": (_path, form) => undoChange(form.elements.undo.value),
};

function submitForm(event) {
  const form = event.target;
  const button = event.submitter;
  if (form === filterForm) {
    event.preventDefault();
    refreshCards();
    return;
  }
  const path = new URL(button?.hasAttribute("formaction") ? button.formAction : form.action).pathname;
  const action = SUBMIT_ACTIONS[path];
  if (!action) return;
  event.preventDefault();
  action(path, form, button);
}

function undoByKey(event) {
  const isTyping = event.target.matches?.("textarea, input:not([type=checkbox], [type=radio])");
  const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
  if (!isUndo || isTyping) return;
  event.preventDefault();
  undoChange();
}

function selectAllShown() {
  const checkboxes = [...pool.querySelectorAll("input[form=bulk]")];
  const mustSelect = checkboxes.some((checkbox) => !checkbox.checked);
  for (const checkbox of checkboxes) checkbox.checked = mustSelect;
  selectAllButton.textContent = mustSelect ? "Select none" : "Select all shown";
  showSelection();
}

document.addEventListener("submit", submitForm);
document.addEventListener("keydown", undoByKey);
document.addEventListener("change", (event) => {
  if (event.target.matches("input[form=bulk]")) showSelection();
});
pool.addEventListener("click", (event) => {
  if (event.target.id !== "more") return;
  event.preventDefault();
  loadMoreCards(event.target);
});
selectAllButton.addEventListener("click", selectAllShown);
selectAllButton.classList.remove("quiet");
filterForm.addEventListener("input", refreshCards);
filterForm.classList.add("live");
document.getElementById("keys").hidden = false;
const { words } = filterForm.elements;
if (words.value !== words.defaultValue) refreshCards(); // typed before this script had loaded
showSelection();
watchMoreLink();
setInterval(checkArrivals, ARRIVALS_POLL_MS);
document.addEventListener("visibilitychange", checkArrivals);
