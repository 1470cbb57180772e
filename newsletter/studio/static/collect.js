// Shows each source's answer as it arrives.
import { closeWithPage, postChange, showError, showNotice } from "./studio.js";

const collectForm = document.getElementById("collect");
const progressBar = document.getElementById("progress");
const summary = document.getElementById("over");

function findSourceRow(name) {
  return [...document.querySelectorAll("[data-source]")].find((row) => row.dataset.source === name);
}

function showWaitingSources(names) {
  progressBar.max = names.length;
  progressBar.value = 0;
  progressBar.hidden = false;
  for (const name of names) findSourceRow(name).querySelector(".outcome").textContent = "Asking …";
}

function showOutcome({ name, state, said }) {
  const isBroken = state === "broken";
  const row = findSourceRow(name);
  row.className = isBroken ? "bad" : "";
  row.querySelector(".outcome").textContent = said;
  row.querySelector(".again").hidden = !isBroken;
  progressBar.value += 1;
}

function handleNews(news, stream) {
  if (news.waiting) showWaitingSources(news.waiting);
  if (news.name) showOutcome(news);
  if (news.error) showNotice(news.error, { isError: true });
  if (news.done) summary.textContent = news.said;
  if (news.over) {
    stream.close();
    progressBar.hidden = true;
    disableButtons(false);
  }
}

function disableButtons(isDisabled) {
  for (const button of document.querySelectorAll("#collect button, .again button")) button.disabled = isDisabled;
}

function followCollection() {
  disableButtons(true);
  summary.textContent = "";
  const stream = closeWithPage(new EventSource("/collect/news"));
  stream.onmessage = (event) => handleNews(JSON.parse(event.data), stream);
}

async function startCollection(event) {
  event.preventDefault();
  try {
    const answer = await postChange("/collect", new FormData(event.target));
    if (!answer.began) showNotice("The sources are being asked already; wait until that is done.");
    followCollection();
  } catch (error) {
    showError(error);
  }
}

document.addEventListener("submit", startCollection);
if (collectForm?.dataset.running) followCollection();
