// The cards on Choose: which are shown, how many there are in each place, and which are selected.
import { createButton, createElement, fetchJson, showError } from "./studio.js";

const CARDS_PER_FRAME = 6; // laying out more of them takes longer than a frame may
const PREFETCH_MARGIN = "1500px";

export const pool = document.getElementById("pool");
export const bulkForm = document.getElementById("bulk");
const filterForm = document.getElementById("filter");
const arrivalsRegion = document.getElementById("arrived");

export function listCards() {
  return [...pool.querySelectorAll(".card")];
}

export function findCard(key) {
  return pool.querySelector(`.card[data-key="${CSS.escape(key)}"]`);
}

export function parseHtml(html) {
  return createElement("template", { innerHTML: html }).content;
}

/** Move the focus to the control of a redrawn card that does what the focused one did, or else to its first button. */
export function focusSameControl(card, focused) {
  const controls = [...card.querySelectorAll("button, select, input")];
  const sameControl = controls.find((control) => control.ariaLabel === focused.ariaLabel);
  (sameControl || card.querySelector(".decide button")).focus({ preventScroll: true });
}

function readFilter() {
  return new URLSearchParams(new FormData(filterForm));
}

async function fetchCards(query) {
  const answer = await fetchJson(`/choose/cards?${query}`);
  if (answer.error) throw new Error(answer.error);
  return answer;
}

let isRefreshing = false;
let mustRefreshAgain = false;

/** Show the cards that the filter asks for. While an answer is on its way, only the latest request counts. */
export async function refreshCards() {
  if (isRefreshing) {
    mustRefreshAgain = true;
    return;
  }
  isRefreshing = true;
  const query = readFilter();
  try {
    showPool(await fetchCards(query), query);
  } catch (error) {
    showError(error);
  }
  isRefreshing = false;
  if (mustRefreshAgain) {
    mustRefreshAgain = false;
    refreshCards();
  }
}

function showPool(answer, query) {
  const focused = pool.contains(document.activeElement) ? document.activeElement : null;
  const focusedKey = focused?.closest(".card")?.dataset.key;
  pool.innerHTML = answer.html;
  const card = focusedKey && findCard(focusedKey);
  if (card) focusSameControl(card, focused);
  document.getElementById("count").textContent = answer.count === 1 ? "1 entry" : `${answer.count} entries`;
  history.replaceState(null, "", `/choose?${query}`);
  showCounts(answer.counts);
  showSelection();
  watchMoreLink();
}

const moreLinkObserver = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) if (entry.isIntersecting) loadMoreCards(entry.target);
  },
  { rootMargin: PREFETCH_MARGIN },
);

export function watchMoreLink() {
  moreLinkObserver.disconnect();
  const link = document.getElementById("more");
  if (link) moreLinkObserver.observe(link);
}

export async function loadMoreCards(link) {
  if (link.dataset.asked) return;
  link.dataset.asked = "yes";
  const hadFocus = link === document.activeElement;
  const query = readFilter();
  query.set("from", link.dataset.from);
  try {
    const { html } = await fetchCards(query);
    // A list that was replaced meanwhile has a link of its own.
    if (link.isConnected) await appendCards(parseHtml(html), link.closest(".more"), hadFocus);
  } catch (error) {
    showError(error);
    delete link.dataset.asked;
  }
}

/** Put the groups of cards and the next link where the pressed link stands. */
async function appendCards(content, place, hadFocus) {
  const firstCard = content.querySelector(".card");
  for (const group of content.querySelectorAll(".group")) {
    const isStillShown = await appendGroup(group, place);
    if (!isStillShown) return;
  }
  place.replaceWith(...content.querySelectorAll(".more"));
  if (hadFocus) firstCard?.querySelector("input").focus();
  watchMoreLink();
}

/** Add the cards of a group before `place`, a few per frame; returns whether the list is still the same afterwards. */
async function appendGroup(group, place) {
  const cards = [...group.querySelectorAll(".card")];
  const lastGroup = place.previousElementSibling;
  const isContinued = lastGroup?.dataset.section === group.dataset.section;
  if (!isContinued) {
    for (const card of cards) card.remove();
    place.before(group);
  }
  const target = isContinued ? lastGroup : group;
  for (let start = 0; start < cards.length; start += CARDS_PER_FRAME) {
    if (!place.isConnected) return false;
    target.append(...cards.slice(start, start + CARDS_PER_FRAME));
    await waitForFrame();
  }
  return place.isConnected;
}

function waitForFrame() {
  return new Promise(requestAnimationFrame);
}

export function showSelection() {
  const count = pool.querySelectorAll("input[form=bulk]:checked").length;
  document.getElementById("selected").textContent = count ? `${count} selected` : "None selected";
  bulkForm.classList.toggle("active", count > 0);
}

let shownNewCount = Number(filterForm.querySelector("[data-count=new]").textContent);

export function showCounts(counts) {
  if (!counts) return;
  for (const [place, count] of Object.entries(counts)) {
    for (const element of document.querySelectorAll(`[data-count="${place}"]`)) element.textContent = count;
  }
  shownNewCount = counts.new;
  arrivalsRegion.replaceChildren();
}

/** Look for new arrivals; they wait until somebody asks for them, so that no card moves while it is being read. */
export async function checkArrivals() {
  if (document.hidden || isRefreshing) return;
  const counts = await fetchJson("/choose/counts").catch(() => null);
  if (!counts || counts.error) return;
  if (counts.new < shownNewCount) shownNewCount = counts.new;
  if (counts.new > shownNewCount) offerArrivals(counts.new - shownNewCount);
}

function offerArrivals(count) {
  if (arrivalsRegion.dataset.some === String(count) && arrivalsRegion.firstChild) return;
  arrivalsRegion.dataset.some = count;
  const line = createElement("p", { className: "panel next", textContent: `${count} new ` });
  line.append(createButton("Show", showArrivals));
  arrivalsRegion.replaceChildren(line);
}

function showArrivals() {
  filterForm.querySelector("[name=place][value=new]").checked = true;
  filterForm.elements.words.value = "";
  filterForm.elements.section.value = "";
  filterForm.elements.late.checked = false;
  refreshCards();
  document.getElementById("main").focus();
}
