// Shows how a sending progresses; closing the page changes nothing about it.
import { closeWithPage, debounce } from "./studio.js";

const COUNT_LABELS = {
  accepted: "accepted by the server",
  remaining: "not yet sent",
  deferred: "to be tried again",
  refused: "refused",
  unknown: "in doubt",
  suppressed: "left, and not written to",
};
const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const PACE_WINDOW_MS = 20_000;
const MIN_PACE_MINUTES = 0.03; // from less time than this, the pace would be a guess
const MAX_SHOWN_MINUTES = 90;
const COUNTDOWN_MS = 500;
const SCHEDULE_DELAY_MS = 150;

const progressPanel = document.getElementById("going");
const planPanel = document.getElementById("waiting");
const countdown = document.getElementById("seconds");
const scheduleForm = document.getElementById("when");

let paceSamples = [];

/** Describe the pace and the time left as a sentence; empty until the pace is known. */
function describePace(done, left, now) {
  paceSamples = [...paceSamples.filter((sample) => now - sample.at < PACE_WINDOW_MS), { at: now, done }];
  const minutes = (now - paceSamples[0].at) / MINUTE_MS;
  const doneSince = done - paceSamples[0].done;
  if (minutes < MIN_PACE_MINUTES || doneSince <= 0 || !left) return "";
  const perMinute = doneSince / minutes;
  return `${Math.round(perMinute).toLocaleString("en")} a minute, ${describeMinutes(left / perMinute)} left.`;
}

function describeMinutes(minutes) {
  if (minutes < 1) return "less than a minute";
  if (minutes >= MAX_SHOWN_MINUTES) return `about ${Math.round(minutes / 60)} hours`;
  const rounded = Math.round(minutes);
  return `about ${rounded} minute${rounded === 1 ? "" : "s"}`;
}

/** Announce every tenth only: a screen reader that read out every mail would be no use. */
function announceProgress(headline, share) {
  const liveRegion = document.getElementById("heard");
  const sentence = `${headline}, ${Math.floor(share * 10) * 10} percent.`;
  if (liveRegion.textContent !== sentence) liveRegion.textContent = sentence;
}

function describeCounts(news) {
  const counts = Object.entries(COUNT_LABELS)
    .filter(([name]) => news[name])
    .map(([name, label]) => `${news[name].toLocaleString("en")} ${label}`);
  return `${counts.join(", ")}.`;
}

function showCounts(news) {
  const progressBar = progressPanel.querySelector("progress");
  const done = news.total - news.remaining - news.deferred;
  progressBar.max = news.total;
  progressBar.value = done;
  document.getElementById("numbers").textContent = describeCounts(news);
  const isHeldUp = news.why && news.state === "sending";
  document.getElementById("pace").textContent = isHeldUp ? news.why : describePace(done, news.remaining, Date.now());
  announceProgress(news.headline, progressBar.value / progressBar.max);
}

function showProgress(news) {
  if (news.total) showCounts(news);
  document.getElementById("goes").textContent = news.headline;
  document.getElementById("trouble").textContent = news.trouble || "";
}

function followSending(issue) {
  const stream = closeWithPage(new EventSource(`/issues/${encodeURIComponent(issue)}/send/news`));
  stream.onmessage = (event) => {
    const news = JSON.parse(event.data);
    if (progressPanel && news.headline) showProgress(news);
    if (news.over || (planPanel && !news.waiting)) {
      stream.close();
      location.reload();
    }
  };
  // The answer to a button is a page of its own; reloading this one meanwhile would lose what that one says.
  addEventListener("submit", (event) => {
    if (!event.defaultPrevented) stream.close();
  });
}

function startCountdown() {
  const end = Date.now() + Number(countdown.dataset.seconds) * SECOND_MS;
  const showSecondsLeft = () => {
    const left = Math.max(0, Math.round((end - Date.now()) / SECOND_MS));
    countdown.textContent = left > 1 ? `${left} seconds` : "a moment";
    if (left) setTimeout(showSecondsLeft, COUNTDOWN_MS);
  };
  showSecondsLeft();
}

function isLaterChosen() {
  return new FormData(scheduleForm).get("when") === "later";
}

let scheduleRequests = 0;

/** Make the sentence and the confirmation say the day and time that are chosen. */
async function showSchedule() {
  scheduleRequests += 1;
  const request = scheduleRequests;
  const chosen = new FormData(scheduleForm);
  const isLater = isLaterChosen();
  const confirmForm = document.getElementById("confirm");
  document.getElementById("later").hidden = !isLater;
  for (const name of ["when", "day", "time"]) confirmForm.elements[name].value = chosen.get(name);
  const time = new URLSearchParams({ day: chosen.get("day") || "-", time: chosen.get("time") });
  const response = await fetch(scheduleForm.dataset.at + (isLater ? `?${time}` : ""));
  const answer = await response.json();
  if (request !== scheduleRequests) return; // a late answer about an earlier choice
  document.getElementById("sentence").textContent = answer.wrong_time || answer.sentence;
  confirmForm.querySelector("button").disabled = Boolean(answer.wrong_time);
  document.getElementById("then").textContent = isLater
    ? "Keep this computer on at that time. You may close the page and the studio."
    : `You have ${scheduleForm.dataset.seconds} seconds to undo.`;
}

function setUpSchedule() {
  scheduleForm.classList.add("live");
  document.getElementById("later").hidden = !isLaterChosen();
  scheduleForm.addEventListener("input", debounce(showSchedule, SCHEDULE_DELAY_MS));
  scheduleForm.addEventListener("submit", (event) => event.preventDefault());
}

const livePanel = planPanel || (progressPanel?.dataset.live ? progressPanel : null);
if (livePanel) followSending(livePanel.dataset.issue);
if (countdown) startCountdown();
if (scheduleForm) setUpSchedule();
