// The toolbar above a text: it writes Markdown.

const PLACEHOLDER = "words";

/** Replace a part of a text; only this old command lets the browser's own undo know of it. */
export function insertText(field, start, end, text) {
  field.focus();
  field.setSelectionRange(start, end);
  document.execCommand("insertText", false, text);
}

function formatText(text, { mark, link }) {
  if (mark) return mark + text + mark;
  if (link !== undefined) return `[${text}](https://)`;
  return text
    .split("\n")
    .map((line) => `- ${line}`)
    .join("\n");
}

function useToolbar(event) {
  const button = event.target.closest(".tools button");
  if (!button) return;
  const field = document.getElementById(button.parentElement.dataset.for);
  if ("picture" in button.dataset) {
    document.dispatchEvent(new CustomEvent("picture-wanted", { detail: field }));
    return;
  }
  const { selectionStart, selectionEnd, value } = field;
  const selectedText = value.slice(selectionStart, selectionEnd) || PLACEHOLDER;
  insertText(field, selectionStart, selectionEnd, formatText(selectedText, button.dataset));
}

document.addEventListener("click", useToolbar);
