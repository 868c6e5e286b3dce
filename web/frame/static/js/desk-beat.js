// The heartbeat: every ten seconds, and once a minute while the page is hidden, the desk asks how its claim stands, and says so. It
// renews nothing; once the claim is over there is nothing more to ask. An empty desk asks every few seconds whether anything came, and shows
// it at once, as long as somebody is there. While the caller wraps up, the floor is told so, and the next customer is claimed ahead and named
// in the foot.
import { ask, now, tell } from "./desk-net.js";
import { heardNotices } from "./desk-notices.js";
import { refresh } from "./desk-send.js";

const every = 10_000;
const everyHidden = 55_000; // browsers let hidden pages do something once a minute
const everyEmpty = 3000;
const everyAnew = 30_000; // what keeps callbacks is shown anew, though nothing came
const gone = 60 * 60_000; // after which nobody is there: a page that asks would keep the login for ever

const everyNext = 60_000; // the next one is kept for 90 seconds

let last = 0;
let asked = 0; // when the next one was claimed ahead; 0 until the caller wraps up
let moved = Date.now();
let shown = 0; // when an empty desk was shown
let wrapsUp = false;

const theForm = () => document.querySelector("[data-outcome]");

// offerWayOut offers to put the callback off, where a newer contact of the customer is why it is not made.
export function offerWayOut(reason) {
  const box = document.getElementById("desk-way-out");
  if (box) box.hidden = reason !== "newer_contact";
}

export async function beat() {
  const form = theForm();
  if (!form || form.dataset.over) return;
  last = Date.now();
  try {
    const pulse = await (await ask(form.dataset.beat + (wrapsUp ? "&wrap_up=1" : ""))).json();
    heardNotices(pulse.notices);
    if (form !== theForm() || form.getAttribute("aria-busy")) return;
    tell("beat", pulse.text);
    const dial = document.querySelector("[data-dial]");
    if (dial) dial.hidden = !pulse.dial;
    offerWayOut(pulse.reason);
    if (!pulse.lost && !pulse.lapsed) document.querySelector("[data-lease]").textContent = pulse.lease;
    if (pulse.lapsed) form.dataset.lapsed = "true";
    else delete form.dataset.lapsed;
    if (pulse.lost) form.dataset.over = "true";
  } catch (problem) {
    if (form === theForm() && problem.status && !problem.passing) tell("beat", problem.message);
  }
}

async function claimAhead() {
  const form = theForm();
  const box = document.querySelector("[data-next]");
  if (!form || !box || form.getAttribute("aria-busy")) return;
  asked = Date.now();
  try {
    const { next } = await (await ask("/desk/next", { body: "" })).json();
    if (form !== theForm()) return;
    box.textContent = box.title = next;
    box.hidden = !next;
  } catch {
    box.hidden = true; // the claim after the outcome looks anew
  }
}

async function look() {
  if (asked && Date.now() - asked > everyNext && !document.hidden && Date.now() - moved < everyNext) claimAhead();
  if (Date.now() - moved > gone) return;
  const held = theForm() !== null;
  if (held && Date.now() - last >= (document.hidden ? everyHidden : every) - 100) return beat();
  if (held || Date.now() - last < (document.hidden ? everyHidden : everyEmpty) - 100) return;
  last = Date.now();
  await lookForSupply().catch(() => {}); // the banner says what is wrong
}

// lookForSupply shows an empty desk anew when something came, or was pinned, when the time of the next one is there, and now and then.
async function lookForSupply() {
  const desk = document.getElementById("desk-empty");
  if (!desk) return;
  const next = Number(desk.dataset.nextAt ?? 0);
  const due = (next && next <= now() && next > shown) || now() - shown > everyAnew;
  const tag = `"${desk.dataset.supply}"`;
  const answer = due ? null : await ask("/desk/supply", { tag });
  if (answer?.status === 304) return;
  await refresh();
  shown = now();
}

// startBeat begins with a page that has just been put up; its first beat comes after one pause.
export function startBeat() {
  last = Date.now();
  asked = 0;
  shown = now();
  wrapsUp = false;
}

// watch is called once.
export function watchBeat() {
  for (const sign of ["keydown", "pointermove", "pointerdown"]) addEventListener(sign, () => (moved = Date.now()), { passive: true });
  document.addEventListener("desk:wrap-up", () => {
    const form = theForm();
    wrapsUp = true;
    setTimeout(() => { // unless that key was the whole outcome
      if (form !== theForm()) return;
      beat();
      claimAhead();
    }, 300);
  });
  document.addEventListener("desk:saved", () => theForm()?.dataset.lapsed && beat()); // which took the claim up again
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    last = shown = 0; // who comes back hears at once
    look();
  });
  setInterval(look, 1000);
}
