// Asks twice a second whether a file of the issue was saved, and shows the page again if so, at the same place.
const shown = document.body.dataset.state;

async function look() {
  try {
    const answer = await fetch("/state", { cache: "no-store" });
    const { state } = await answer.json();
    if (state !== shown) {
      location.reload();
      return;
    }
  } catch {
    document.getElementById("news").textContent = "The preview was closed. Start it again with “newsletter preview”.";
  }
  setTimeout(look, 500);
}

look();
