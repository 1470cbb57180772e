// The entries on Write: ordered by button, by Alt with an arrow key or by dragging, and held, dropped or moved.

import { postChange, showError, showNotice } from "./studio.js";
import { fetchTexts, saveAllFields, showSaveStatus } from "./write_fields.js";
import { forgetRemoval, offerRemovalUndo, showSteps } from "./write_history.js";
import { issueUrl, rememberVersion } from "./write_mail.js";

let draggedEntry = null;

async function saveOrder(section) {
  const body = new URLSearchParams({ section: section.dataset.section, seen: section.dataset.order });
  for (const entry of section.querySelectorAll(".entry")) body.append("key", entry.dataset.key);
  try {
    const answer = await postChange(`${issueUrl}/order`, body);
    section.dataset.order = answer.version;
    rememberVersion(answer.file);
    showSteps(answer.ahead);
    forgetRemoval();
    showSaveStatus("Saved.");
  } catch (error) {
    showError(error);
  }
}

export function moveEntry(entry, direction) {
  const isUp = direction === "up";
  const neighbor = isUp ? entry.previousElementSibling : entry.nextElementSibling;
  if (!neighbor?.classList.contains("entry")) {
    showNotice(isUp ? "It is the first already." : "It is the last already.");
    return;
  }
  const focused = document.activeElement;
  if (isUp) {
    neighbor.before(entry);
  } else {
    neighbor.after(entry);
  }
  focused.focus();
  entry.scrollIntoView({ block: "nearest" });
  const entries = [...entry.parentElement.querySelectorAll(".entry")];
  showNotice(`${entries.indexOf(entry) + 1} of ${entries.length} now: ${entry.getAttribute("aria-label")}`);
  saveOrder(entry.closest(".part"));
}

function moveEntryByKey(event) {
  const entry = event.target.closest?.(".entry");
  if (!(entry && event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key))) return;
  event.preventDefault();
  moveEntry(entry, event.key === "ArrowUp" ? "up" : "down");
}

function setUpDragging(entry) {
  // Only the grip makes an entry draggable: elsewhere in it, dragging selects text.
  entry.querySelector(".grip").addEventListener("pointerdown", () => {
    entry.draggable = true;
  });
  entry.addEventListener("dragstart", (event) => startDrag(event, entry));
  entry.addEventListener("dragend", () => endDrag(entry));
  entry.addEventListener("dragover", (event) => dragOver(event, entry));
  entry.addEventListener("dragleave", () => entry.classList.remove("over"));
  entry.addEventListener("drop", (event) => dropEntry(event, entry));
}

function startDrag(event, entry) {
  draggedEntry = entry;
  entry.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
}

function dragOver(event, entry) {
  if (!draggedEntry || draggedEntry === entry || draggedEntry.parentElement !== entry.parentElement) return;
  event.preventDefault();
  entry.classList.add("over");
}

function dropEntry(event, entry) {
  if (!draggedEntry) return;
  event.preventDefault();
  const isBefore = event.clientY < entry.getBoundingClientRect().top + entry.offsetHeight / 2;
  if (isBefore) {
    entry.before(draggedEntry);
  } else {
    entry.after(draggedEntry);
  }
  saveOrder(entry.closest(".part"));
}

function endDrag(entry) {
  entry.draggable = false;
  entry.classList.remove("dragged");
  for (const each of document.querySelectorAll(".over")) each.classList.remove("over");
  draggedEntry = null;
}

export async function decideOnEntry(form, button) {
  const entry = form.closest(".entry");
  try {
    await saveAllFields(); // what was just written about the entry stays with it
    const answer = await postChange("/choose/decide", new FormData(form, button));
    if (answer.conflict) {
      showNotice(answer.said, { isError: true });
    } else if (button.value === "move") {
      location.reload();
    } else {
      await removeEntry(entry, answer);
    }
  } catch (error) {
    showError(error);
  }
}

async function removeEntry(entry, { said, undo }) {
  const section = entry.closest(".part");
  entry.remove();
  const { file, orders } = await fetchTexts();
  section.dataset.order = orders[section.dataset.section] ?? "";
  rememberVersion(file);
  const undoRemoval = () => undoDecision(undo);
  offerRemovalUndo(undoRemoval, said);
  showNotice(said, { undo: undoRemoval });
  document.getElementById("main").focus(); // the button that was pressed is gone with the entry
}

async function undoDecision(undo) {
  try {
    await postChange("/choose/undo", { undo });
    location.reload();
  } catch (error) {
    showError(error);
  }
}

document.addEventListener("keydown", moveEntryByKey);
for (const grip of document.querySelectorAll(".grip")) setUpDragging(grip.closest(".entry"));
