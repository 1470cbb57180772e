// Previews a list before it is imported, and searches people without putting an address into any URL.
import { debounce, postChange, postFile, showError } from "./studio.js";

const SEARCH_DELAY_MS = 200;
const SENT_NAME_LENGTH = 200;
const peopleList = document.getElementById("list");
const searchForm = document.getElementById("search");

async function searchPeople() {
  try {
    const answer = await postChange("/people/search", new FormData(searchForm));
    peopleList.innerHTML = answer.html;
  } catch (error) {
    showError(error);
  }
}

async function previewImport(event) {
  event.preventDefault();
  const [file] = document.getElementById("file").files;
  const preview = document.getElementById("understood");
  preview.textContent = "Reading …";
  try {
    const name = encodeURIComponent(file.name).slice(0, SENT_NAME_LENGTH);
    const answer = await postFile("/people/look", file, { "X-File-Name": name });
    preview.innerHTML = answer.html;
    preview.querySelector("h3").focus();
  } catch (error) {
    preview.textContent = "";
    showError(error);
  }
}

searchForm.addEventListener("input", debounce(searchPeople, SEARCH_DELAY_MS));
if (searchForm.elements.words.value) searchPeople(); // typed before this script had loaded
searchForm.addEventListener("submit", (event) => {
  event.preventDefault();
  searchPeople();
});
document.getElementById("look").addEventListener("submit", previewImport);
