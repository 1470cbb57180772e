// Shows the mail again, at the same place, whenever the issue or the glossary is saved, by whomever.
import { closedWithPage } from "/static/studio.js";

const around = document.getElementById("around");
const base = `/issues/${encodeURIComponent(around.dataset.issue)}`;
let stream;

function listen() {
  stream?.close();
  if (document.hidden) return;
  stream = closedWithPage(new EventSource(`${base}/news?seen=${around.dataset.file}`));
  stream.onmessage = (event) => {
    if (JSON.parse(event.data).file) show();
  };
}

async function show() {
  const answer = await fetch(location.href);
  if (!answer.ok) return; // the file cannot be read at this moment; what was shown stays
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = now.getElementById("around");
  around.dataset.file = fresh.dataset.file;
  around.replaceChildren(...fresh.children);
  const plain = document.querySelector("pre.plain");
  if (plain) plain.textContent = now.querySelector("pre.plain").textContent;
  const frame = document.querySelector("iframe");
  if (!frame) return;
  const at = frame.contentWindow?.scrollY || 0;
  frame.addEventListener("load", () => frame.contentWindow?.scrollTo(0, at), { once: true });
  frame.contentWindow.location.reload();
}

document.addEventListener("visibilitychange", listen);
listen();
