// The glossary: saved as one types, and filled in from a hint with one press.
import { change, later, say } from "/static/studio.js";
import { base, collided, refresh, remember } from "/static/write.js";

const adding = document.getElementById("new-term");
const list = document.getElementById("terms");
const saved = document.getElementById("saved");
const WAIT_MS = 400;
let back = null;

document.addEventListener("unexplained", (event) => {
  back = event.detail.back;
  adding.elements.term.value = event.detail.term;
  adding.elements.meaning.value = "";
  adding.scrollIntoView({ block: "center" });
  adding.elements.meaning.focus();
});

adding.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(adding));
  try {
    const told = await change(`${base}/glossary`, fields);
    if (told.conflict) {
      say(`“${fields.term}” is in the glossary already. It says: ${told.text}`, { bad: true });
      return;
    }
    remember(told.file);
    await relist();
    adding.reset();
    say(`“${fields.term}” is in the glossary now.`);
    (back || adding.elements.term).focus();
    back = null;
  } catch (error) {
    say(error.message, { bad: true });
  }
});

/** The rows as the server draws them; those that are being written in stay. */
async function relist() {
  refresh();
  const page = new DOMParser().parseFromString(await (await fetch(`${base}/write`)).text(), "text/html");
  const kept = new Map(
    [...list.children]
      .filter((row) => isDirty(row) || row.contains(document.activeElement))
      .map((row) => [row.elements.was.value, row]),
  );
  list.replaceChildren(
    ...[...page.getElementById("terms").children].map((row) => kept.get(row.elements.was.value) || row),
  );
  list.parentElement.hidden = list.children.length === 0;
  document.getElementById("terms-count").textContent = list.children.length;
  for (const row of list.children) equip(row);
}

document.addEventListener("glossary", (event) => {
  const there = JSON.stringify(event.detail.map((row) => [row.term, row.version]));
  const here = JSON.stringify([...list.children].map((row) => [row.elements.was.value, row.elements.seen.value]));
  if (there !== here) relist();
});

function isDirty(row) {
  const { was, term, meaning } = row.elements;
  return term.value !== was.value || meaning.value !== (row.dataset.saved ?? meaning.defaultValue);
}

function equip(row) {
  if (row.dataset.saved !== undefined) return;
  row.dataset.saved = row.elements.meaning.defaultValue;
  row.querySelector(".quiet").hidden = true;
  const keep = () => save(row);
  row.elements.meaning.addEventListener("input", later(keep, WAIT_MS));
  row.addEventListener("focusout", keep); // a word is renamed when it is whole, not letter by letter
}

async function save(row) {
  if (!isDirty(row) || row.asks || !row.checkValidity() || !row.isConnected) return;
  if (row.saving) {
    row.again = true;
    return;
  }
  row.saving = true;
  const { was, term, meaning, seen } = row.elements;
  const [name, text] = [document.activeElement === term ? was.value : term.value, meaning.value];
  if (name === was.value && text === row.dataset.saved) {
    row.saving = false;
    return;
  }
  saved.textContent = "Saving …";
  try {
    const told = await change(`${base}/glossary`, { was: was.value, term: name, meaning: text, seen: seen.value });
    if (told.conflict) {
      collide(row, told);
      return;
    }
    was.value = name;
    row.dataset.saved = text;
    seen.value = told.version;
    row.querySelector("[formaction]").ariaLabel = `Remove: ${name}`;
    remember(told.file);
    refresh();
    saved.textContent = "Saved.";
  } catch (error) {
    saved.textContent = `Not saved: ${error.message}`;
  } finally {
    row.saving = false;
    if (row.again) {
      row.again = false;
      save(row);
    }
  }
}

/** Which meaning is to stand: until that is said, nothing of the row is saved. Theirs may be that it is out. */
function collide(row, told) {
  const { term, meaning, seen } = row.elements;
  const settle = () => {
    row.dataset.saved = told.text;
    seen.value = told.version;
    meaning.focus();
    row.querySelector(".conflict").remove();
    row.asks = false; // last: the focus that leaves the box would save
  };
  row.asks = true;
  collided(
    meaning,
    told.text,
    () => {
      settle();
      save(row);
    },
    () => {
      settle();
      term.value = row.elements.was.value;
      meaning.value = told.text;
      saved.textContent = "Saved.";
      if (told.text) return;
      row.remove();
      adding.elements.term.focus();
    },
  );
}

list.addEventListener("submit", async (event) => {
  event.preventDefault();
  const row = event.target;
  if (!event.submitter?.hasAttribute("formaction")) {
    save(row);
    return;
  }
  try {
    const told = await change(`${base}/glossary/remove`, {
      was: row.elements.was.value,
      seen: row.elements.seen.value,
    });
    if (told.conflict) {
      row.elements.meaning.value = row.dataset.saved = told.meaning;
      row.elements.seen.value = told.version;
      say(
        `“${told.term}” was changed elsewhere meanwhile: its new meaning stands here now. Press Remove again to take it out.`,
        { bad: true },
      );
      return;
    }
    const next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    remember(told.file);
    document.getElementById("terms-count").textContent = list.children.length;
    refresh();
    say(told.said, { undo: () => putBack(told) });
    (next?.querySelector("[formaction]") || adding.elements.term).focus();
  } catch (error) {
    say(error.message, { bad: true });
  }
});

async function putBack(gone) {
  try {
    const told = await change(`${base}/glossary`, { term: gone.term, meaning: gone.meaning });
    remember(told.file);
    await relist();
    say("Undone.");
  } catch (error) {
    say(error.message, { bad: true });
  }
}

for (const row of list.children) equip(row);
