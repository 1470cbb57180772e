// Shows how a sending stands while it goes on; closing the page changes nothing.
import { closedWithPage, later } from "/static/studio.js";

const going = document.getElementById("going");
const waiting = document.getElementById("waiting");
const seconds = document.getElementById("seconds");
const when = document.getElementById("when");
const SAID = {
  accepted: "accepted by the server",
  remaining: "not yet sent",
  deferred: "to be tried again",
  refused: "refused",
  unknown: "in doubt",
  suppressed: "left, and not written to",
};
const WINDOW_MS = 20000; // the pace is that of so long

let samples = [];

/** How fast it goes and how long it takes, as a sentence; empty until that can be known. */
function pace(done, left, now) {
  samples = [...samples.filter((each) => now - each.at < WINDOW_MS), { at: now, done }];
  const minutes = (now - samples[0].at) / 60000;
  const went = done - samples[0].done;
  if (minutes < 0.03 || went <= 0 || !left) return "";
  const rate = went / minutes;
  const long = left / rate;
  const time =
    long < 1
      ? "less than a minute"
      : long < 90
        ? `about ${Math.round(long)} minute${Math.round(long) === 1 ? "" : "s"}`
        : `about ${Math.round(long / 60)} hours`;
  return `${Math.round(rate).toLocaleString("en")} a minute, ${time} left.`;
}

/** Say each tenth where screen readers hear it: every mail would be too much. */
function tell(headline, part) {
  const heard = document.getElementById("heard");
  const said = `${headline}, ${Math.floor(part * 10) * 10} percent.`;
  if (heard.textContent !== said) heard.textContent = said;
}

function show(told) {
  const bar = going.querySelector("progress");
  const left = told.remaining + told.deferred;
  if (told.total) {
    bar.max = told.total;
    bar.value = told.total - left;
    const parts = Object.entries(SAID)
      .filter(([name]) => told[name])
      .map(([name, said]) => `${told[name].toLocaleString("en")} ${said}`);
    document.getElementById("numbers").textContent = `${parts.join(", ")}.`;
    document.getElementById("pace").textContent =
      told.why && told.state === "sending" ? told.why : pace(told.total - left, told.remaining, Date.now());
    tell(told.headline, bar.value / bar.max);
  }
  document.getElementById("goes").textContent = told.headline;
  document.getElementById("trouble").textContent = told.trouble || "";
}

const live = waiting || (going && going.dataset.live ? going : null);
if (live) {
  const stream = closedWithPage(new EventSource(`/issues/${encodeURIComponent(live.dataset.issue)}/send/news`));
  stream.onmessage = (event) => {
    const told = JSON.parse(event.data);
    if (going && told.headline) show(told);
    if (told.over || (waiting && !told.waiting)) {
      stream.close();
      location.reload();
    }
  };
  // The answer to a button is a page of its own: to load this one again meanwhile would lose what that one says.
  addEventListener("submit", (event) => {
    if (!event.defaultPrevented) stream.close();
  });
}

if (seconds) {
  const until = Date.now() + 1000 * Number(seconds.dataset.seconds);
  const tick = () => {
    const left = Math.max(0, Math.round((until - Date.now()) / 1000));
    seconds.textContent = left > 1 ? `${left} seconds` : "a moment";
    if (left) setTimeout(tick, 500);
  };
  tick();
}

let asked = 0;

/** The sentence follows the day and time that are chosen. */
async function choose() {
  const mine = ++asked;
  const chosen = new FormData(when);
  const isLater = chosen.get("when") === "later";
  const confirm = document.getElementById("confirm");
  const button = confirm.querySelector("button");
  document.getElementById("later").hidden = !isLater;
  for (const name of ["when", "day", "time"]) confirm.elements[name].value = chosen.get(name);
  const query = isLater ? `?${new URLSearchParams({ day: chosen.get("day") || "-", time: chosen.get("time") })}` : "";
  const told = await (await fetch(when.dataset.at + query)).json();
  if (mine !== asked) return; // an answer about what was chosen before came late
  document.getElementById("sentence").textContent = told.wrong_time || told.sentence;
  button.disabled = Boolean(told.wrong_time);
  document.getElementById("then").textContent = isLater
    ? "Keep this computer on at that time. You may close the page and the studio."
    : when.dataset.undo;
}

if (when) {
  when.classList.add("live");
  when.dataset.undo = `You have ${when.dataset.seconds} seconds to undo.`;
  document.getElementById("later").hidden = new FormData(when).get("when") !== "later";
  when.addEventListener("input", later(choose, 150));
  when.addEventListener("submit", (event) => event.preventDefault());
}
