// Shows each source's answer as it comes.
import { change, closedWithPage, say } from "/static/studio.js";

const form = document.getElementById("collect");
const bar = document.getElementById("progress");

function row(name) {
  return [...document.querySelectorAll("[data-source]")].find((each) => each.dataset.source === name);
}

function hear(told, stream) {
  if (told.waiting) {
    bar.max = told.waiting.length;
    bar.value = 0;
    bar.hidden = false;
    for (const name of told.waiting) row(name).querySelector(".outcome").textContent = "Asking …";
  }
  if (told.name) {
    const shown = row(told.name);
    shown.className = told.state === "broken" ? "bad" : "";
    shown.querySelector(".outcome").textContent = told.said;
    shown.querySelector(".again").hidden = told.state !== "broken";
    bar.value += 1;
  }
  if (told.error) say(told.error, { bad: true });
  if (told.done) document.getElementById("over").textContent = told.said;
  if (told.over) {
    stream.close();
    bar.hidden = true;
    pressed(false);
  }
}

function pressed(isGoing) {
  for (const button of document.querySelectorAll("#collect button, .again button")) button.disabled = isGoing;
}

function listen() {
  pressed(true);
  document.getElementById("over").textContent = "";
  const stream = closedWithPage(new EventSource("/collect/news"));
  stream.onmessage = (event) => hear(JSON.parse(event.data), stream);
}

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const told = await change("/collect", new FormData(event.target));
    if (!told.began) say("The sources are being asked already; wait until that is done.");
    listen();
  } catch (error) {
    say(error.message, { bad: true });
  }
});

if (form && form.dataset.running) listen();
