// Changes on Choose: decisions, merges, splits and moves are sent one after another, and can be undone.
import {
  findCard,
  focusSameControl,
  listCards,
  parseHtml,
  refreshCards,
  showCounts,
  showSelection,
} from "./choose_cards.js";
import { postChange, showError, showNotice } from "./studio.js";

let lastChange = Promise.resolve();

/** Send a change once those before it are answered, so that it names what its cards show by then. */
export function queueChange(url, fields) {
  lastChange = lastChange.then(() => sendChange(url, fields));
  return lastChange;
}

async function sendChange(url, fields) {
  try {
    const answer = await postChange(url, nameSeenVersions(fields));
    if (answer.anew) {
      showCounts(answer.counts);
      await refreshCards();
    } else {
      replaceCards(answer);
    }
    if (answer.conflict) {
      showNotice(answer.said, { isError: true });
      return null;
    }
    announceChange(answer);
    return answer;
  } catch (error) {
    showError(error);
    return null;
  }
}

/** Name the version of each card that this window shows: the studio refuses to change one that stands elsewhere. */
function nameSeenVersions(fields) {
  const body = new URLSearchParams(fields);
  body.delete("seen");
  for (const key of body.getAll("key")) body.append("seen", findCard(key)?.dataset.seen ?? "");
  return body;
}

function replaceCards(answer) {
  for (const [key, html] of Object.entries(answer.cards || {})) {
    const shownCard = findCard(key);
    if (shownCard) replaceCard(shownCard, parseHtml(html).firstElementChild, answer.conflict);
  }
  showCounts(answer.counts);
  showSelection();
}

function replaceCard(shownCard, card, isConflict) {
  const focused = shownCard.contains(document.activeElement) ? document.activeElement : null;
  card.querySelector("details").open = shownCard.querySelector("details").open;
  // After a conflict people decide again, about the same selection.
  if (isConflict) findCheckbox(card).checked = findCheckbox(shownCard).checked;
  shownCard.replaceWith(card);
  if (focused) focusSameControl(card, focused);
}

export function findCheckbox(card) {
  return card.querySelector("input[form=bulk]");
}

function announceChange(answer) {
  document.getElementById("undo-last")?.remove();
  showNotice(answer.said, answer.undo ? { undo: () => undoChange(answer.undo) } : {});
}

/** Undo the change of that name, or the last one. */
export async function undoChange(name = "") {
  const answer = await queueChange("/choose/undo", { undo: name });
  const keys = Object.keys(answer?.cards ?? {});
  if (!keys.every((key) => findCard(key))) await refreshCards(); // a card that came back is not shown here
  const restoredCard = listCards().find((card) => keys.includes(card.dataset.key));
  // The button that was pressed went with its notice, so the focus needs another place.
  (restoredCard?.querySelector(".decide button") || document.getElementById("main")).focus();
}
