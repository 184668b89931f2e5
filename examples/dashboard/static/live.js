// Pages follow what others change: the server tells which record has changed, and the
// parts of the page marked data-live are fetched again. Forms stay as they are.
"use strict";

const connection = document.getElementById("connection");
const news = document.getElementById("news");
let due, quiet;

function say(text) {
  if (connection.textContent === text) return;
  connection.textContent = text;
  connection.hidden = text === "";
}

async function refresh() {
  let answer;
  try {
    answer = await fetch(location.href);
  } catch {
    return; // the stream says that this site is lost
  }
  if (answer.redirected) return location.reload(); // to the sign-in page
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = document.activeElement?.getAttribute("href");
  const open = [...document.querySelectorAll("details")].map((d) => d.open);
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (now) part.replaceWith(now);
  }
  [...document.querySelectorAll("details")].forEach((d, i) => { d.open = open[i] ?? false; });
  if (focused && document.activeElement === document.body) {
    [...document.links].find((a) => a.getAttribute("href") === focused)?.focus();
  }
}

function soon() {
  clearTimeout(due);
  due = setTimeout(refresh, 150); // one answer to a burst of changes
}

if ("signedIn" in document.body.dataset) {
  const stream = new EventSource("/live");
  let lost = false;
  stream.addEventListener("change", (event) => {
    news.textContent = `${JSON.parse(event.data) || "Something"} has changed.`;
    clearTimeout(quiet);
    quiet = setTimeout(() => { news.textContent = ""; }, 5000);
    soon();
  });
  stream.addEventListener("lost", () => {
    lost = true;
    say("The audit server cannot be reached. What you see may be out of date; the page comes back by itself.");
  });
  stream.addEventListener("connected", () => {
    say("");
    if (lost) soon();
    lost = false;
  });
  stream.onerror = () => {
    lost = true;
    say("The connection is lost. What you see may be out of date; the page tries again by itself.");
  };
}
document.getElementById("problems")?.focus();
