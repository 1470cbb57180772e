// Looks at a list before it is taken in, and searches without putting an address into any link.
import { change, later, say } from "/static/studio.js";

const list = document.getElementById("list");
const search = document.getElementById("search");

async function find() {
  try {
    list.innerHTML = (await change("/people/search", new FormData(search))).html;
  } catch (error) {
    say(error.message, { bad: true });
  }
}

search.addEventListener("input", later(find, 200));
if (search.elements.words.value) find(); // typed before this script was there
search.addEventListener("submit", (event) => {
  event.preventDefault();
  find();
});

document.getElementById("look").addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = document.getElementById("file").files[0];
  const place = document.getElementById("understood");
  place.textContent = "Reading …";
  try {
    const answer = await fetch("/people/look", {
      method: "POST",
      body: file,
      headers: {
        "X-CSRF-Token": document.querySelector("meta[name=csrf]").content,
        Accept: "application/json",
        "Content-Type": "application/octet-stream",
        "X-File-Name": encodeURIComponent(file.name).slice(0, 200),
      },
    });
    const told = await answer.json();
    if (told.error) throw new Error(told.error);
    place.innerHTML = told.html;
    place.querySelector("h3").focus();
  } catch (error) {
    place.textContent = "";
    say(error.message, { bad: true });
  }
});
