// What every page shares: posting changes, notices, and small helpers for the other scripts.

const SHOWN_ERROR_LENGTH = 300;
const csrfToken = document.querySelector("meta[name=csrf]").content;

/** Post a change and return the studio's answer; throws an Error whose message is a sentence for people. */
export async function postChange(url, fields, { headers, ...options } = {}) {
  const body = fields instanceof Blob ? fields : new URLSearchParams(fields);
  const response = await fetch(url, {
    method: "POST",
    body,
    ...options,
    headers: { ...headers, "X-CSRF-Token": csrfToken, Accept: "application/json" },
  }).catch((error) => {
    throw new Error("The studio does not answer. Start it again with “newsletter studio”; keep this window open.", {
      cause: error,
    });
  });
  return parseAnswer(await response.text());
}

/** Post a file as it is; its name and meaning travel in the URL or in `headers`. */
export function postFile(url, file, headers = {}) {
  return postChange(url, file, { headers: { ...headers, "Content-Type": "application/octet-stream" } });
}

function parseAnswer(text) {
  let answer;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw new Error(text.slice(0, SHOWN_ERROR_LENGTH), { cause: error });
  }
  if (answer.error) throw new Error(answer.error);
  return answer;
}

export async function fetchJson(url) {
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  return response.json();
}

/** Show a notice where screen readers announce it; `undo` adds a button that takes the change back. */
export function showNotice(text, { undo, isError } = {}) {
  const line = createElement("p", { textContent: `${text} ` });
  if (isError) line.className = "bad";
  if (undo) line.append(createButton("Undo", undo));
  document.getElementById("said").replaceChildren(line);
}

export function showError(error) {
  showNotice(error.message, { isError: true });
}

export function createElement(tagName, properties) {
  return Object.assign(document.createElement(tagName), properties);
}

/** Create a button; screen readers say `label` where the text alone would be ambiguous. */
export function createButton(text, onClick, label = null) {
  const button = createElement("button", { type: "button", textContent: text, ariaLabel: label });
  button.addEventListener("click", onClick);
  return button;
}

/** Close a stream with its page: a browser may keep a page that was left, and allows six connections per host. */
export function closeWithPage(stream) {
  addEventListener("pagehide", () => stream.close(), { once: true });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  return stream;
}

/** Call `action` once nothing has asked for it for `delayMs` milliseconds. */
export function debounce(action, delayMs) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...given), delayMs);
  };
}

/** Keep a frame scrolled to where it is while its next document loads. */
export function keepScrollPosition(frame) {
  const position = frame.contentWindow?.scrollY || 0;
  frame.addEventListener("load", () => frame.contentWindow?.scrollTo(0, position), { once: true });
}

/** Focus the field that the address names, and open the details that hide it: browsers only scroll to it. */
function focusTargetField() {
  const field = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!field?.matches("input, textarea, select")) return;
  let details = field.closest("details");
  while (details) {
    details.open = true;
    details = details.parentElement.closest("details");
  }
  field.focus();
}

document.addEventListener("click", (event) => {
  const control = event.target.closest("[data-sure]");
  if (control && !confirm(control.dataset.sure)) event.preventDefault();
});
addEventListener("hashchange", focusTargetField);
if (location.hash) focusTargetField();
