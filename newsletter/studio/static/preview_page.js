// Reloads the mail, at the same place, whenever anybody saves the issue or the glossary.
import { closeWithPage, keepScrollPosition } from "./studio.js";

const overview = document.getElementById("around");
const issueUrl = `/issues/${encodeURIComponent(overview.dataset.issue)}`;
let stream = null;

function followChanges() {
  stream?.close();
  if (document.hidden) return;
  stream = closeWithPage(new EventSource(`${issueUrl}/news?seen=${overview.dataset.file}`));
  stream.onmessage = (event) => {
    if (JSON.parse(event.data).file) refreshPreview();
  };
}

async function refreshPreview() {
  const response = await fetch(location.href);
  if (!response.ok) return; // the file cannot be read at this moment; what was shown stays
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  refreshOverview(page.getElementById("around"));
  const plainText = document.querySelector("pre.plain");
  if (plainText) plainText.textContent = page.querySelector("pre.plain").textContent;
  const frame = document.querySelector("iframe");
  if (!frame) return;
  keepScrollPosition(frame);
  frame.contentWindow.location.reload();
}

function refreshOverview(fresh) {
  overview.dataset.file = fresh.dataset.file;
  overview.replaceChildren(...fresh.children);
}

document.addEventListener("visibilitychange", followChanges);
followChanges();
