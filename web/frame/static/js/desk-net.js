// How the desk talks to the server: a login that is over is renewed in place and the request made again; what is wrong is said in the
// caller's language, for as long as it is.

// words is the element with the texts of the scripts, the user and the server's time.
export const words = () => document.querySelector("[data-desk]").dataset;

// The server's clock, in milliseconds: a browser's may be wrong.
let ahead = 0;
export const now = () => Date.now() + ahead;
export function setClock() {
  ahead = Number(words().now) - Date.now();
}

// What is to be said, by what it is about: a later word about the same thing takes the place of an earlier one.
const problems = new Map();

export function tell(about, text) {
  if (text) problems.set(about, text);
  else problems.delete(about);
  showProblems();
}

export function showProblems() {
  const box = document.getElementById("desk-problem");
  if (!box) return;
  const said = [...problems].filter(([about]) => about !== "net" || !problems.has("wait")); // which says it too
  const text = said.map(([, words]) => words).join("\n");
  if (box.textContent !== text) box.textContent = text; // said aloud once
  box.hidden = !text;
}

// forgetProblems drops what is about a callback that is not shown any more.
export function forgetProblems() {
  for (const about of problems.keys()) if (about !== "net") problems.delete(about);
}

// Problem is why a request did not work; passing says that the same may work in a moment, answer what else the server said.
export class Problem extends Error {
  constructor(text, status, passing, answer = {}) {
    super(text);
    this.answer = answer;
    this.status = status;
    this.passing = passing;
  }
}

// ask makes a request and returns the answer, once the user is logged in. It throws a Problem for what was refused, and when there is no
// connection.
export async function ask(url, { body, keepalive = false, tag } = {}) {
  const method = body === undefined ? "GET" : "POST";
  const headers = { Accept: "application/json", "Desk-User": words().user };
  if (body !== undefined) headers["Content-Type"] = "application/x-www-form-urlencoded;charset=UTF-8";
  if (tag) headers["If-None-Match"] = tag;
  let response;
  try {
    response = await fetch(url, { method, body, headers, keepalive });
  } catch {
    offline();
    throw new Problem(words().offline, 0, true);
  }
  online();
  if (response.status === 401) {
    await login();
    return ask(url, { body, keepalive, tag });
  }
  const page = response.headers.get("Content-Type")?.startsWith("text/html");
  if (response.ok || response.status === 304 || (page && response.status === 422)) return response;
  const problem = page ? {} : await response.json().catch(() => ({}));
  const passing = [502, 503, 504].includes(response.status);
  throw new Problem(problem.problem ?? problem.title ?? words().failed, response.status, passing, problem);
}

// The banner of a lost connection goes by itself: whoever gets an answer takes it away.
let away = 0;
function offline() {
  tell("net", words().offline);
  away ||= setInterval(() => fetch("/favicon.ico", { method: "HEAD", cache: "no-store" }).then(online, () => {}), 3000);
}

function online() {
  if (!away) return;
  clearInterval(away);
  away = 0;
  tell("net", "");
  document.dispatchEvent(new Event("desk:online"));
}
addEventListener("online", () => away && fetch("/favicon.ico", { method: "HEAD", cache: "no-store" }).then(online, () => {}));
addEventListener("offline", offline);

// login asks for name and password in place; whoever waits for it goes on together.
let entering = null;
function login() {
  return (entering ??= enter().finally(() => (entering = null)));
}

function enter() {
  const dialog = document.getElementById("desk-login");
  const form = dialog.querySelector("form");
  const error = dialog.querySelector("[data-login-error]");
  const open = () => dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("cancel", stay);
    dialog.addEventListener("close", open); // a second Escape closes it all the same
    form.onsubmit = async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const problem = await logInWith(new URLSearchParams(new FormData(form)));
      error.textContent = problem;
      error.hidden = !problem;
      form.password.value = "";
      if (problem) return form.password.focus();
      dialog.removeEventListener("cancel", stay);
      dialog.removeEventListener("close", open);
      dialog.close();
      resolve();
    };
    error.hidden = true;
    open();
  });
}

const stay = (event) => event.preventDefault();

// logInWith returns what went wrong, or "".
async function logInWith(body) {
  try {
    const response = await fetch("/login", { method: "POST", body, redirect: "manual" });
    if (response.type === "opaqueredirect") return "";
    if (response.status !== 429) return response.status === 422 ? words().wrong : words().failed;
    return words().many.replace("{n}", Math.ceil(Number(response.headers.get("Retry-After") ?? 60) / 60));
  } catch {
    return words().offline;
  }
}
