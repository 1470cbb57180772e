// What every page shares: changes that name this page's token, and a line that says what was done.
export const csrf = document.querySelector("meta[name=csrf]").content;

/** Send a change; gives the answer, or throws an Error whose message is a sentence for people. */
export async function change(url, fields, options = {}) {
  const body = fields instanceof Blob ? fields : new URLSearchParams(fields);
  const answer = await fetch(url, {
    method: "POST",
    body,
    ...options,
    headers: { "X-CSRF-Token": csrf, Accept: "application/json" },
  }).catch(() => {
    throw new Error("The studio does not answer. Start it again with “newsletter studio”; keep this window open.");
  });
  const text = await answer.text();
  let told;
  try {
    told = JSON.parse(text);
  } catch {
    throw new Error(text.slice(0, 300));
  }
  if (told.error) throw new Error(told.error);
  return told;
}

/** Say something where screen readers hear it; `undo` offers to take it back. */
export function say(text, { undo, bad } = {}) {
  const place = document.getElementById("said");
  const line = document.createElement("p");
  line.textContent = text + " ";
  if (bad) line.className = "bad";
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Undo";
    button.addEventListener("click", undo);
    line.append(button);
  }
  place.replaceChildren(line);
}

/** Close a stream of news with its page: a page that is left may be kept, and a browser has six connections to one place. */
export function closedWithPage(stream) {
  addEventListener("pagehide", () => stream.close(), { once: true });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  return stream;
}

/** Call `act` when nothing was asked for `wait` milliseconds. */
export function later(act, wait) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), wait);
  };
}

document.addEventListener("click", (event) => {
  const asked = event.target.closest("[data-sure]");
  if (asked && !confirm(asked.dataset.sure)) event.preventDefault();
});

// A link to a field puts the cursor into it, and opens what it is folded into.
function focusPlace() {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!place?.matches("input, textarea, select")) return;
  for (let around = place.closest("details"); around; around = around.parentElement.closest("details"))
    around.open = true;
  place.focus();
}
addEventListener("hashchange", focusPlace);
if (location.hash) focusPlace();
