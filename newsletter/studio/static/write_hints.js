// Hints on a text: the words that they are about can be found in it, and unexplained ones put into the glossary.
import { createButton, createElement, showNotice } from "./studio.js";

const HINTS_PREFIX = "hints-";
const QUOTED_WORDS = 5;
const WHITESPACE = /\s+/u;

export function showHints(field, hints) {
  const list = document.getElementById(HINTS_PREFIX + field.dataset.place);
  if (!list) return;
  const state = JSON.stringify(hints);
  if (list.dataset.now === state) return; // screen readers would announce the same again, and the focus would be lost
  list.dataset.now = state;
  list.replaceChildren(...hints.map(createHint));
  addHintButtons(list);
}

function createHint({ said, kind, find }) {
  const line = createElement("li", { textContent: said });
  Object.assign(line.dataset, { kind, find });
  return line;
}

function addHintButtons(list) {
  const field = document.getElementById(list.id.slice(HINTS_PREFIX.length));
  for (const line of list.children) {
    const { kind, find } = line.dataset;
    if (find) line.append(...createHintButtons(field, kind, find));
  }
}

function createHintButtons(field, kind, words) {
  if (kind !== "word") {
    const start = words.split(WHITESPACE).slice(0, QUOTED_WORDS).join(" ");
    return [createButton("Find", () => selectWords(field, words), `Find “${start} …”`)];
  }
  const addToGlossary = () => {
    document.dispatchEvent(new CustomEvent("term-unexplained", { detail: { term: words, field } }));
  };
  return [
    createButton("Find", () => selectWords(field, words), `Find “${words}”`),
    createButton("Add to glossary", addToGlossary, `Add to glossary: ${words}`),
  ];
}

/** Select words in a text, at the next place after the selection. */
function selectWords(field, words) {
  const next = field.value.indexOf(words, field.selectionStart + 1);
  const start = next < 0 ? field.value.indexOf(words) : next;
  if (start < 0) {
    showNotice("These words are not in the text any more.");
    return;
  }
  field.focus();
  field.setSelectionRange(start, start); // browsers scroll to the caret on focus, not to a selection
  field.blur();
  field.focus();
  field.setSelectionRange(start, start + words.length);
}

for (const list of document.querySelectorAll(".hints")) addHintButtons(list);
