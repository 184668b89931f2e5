// The page sends what stands in the editor, as the person who is signed in. The session
// token is kept by this script alone and is gone with the page.
"use strict";

const $ = (id) => document.getElementById(id);
const state = { page: null, me: null, call: null, ids: {}, code: "curl", socket: null, names: {} };

// make builds an element; text is never markup.
function make(tag, attributes = {}, ...children) {
  const e = document.createElementNS(["svg", "rect", "text", "path"].includes(tag) ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml", tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  e.append(...children);
  return e;
}

function headers() {
  const all = { "X-Parse-Application-Id": state.page.appId };
  if (state.page.restKey) all["X-Parse-REST-API-Key"] = state.page.restKey;
  else if (state.page.javaScriptKey) all["X-Parse-JavaScript-Key"] = state.page.javaScriptKey;
  if (state.me) all["X-Parse-Session-Token"] = state.me.sessionToken;
  return all;
}

async function send(method, path, body) {
  const began = performance.now();
  const init = { method, headers: headers() };
  if (body) {
    init.body = body;
    init.headers["Content-Type"] = "application/json";
  }
  const answer = await fetch(path, init);
  const text = await answer.text();
  let value;
  try { value = JSON.parse(text); } catch { value = text; }
  return { status: answer.status, ok: answer.ok, value, ms: Math.round(performance.now() - began) };
}

const rest = (path, query) => `${state.page.mount}${path}${query ? "?" + new URLSearchParams(query) : ""}`;

// signIn signs somebody in. Until it is done nothing is sent, and of two that were
// chosen one after the other the second counts.
async function signIn(person, button) {
  const turn = state.signingIn = {};
  state.me = null;
  state.socket?.close();
  state.socket = null;
  $("send").disabled = true;
  $("who").textContent = `Signing in as ${person.name} …`;
  let failed;
  try {
    failed = await enter(person, () => turn !== state.signingIn);
  } catch {
    failed = "the server cannot be reached";
  }
  if (turn !== state.signingIn) return;
  $("send").disabled = false;
  for (const b of document.querySelectorAll("#people button")) b.setAttribute("aria-pressed", !failed && b === button);
  $("who").textContent = failed ? "Nobody is signed in." : `Signed in as ${[person.name, person.role].filter(Boolean).join(", ")}.`;
  say(failed ? `${person.name} could not sign in: ${failed}.` : "");
  if (failed) {
    state.me = null;
    return;
  }
  listen();
  choose(state.call ?? state.page.calls[0]);
}

// enter gets a session and what the calls need to know; it gives the reason for which
// there is none.
async function enter(person, superseded) {
  const { ok, value } = await send("POST", rest("/login"), JSON.stringify({ username: person.name, password: person.password }));
  if (!ok) return value.error ?? String(value);
  if (superseded()) return "";
  state.me = value;
  for (const find of state.page.finds) {
    const found = await send("GET", rest(`/classes/${find.class}`, { where: find.where, limit: 1, keys: "objectId" }));
    if (found.ok && found.value.results[0]) state.ids[find.name] ??= found.value.results[0].objectId;
  }
  const people = await send("GET", rest("/users", { keys: "username", limit: 1000 }));
  if (people.ok) for (const p of people.value.results) state.names[p.objectId] = p.username;
  return "";
}

// filled puts what is known in the place of names in braces.
function filled(text) {
  const day = (n) => new Date(Date.now() + n * 86400e3).toISOString().slice(0, 10) + "T12:00:00.000Z";
  const known = { ...state.ids, me: state.me?.objectId, today: day(0), later: day(30), unique: Date.now().toString(36).slice(-5).toUpperCase() };
  return text.replace(/\{(\w+)\}/g, (all, name) => known[name] ?? all);
}

function choose(call) {
  if (!call) return;
  state.call = call;
  state.sending = null;
  document.querySelectorAll("#calls button").forEach((b, i) => b.setAttribute("aria-pressed", state.page.calls[i] === call));
  $("call-h").textContent = call.title;
  $("allowed").textContent = `Allowed: ${call.who}.`;
  $("method").value = call.document ? "POST" : call.method;
  $("path").value = call.document ? state.page.graphql : rest(filled(call.path));
  $("body").value = call.document ? JSON.stringify({ query: filled(call.document) }, null, 2) : filled(call.body);
  $("body").rows = Math.min(Math.max($("body").value.split("\n").length + 1, 3), 14);
  $("status").textContent = $("answer").textContent = "";
  $("refusal").hidden = true;
  showCode();
}

async function sendEditor(event) {
  event.preventDefault();
  const turn = state.sending = {}, call = state.call, path = $("path").value;
  $("status").textContent = "Sending …";
  try {
    const { status, ok, value, ms } = await send($("method").value, path, $("method").value === "GET" ? "" : $("body").value);
    const made = value.objectId ?? Object.values(value.data ?? {})[0]?.objectId;
    if (ok && call?.makes && made) state.ids[call.makes] = made;
    if (turn !== state.sending) return; // another call has been chosen or sent
    $("status").textContent = `${status} in ${ms} ms`;
    $("answer").textContent = typeof value === "string" ? value : JSON.stringify(value, null, 2);
    explain(value);
    const [, className, id] = path.match(/\/classes\/(\w+)(?:\/(\w+))?/) ?? [];
    if (className && (id ?? made)) {
      $("class").value = className;
      $("record").value = id ?? made;
    }
  } catch (error) {
    if (turn !== state.sending) return;
    $("refusal").hidden = true;
    $("status").textContent = "No answer: the server cannot be reached. Send it again in a moment.";
    $("answer").textContent = String(error.message);
  }
}

const meanings = {
  101: "There is no such object, or this person may not see or change it.",
  119: "The permissions of the class do not allow this person to do it: sign in as somebody else.",
  209: "The session has ended: sign in again.",
};

// explain says in words why something was refused, with the clause of the rule.
function explain(value) {
  const error = value.errors?.[0] ? { code: value.errors[0].extensions?.code, error: value.errors[0].message } : value;
  $("refusal").hidden = !error.error;
  if (!error.error) return;
  const [, rules] = error.error.match(/^Rules broken: (\[.*\])$/s) ?? [];
  const lines = rules
    ? JSON.parse(rules).map((v) => make("li", {}, `${v.field}: ${v.message} `, make("cite", {}, state.page.rules[v.rule] ?? v.rule)))
    : [make("li", {}, meanings[error.code] ?? error.error)];
  $("refusal").replaceChildren(make("p", {}, make("strong", {}, "Refused.")), make("ul", {}, ...lines));
}

function showCode() {
  for (const b of document.querySelectorAll("#languages button")) b.setAttribute("aria-pressed", b.dataset.code === state.code);
  const method = $("method").value, url = location.origin + $("path").value, body = method === "GET" ? "" : $("body").value.trim();
  const shell = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
  const all = { ...headers(), ...(body && { "Content-Type": "application/json" }) };
  const codes = {
    curl: () => [`curl -X ${method} ${shell(url)}`, ...Object.entries(all).map(([k, v]) => `-H ${shell(`${k}: ${v}`)}`), ...(body ? [`--data ${shell(body)}`] : [])].join(" \\\n  "),
    go: () => filled(state.call?.go || "// This call has no code in Go here."),
    javascript: () => `const answer = await fetch(${JSON.stringify(url)}, {\n  method: ${JSON.stringify(method)},\n  headers: ${JSON.stringify(all, null, 2).replaceAll("\n", "\n  ")},${body ? `\n  body: ${JSON.stringify(body)},` : ""}\n});\nconsole.log(answer.status, await answer.json());`,
  };
  $("code").textContent = codes[state.code]();
}

function say(text) {
  $("connection").textContent = text;
  $("connection").hidden = text === "";
}

const happened = { create: "created", update: "updated", delete: "deleted", enter: "can be seen now", leave: "can no longer be seen" };

// listen follows all live classes as the person who is signed in, and comes back
// after the server was lost. It says so once the server has taken all subscriptions.
function listen() {
  const me = state.me, live = state.page.classes.filter((c) => c.live);
  let unanswered = live.length; // subscriptions
  state.socket?.close();
  const socket = state.socket = new WebSocket(location.origin.replace("http", "ws") + state.page.mount);
  const put = (message) => socket.send(JSON.stringify({ ...message, sessionToken: me.sessionToken }));
  socket.onopen = () => put({ op: "connect", applicationId: state.page.appId, restAPIKey: state.page.restKey, javascriptKey: state.page.javaScriptKey });
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.op === "connected") live.forEach((c, i) => put({ op: "subscribe", requestId: i + 1, query: { className: c.name, where: {} } }));
    if (["connected", "subscribed", "error"].includes(message.op) && unanswered-- === 0) {
      say("");
      document.querySelector("#live .note").textContent = "What anybody changes, as it happens.";
    }
    if (!message.object) return;
    const { className, objectId } = message.object;
    const ref = Object.entries(message.object).find(([name]) => /Ref$|Number$/.test(name))?.[1] ?? objectId;
    const feed = document.querySelector("#live ol");
    feed.prepend(make("li", {}, make("strong", {}, String(ref)), ` ${happened[message.op] ?? message.op}`, make("div", { class: "note" }, `${className}, ${new Date().toLocaleTimeString()}`)));
    while (feed.children.length > 30) feed.lastChild.remove();
  };
  socket.onclose = () => {
    if (socket !== state.socket) return;
    say("The server is lost. The page tries again by itself.");
    setTimeout(() => { if (socket === state.socket) listen(); }, 1000);
  };
}

async function begin() {
  state.page = await (await fetch("/playground.json")).json();
  state.page.calls = state.page.calls.filter((c) => !c.document || state.page.graphql);
  for (const person of state.page.people) {
    const button = make("button", { type: "button", "aria-pressed": "false" }, person.name, " ", make("span", { class: "note" }, person.role));
    button.onclick = () => signIn(person, button);
    document.querySelector("#people ul").append(make("li", {}, button));
  }
  for (const call of state.page.calls) {
    const button = make("button", { type: "button", "aria-pressed": "false" }, call.title, " ", make("span", { class: "note" }, call.who));
    button.onclick = () => {
      choose(call);
      $("editor").scrollIntoView({ block: "nearest" }); // it is below the list on small screens
    };
    document.querySelector("#calls ol").append(make("li", {}, button));
  }
  for (const b of document.querySelectorAll("#languages button")) b.onclick = () => { state.code = b.dataset.code; showCode(); };
  $("editor").onsubmit = sendEditor;
  $("editor").oninput = showCode;
  document.querySelector("#history form").onsubmit = showHistory;
  $("class").replaceChildren(...state.page.classes.map((c) => make("option", {}, c.name)));
  drawModel(state.page.classes);
  choose(state.page.calls[0]);
}

addEventListener("load", begin); // when the other scripts are there
