// Setup while one types: sections by keys, sources tried, the server asked, the look drawn. Nothing is saved but by its button.
import { change, later, say } from "/static/studio.js";

document.querySelectorAll(".quiet").forEach((each) => {
  each.hidden = true;
});

// Sections: the list comes back in its new order, and the focus stays where it was.
const list = document.getElementById("section-list");

async function move(form, by) {
  const name = form.elements.name.value;
  const wasIn = document.activeElement?.id || "";
  const body = new FormData(form);
  body.set("by", by);
  try {
    const told = await change("/setup/sections/move", body);
    const typed = [...list.querySelectorAll("input[id], textarea")].filter((each) => each.value !== each.defaultValue);
    const shown = new Map(typed.map((each) => [each.id, each.form.elements[`was-${each.name}`].value]));
    const open = [...list.querySelectorAll("details[open]")].map((each) => each.closest("li").dataset.section);
    list.innerHTML = told.html;
    for (const each of typed) {
      // not saved yet, and not lost
      const field = document.getElementById(each.id);
      if (!field) continue; // its section was taken out elsewhere
      field.value = each.value;
      field.form.elements[`was-${each.name}`].value = shown.get(each.id);
    }
    for (const each of open)
      list.querySelector(`[data-section="${CSS.escape(each)}"] details`)?.setAttribute("open", "");
    const row = list.querySelector(`[data-section="${CSS.escape(name)}"]`);
    (document.getElementById(wasIn) || row.querySelector(`button[value=${by}]`)).focus();
    row.scrollIntoView({ block: "nearest" });
    say(told.said);
  } catch (error) {
    say(error.message, { bad: true });
  }
}

list?.addEventListener("submit", (event) => {
  if (event.submitter?.name !== "by") return;
  event.preventDefault();
  move(event.target, event.submitter.value);
});
list?.addEventListener("keydown", (event) => {
  const form = event.target.closest("form");
  if (!form || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  move(form, event.key === "ArrowUp" ? "up" : "down");
});

// A source is asked when nothing was typed for a moment, and not again for the same words.
const source = document.getElementById("new-source");
if (source) {
  const tried = document.getElementById("tried");
  const { kind, where, name } = source.elements;
  let asked = "",
    number = 0,
    named = name.value;
  name.addEventListener("input", () => {
    named = name.value;
  });
  const ask = async ({ at = "/setup/source/look" } = {}) => {
    const words = where.value.trim();
    if (words.length < 3 || asked === kind.value + words) return;
    asked = kind.value + words;
    const mine = ++number;
    tried.innerHTML = "<p>Looking …</p>";
    const body = new FormData(source);
    if (!name.value) body.set("name", "one more");
    try {
      const told = await change(at, body);
      if (mine !== number) return;
      tried.innerHTML = told.html;
      if (!kind.value && tried.querySelector(".good")) {
        kind.value = told.kind;
        asked = kind.value + words;
      }
      if (!named && tried.querySelector(".good")) name.value = proposed(words);
    } catch (error) {
      if (mine === number)
        tried.replaceChildren(
          Object.assign(document.createElement("p"), { textContent: error.message, className: "bad" }),
        );
    }
  };
  const soon = later(() => ask(), 700);
  where.addEventListener("input", soon);
  if (where.value !== where.defaultValue) ask(); // somebody may have typed before this script was there
  kind.addEventListener("change", soon);
  document.querySelector("a.onward")?.addEventListener("click", (event) => {
    if (where.value.trim() && !confirm("The source that you typed is not added yet. Go on without it?"))
      event.preventDefault();
  });
  source.addEventListener("submit", (event) => {
    const pressed = event.submitter;
    const at = new URL(pressed?.formAction || source.action).pathname;
    if (!["/setup/source/look", "/setup/source/allow"].includes(at)) return;
    event.preventDefault();
    asked = "";
    ask({ at }).then(() => {
      if (!pressed.isConnected) name.focus();
    }); // it went with the question that it answers
  });
}

function proposed(words) {
  try {
    return new URL(words).hostname.replace(/^www\./, "");
  } catch {
    return words.split("/").pop();
  }
}

// The mail server is asked, and the answer stands below the button.
const server = document.getElementById("server");
if (server) {
  const tested = document.getElementById("tested");
  const usual = { starttls: "587", tls: "465" };
  server.elements.security.addEventListener("change", () => {
    const { port, security } = server.elements;
    if (Object.values(usual).includes(port.value) || !port.value) port.value = usual[security.value] || port.value;
  });
  server.addEventListener("submit", async (event) => {
    if (!event.submitter?.formAction.endsWith("/test")) return;
    event.preventDefault();
    event.submitter.disabled = true;
    tested.innerHTML = "<p>Asking the server …</p>";
    try {
      tested.innerHTML = (await change("/setup/delivery/test", new FormData(server))).html;
    } catch (error) {
      tested.replaceChildren(
        Object.assign(document.createElement("p"), { textContent: error.message, className: "bad" }),
      );
    }
    event.submitter.disabled = false;
    event.submitter.focus();
  });
}

// The look: drawn again a moment after each change; one drawing at a time, and the last wish wins.
const dress = document.getElementById("look-form");
if (dress) {
  const frame = document.getElementById("dress");
  const said = document.getElementById("dressed");
  let drawing = false,
    again = false;
  const draw = async () => {
    if (drawing) {
      again = true;
      return;
    }
    drawing = true;
    try {
      const told = await change("/setup/theme/look", new FormData(dress));
      const at = frame.contentWindow?.scrollY || 0;
      frame.addEventListener("load", () => frame.contentWindow?.scrollTo(0, at), { once: true });
      frame.contentWindow.location.replace(`/setup/theme/mail.html?shown=${told.shown}`);
      if (said.innerHTML !== told.html) said.innerHTML = told.html;
    } catch (error) {
      said.replaceChildren(
        Object.assign(document.createElement("p"), { textContent: error.message, className: "bad" }),
      );
    }
    drawing = false;
    if (again) {
      again = false;
      draw();
    }
  };
  dress.addEventListener("input", later(draw, 60));
  const isTyped = [...dress.querySelectorAll("input")].some((each) => each.value !== each.defaultValue);
  if ("now" in dress.dataset || isTyped) draw();
  else dress.addEventListener("focusin", draw, { once: true });
}

// newsletter.toml may be changed in another window, or by hand: that is told, and what is typed here stays.
const changed = document.getElementById("changed");
const LOOK_MS = 3000;

async function look() {
  if (document.hidden) return;
  const answer = await fetch("/setup/version", { headers: { Accept: "application/json" } }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!told || changed.dataset.told === (told.error ?? told.version)) return;
  changed.dataset.told = told.error ?? told.version;
  changed.replaceChildren();
  if (told.version === changed.dataset.version) return;
  const box = Object.assign(document.createElement("div"), { className: told.error ? "panel bad" : "panel next" });
  const said =
    told.error ||
    "newsletter.toml was changed in another window or program. What you type here is not lost: a field that was changed in both is asked about when you save.";
  box.append(Object.assign(document.createElement("p"), { textContent: said }));
  if (!told.error) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Show it" });
    button.addEventListener("click", () => location.reload());
    box.append(button);
  }
  changed.append(box);
}
setInterval(look, LOOK_MS);
document.addEventListener("visibilitychange", look);

// Where this browser is, for a newsletter that has just begun.
const zone = document.querySelector("[data-here]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (
  zone &&
  zone.value === zone.defaultValue &&
  [...document.querySelectorAll("#zones option")].some((each) => each.value === here)
)
  zone.value = here;
