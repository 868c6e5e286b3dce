// Looks at the floor each second, and shows what moved, part by part: what has the focus or is unfolded stays so. It stops while nobody
// looks, and asks less often while there is no answer: a server that starts anew is not noticed.
const every = 1000;
const slowest = 8000;
const silentFor = 10_000; // after which the page says that what it shows is old

const box = document.getElementById("floor");
const lost = box.querySelector("[data-lost]");
const shown = new Map(); // the parts as the server sent them, by id
let tag = "";
let ahead = 0; // of the browser's clock
let pause = every;
let heard = Date.now();
let timer = 0;

const parts = (of) => of.querySelectorAll("section[id]");

function take(live) {
  tag = live.dataset.tag;
  ahead = Number(live.dataset.now) - Date.now();
  for (const part of parts(live)) shown.set(part.id, part.outerHTML);
}

function show(live) {
  const before = new Map(shown);
  take(live);
  if (parts(live).length !== parts(box).length) document.getElementById("floor-live").replaceWith(live);
  for (const fresh of parts(live)) {
    const old = document.getElementById(fresh.id);
    if (old === fresh || before.get(fresh.id) === shown.get(fresh.id)) continue;
    const focus = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    for (const open of old.querySelectorAll("details[id][open]")) fresh.querySelector(`#${open.id}`)?.setAttribute("open", "");
    old.replaceWith(fresh);
    if (focus) fresh.querySelector(`[href="${CSS.escape(focus)}"]`)?.focus();
  }
  tick();
}

async function look() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    const response = await fetch(box.dataset.live, {
      headers: { Accept: "application/json", "If-None-Match": `"${tag}"` }, cache: "no-store", signal: AbortSignal.timeout(15_000),
    });
    if (response.status === 401 || response.status === 403) return location.reload();
    if (response.ok) show(document.importNode(new DOMParser().parseFromString(await response.text(), "text/html").getElementById("floor-live"), true));
    else if (response.status !== 304) throw new Error(response.status);
    pause = every;
    heard = Date.now();
  } catch {
    pause = Math.min(2 * pause, slowest);
  }
  lost.hidden = Date.now() - heard < silentFor;
  timer = setTimeout(look, pause);
}

const two = (n) => String(n).padStart(2, "0");

function tick() {
  for (const since of box.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() + ahead - Number(since.dataset.since) / 1000) / 1000));
    const hours = Math.floor(seconds / 3600);
    since.textContent = `${hours ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }
}

take(document.getElementById("floor-live"));
tick();
setInterval(tick, 1000);
document.addEventListener("visibilitychange", look);
timer = setTimeout(look, every);
