// What was typed at the desk and has not reached the server, kept in this browser: one entry for each user and callback, with the
// claim's fence, when it was typed by the server's clock, and the form as it would be sent. An outcome that waits for the connection has
// its address too. Only the page of the same user reads it; it goes when it was sent, at logout unless it waits, and after a day.
const prefix = "desk:";
const dayLong = 24 * 3_600_000;

const keyOf = (user, id) => `${prefix}${user}:${id}`;

// Browsers that keep nothing (a full disk, a policy) leave us with the server's drafts.
function attempt(action, otherwise) {
  try {
    return action();
  } catch {
    return otherwise;
  }
}

function parse(key) {
  return attempt(() => JSON.parse(localStorage.getItem(key)), null);
}

// keep stores an entry: {fence, at, body} and, for an outcome that waits, {url}.
export function keep(user, id, entry) {
  attempt(() => localStorage.setItem(keyOf(user, id), JSON.stringify(entry)));
}

export const kept = (user, id) => parse(keyOf(user, id));

// heard returns the entry that another tab has just kept about the same callback, or null.
export function heard(event, user, id) {
  const entry = event.key === keyOf(user, id) && event.newValue ? kept(user, id) : null;
  return entry && !entry.url ? entry : null;
}

export function forget(user, id) {
  attempt(() => localStorage.removeItem(keyOf(user, id)));
}

const keys = () => attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix)), []);

// waiting returns the outcomes of a user that wait for the connection, as [id, entry].
export function waiting(user) {
  return keys()
    .filter((key) => key.startsWith(keyOf(user, "")))
    .map((key) => [key.slice(keyOf(user, "").length), parse(key)])
    .filter(([, entry]) => entry?.url);
}

// forgetOld drops what is a day old, whoever typed it.
export function forgetOld(now) {
  for (const key of keys()) if (!(parse(key)?.at > now - dayLong)) attempt(() => localStorage.removeItem(key));
}

// forgetTyped drops what a user typed. An outcome that waits for the connection stays: nobody else has it.
export function forgetTyped(user) {
  for (const key of keys()) if (key.startsWith(keyOf(user, "")) && !parse(key)?.url) attempt(() => localStorage.removeItem(key));
}
