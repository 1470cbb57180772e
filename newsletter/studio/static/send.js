// Shows how a sending stands while it goes on; closing the page changes nothing.
import { closedWithPage } from "/static/studio.js";

const going = document.getElementById("going");
const seconds = document.getElementById("seconds");
const SAID = {
  accepted: "accepted by the server", remaining: "not yet sent", deferred: "to be tried again", refused: "refused",
  unknown: "in doubt", suppressed: "left, and not written to",
};

function show(told, waited) {
  const bar = going.querySelector("progress");
  if (told.total) {
    bar.max = told.total;
    bar.value = told.total - told.remaining - told.deferred;
    const parts = Object.entries(SAID).filter(([name]) => told[name]).map(([name, said]) => `${told[name]} ${said}`);
    document.getElementById("numbers").textContent = `${parts.join(", ")}.`;
    document.getElementById("goes").textContent = { sending: "On its way", paused: "Paused", done: "Sent" }[told.state] || "Beginning";
  }
  document.getElementById("trouble").textContent = told.trouble || "";
  return waited && !told.waiting;
}

if (going && going.dataset.live) {
  const waits = Boolean(seconds);
  const stream = closedWithPage(new EventSource(`/issues/${encodeURIComponent(going.dataset.issue)}/send/news`));
  stream.onmessage = (event) => {
    const told = JSON.parse(event.data);
    const began = show(told, waits);
    if (told.over || began) { stream.close(); location.reload(); }
  };
}
if (seconds) {
  const until = Date.now() + 1000 * Number(seconds.dataset.seconds);
  const tick = () => {
    const left = Math.max(0, Math.round((until - Date.now()) / 1000));
    seconds.textContent = left ? `${left} seconds` : "a moment";
    if (left) setTimeout(tick, 500);
  };
  tick();
}
