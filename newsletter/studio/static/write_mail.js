// The mail beside the writing: redrawn with every version of the issue, in the chosen look.
import { debounce, keepScrollPosition } from "./studio.js";

const DRAW_DELAY_MS = 20;
const BYTES_PER_KB = 1024;
const desk = document.getElementById("desk");
const frame = document.getElementById("mail");
const lookButtons = document.getElementById("looks");

export const issueUrl = `/issues/${encodeURIComponent(desk.dataset.issue)}`;

let fileVersion = desk.dataset.file;
const knownVersions = new Set([fileVersion]);
let shownLook = "desktop";

const drawMail = debounce(() => {
  const path = shownLook === "text" ? "mail.txt?" : `mail.html?look=${shownLook}&`;
  keepScrollPosition(frame);
  frame.contentWindow.location.replace(`${issueUrl}/${path}at=${fileVersion}`);
}, DRAW_DELAY_MS);

/** Note a version that this window saved or has read, and draw its mail. */
export function rememberVersion(version) {
  fileVersion = version;
  knownVersions.add(version);
  drawMail();
}

export function getFileVersion() {
  return fileVersion;
}

export function isKnownVersion(version) {
  return knownVersions.has(version);
}

function showWeight() {
  const bytes = Number(frame.contentDocument?.querySelector("meta[name=weight]")?.content);
  if (!bytes) return;
  const kilobytes = Math.round(bytes / BYTES_PER_KB);
  const sentence = `The mail weighs ${kilobytes} KB of the 102 KB at which Gmail cuts it off.`;
  document.getElementById("weight").textContent = sentence;
}

function chooseLook(event) {
  const button = event.target.closest("button");
  if (!button) return;
  shownLook = button.dataset.look;
  for (const each of lookButtons.children) each.setAttribute("aria-pressed", each === button);
  frame.className = shownLook === "text" ? "plain-text" : shownLook;
  frame.title = `The mail: ${button.textContent}`;
  drawMail();
}

frame.addEventListener("load", showWeight);
showWeight();
lookButtons.addEventListener("click", chooseLook);
