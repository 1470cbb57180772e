// The order of entries on Choose: moved by button, by Alt with an arrow key, or by dragging.

import { listCards, pool, refreshCards } from "./choose_cards.js";
import { findCheckbox, queueChange } from "./choose_changes.js";
import { showNotice } from "./studio.js";

const DRAG_IMAGE_OFFSET = 20;

/** What a card stands between before it is moved: the studio refuses the move if somebody else moved it meanwhile. */
function readNeighbors(card) {
  return [card.previousElementSibling?.dataset.key ?? "", card.nextElementSibling?.dataset.key ?? ""];
}

async function saveOrder({ movedCards, neighbors, target, isBefore, section }) {
  const body = new URLSearchParams({ section });
  for (const card of movedCards) body.append("key", card.dataset.key);
  for (const [above, below] of neighbors) {
    body.append("above", above);
    body.append("below", below);
  }
  body.append(isBefore ? "before" : "behind", target.dataset.key);
  const answer = await queueChange("/choose/place", body);
  if (!answer) refreshCards(); // refused: show how the entries really stand
}

export function moveCard(card, direction) {
  const isBefore = direction === "up";
  const target = isBefore ? card.previousElementSibling : card.nextElementSibling;
  if (!target?.dataset.key) {
    showNotice(isBefore ? "It is the first already." : "It is the last already.");
    return;
  }
  const focused = document.activeElement;
  const neighbors = [readNeighbors(card)];
  if (isBefore) {
    target.before(card);
  } else {
    target.after(card);
  }
  focused.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
  saveOrder({ movedCards: [card], neighbors, target, isBefore, section: card.dataset.section });
}

function moveCardByKey(event) {
  const card = event.target.closest?.(".card[data-ordered]");
  if (!(card && event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key))) return;
  event.preventDefault();
  moveCard(card, event.key === "ArrowUp" ? "up" : "down");
}

let draggedCards = [];
let dropTarget = null;

function markDropTarget(card) {
  if (dropTarget === card) return;
  dropTarget?.classList.remove("over");
  dropTarget = card;
  dropTarget?.classList.add("over");
}

function isOrderedAndSelected(card) {
  return card.dataset.ordered !== undefined && findCheckbox(card).checked;
}

function startDrag(event) {
  const card = event.target.closest?.(".grip")?.closest(".card");
  if (!card) return;
  const selectedCards = listCards().filter(isOrderedAndSelected);
  draggedCards = selectedCards.includes(card) ? selectedCards : [card];
  for (const each of draggedCards) each.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setDragImage(card, DRAG_IMAGE_OFFSET, DRAG_IMAGE_OFFSET);
}

function dragOver(event) {
  const card = event.target.closest?.(".card[data-ordered]");
  if (draggedCards.length === 0 || !card) return;
  event.preventDefault();
  markDropTarget(draggedCards.includes(card) ? null : card);
}

function dropCards(event) {
  if (draggedCards.length === 0 || !dropTarget) return;
  event.preventDefault();
  const isBefore = event.clientY < dropTarget.getBoundingClientRect().top + dropTarget.offsetHeight / 2;
  const neighbors = draggedCards.map(readNeighbors);
  if (isBefore) {
    dropTarget.before(...draggedCards);
  } else {
    dropTarget.after(...draggedCards);
  }
  const { section } = dropTarget.dataset;
  saveOrder({ movedCards: draggedCards, neighbors, target: dropTarget, isBefore, section });
}

function endDrag() {
  for (const card of draggedCards) card.classList.remove("dragged");
  markDropTarget(null);
  draggedCards = [];
}

document.addEventListener("keydown", moveCardByKey);
pool.addEventListener("dragstart", startDrag);
pool.addEventListener("dragover", dragOver);
pool.addEventListener("drop", dropCards);
pool.addEventListener("dragend", endDrag);
