// The clocks of the desk: the customer's time, the call from its dial, the wrap-up from the end of the call, and a pause.
import { now } from "./desk-net.js";

const two = (n) => String(n).padStart(2, "0");
const minutes = (seconds) => `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;

let began = 0; // when this page was put up, by the browser's steady clock
let wrapUp = 0;

// startClocks begins with the clocks of a page that has just been put up.
export function startClocks() {
  began = performance.now();
  wrapUp = 0;
  const form = document.querySelector("[data-outcome]");
  if (form) startWrapUp(form);
  tick();
}

// The wrap-up clock runs from when the caller hangs up, or from the result of a call nobody took.
function startWrapUp(form) {
  const start = () => {
    if (wrapUp) return;
    wrapUp = performance.now();
    document.dispatchEvent(new Event("desk:wrap-up"));
  };
  form.querySelector("[data-wrap-up]").hidden = false;
  form.querySelector("[data-hang-up]").addEventListener("click", start);
  form.addEventListener("change", (event) => event.target.name === "call_result" && !event.target.dataset.flags?.split(" ").includes("talk") && start());
}

function tick() {
  const passed = Math.floor((performance.now() - began) / 1000);
  const local = document.querySelector("[data-local]");
  if (local) {
    const [hours, mins, secs] = local.dataset.local.split(":").map(Number);
    const total = hours * 3600 + mins * 60 + (secs || 0) + passed;
    local.textContent = `${two(Math.floor(total / 3600) % 24)}:${two(Math.floor(total / 60) % 60)}`;
  }
  const pause = document.querySelector("[data-pause]");
  if (pause) pause.textContent = minutes(Number(pause.dataset.pause) + passed);
  const form = document.querySelector("[data-outcome]");
  if (form) tickCall(form);
}

function tickCall(form) {
  const call = form.querySelector("[data-call]");
  const dialled = Number(form.dataset.dialled ?? 0) / 1000; // the server's microseconds
  call.hidden = !dialled;
  if (dialled && !wrapUp) call.querySelector("[data-elapsed]").textContent = minutes(Math.max(0, Math.floor((now() - dialled) / 1000)));
  if (!wrapUp) return;
  const box = form.querySelector("[data-wrap-up]");
  const seconds = Math.floor((performance.now() - wrapUp) / 1000);
  box.querySelector("[data-elapsed]").textContent = minutes(seconds);
  box.classList.toggle("over", seconds > Number(box.dataset.goal));
}

setInterval(tick, 500);
