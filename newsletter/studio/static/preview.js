// Asks twice a second whether a file of the issue was saved, and then reloads; browsers keep the scroll position.
const POLL_MS = 500;
const shownState = document.body.dataset.state;

async function reloadWhenSaved() {
  try {
    const response = await fetch("/state", { cache: "no-store" });
    const { state } = await response.json();
    if (state !== shownState) {
      location.reload();
      return;
    }
  } catch {
    const message = "The preview was closed. Start it again with “newsletter preview”.";
    document.getElementById("news").textContent = message;
  }
  setTimeout(reloadWhenSaved, POLL_MS);
}

reloadWhenSaved();
