/* Keeps the answers of a step as they are given. The page works without it, step by step. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-save]");
  if (!form || !window.fetch || !window.FormData) { return; }
  var words = form.dataset, saved = document.getElementById("saved"), count = document.getElementById("count"),
    bar = document.getElementById("bar"), base = form.elements["draft:base"], store = "opora:" + words.draft,
    changed = {}, sending = false, leaving = false, timer = 0, pause = 1500;

  function say(text, kind) {
    saved.className = kind;
    if (saved.textContent !== text) { saved.textContent = text; }
  }
  function given(name) {  // what the form would send, as the server cleans it
    return Array.from(new Set(new FormData(form).getAll(name).map(function (one) {
      return one.replace(/\r\n/g, "\n").trim();
    }).filter(Boolean)));
  }
  function keep() {  // unsent answers outlive a reload of this tab, nothing else
    try {
      var waiting = {};
      Object.keys(changed).forEach(function (name) { waiting[name] = given(name); });
      if (Object.keys(waiting).length) { sessionStorage.setItem(store, JSON.stringify(waiting)); }
      else { sessionStorage.removeItem(store); }
    } catch (full) { /* private mode: memory only */ }
  }
  function body(names) {  // only what was changed here, so that another device's answers stay
    var data = new FormData(), shown = JSON.parse(base.value), part = {};
    data.append("csrf_token", form.elements.csrf_token.value);
    names.forEach(function (name) {
      part[name] = shown[name] || [];
      given(name).forEach(function (one) { data.append(name, one); });
    });
    data.append("draft:base", JSON.stringify(part));
    return data;
  }
  function later(ms) { clearTimeout(timer); timer = setTimeout(save, ms); }

  function save() {
    var names = Object.keys(changed), stamp = {};
    if (sending || leaving || !names.length) { return; }
    names.forEach(function (name) { stamp[name] = changed[name]; });
    var sent = {};
    names.forEach(function (name) { sent[name] = given(name); });
    sending = true;
    fetch(words.save, {method: "POST", body: body(names), credentials: "same-origin"}).then(function (answer) {
      sending = false;
      if (answer.redirected) { return say(words.closed, "unsaved"); }
      if (answer.status === 401 || answer.status === 400) { return expired(); }
      if (!answer.ok) { throw new Error(answer.status); }
      return answer.json().then(function (told) {
        var shown = JSON.parse(base.value);
        names.forEach(function (name) {
          shown[name] = sent[name];
          if (changed[name] === stamp[name]) { delete changed[name]; }
        });
        base.value = JSON.stringify(shown);
        keep();
        pause = 1500;
        say(words.saved.replace("{time}", told.saved), "saved");
        count.textContent = words.count.replace("{answered}", told.answered).replace("{total}", told.total);
        bar.max = told.total;
        bar.value = told.answered;
        if (Object.keys(changed).length) { later(pause); }
      });
    }).catch(function () {
      sending = false;
      say(words.offline, "unsaved");
      pause = Math.min(pause * 2, 30000);
      later(pause);
    });
  }
  function expired() {
    say(words.expired + " ", "unsaved");
    var link = document.createElement("a");
    link.href = words.login;
    link.textContent = words.enter;
    saved.appendChild(link);
  }
  function note(event) {
    var name = event.target.name;
    if (!name || name === "csrf_token" || name.indexOf("draft:") === 0) { return; }
    if (event.target.type === "checkbox" && event.target.checked) { alone(event.target); }
    var card = event.target.closest("fieldset.q");  // with its follow-ups: the server may have dropped a hidden one
    Array.from(card ? card.elements : [event.target]).forEach(function (input) {
      if (input.name) { changed[input.name] = (changed[input.name] || 0) + 1; }
    });
    keep();
    later(1500);
  }
  function alone(box) {  // «не относится» goes without other answers
    Array.from(form.elements).forEach(function (other) {
      if (other.name === box.name && other.type === "checkbox" && other !== box &&
          (other.value === "~na") !== (box.value === "~na")) { other.checked = false; }
    });
  }
  function restore() {  // answers that waited for the link or for signing in again
    var waiting;
    try { waiting = JSON.parse(sessionStorage.getItem(store) || "{}"); } catch (broken) { waiting = {}; }
    Object.keys(waiting).forEach(function (name) {
      var place = 0;
      Array.from(form.elements).forEach(function (input) {
        if (input.name !== name) { return; }
        if (input.type === "radio" || input.type === "checkbox") { input.checked = waiting[name].indexOf(input.value) >= 0; }
        else { input.value = waiting[name][place] && waiting[name][place] !== "~na" ? waiting[name][place] : ""; place += 1; }
      });
      changed[name] = 1;
    });
    if (Object.keys(changed).length) { later(0); }
  }

  form.addEventListener("change", note);
  form.addEventListener("input", function (event) { if (/^(text|date|time|textarea)$/.test(event.target.type)) { note(event); } });
  form.addEventListener("submit", function (event) {
    if (navigator.onLine === false) {
      event.preventDefault();
      return say(words.offline, "unsaved");
    }
    leaving = true;
    try { sessionStorage.removeItem(store); } catch (off) { /* nothing kept */ }
  });
  window.addEventListener("online", function () { later(0); });
  window.addEventListener("offline", function () { if (Object.keys(changed).length) { say(words.offline, "unsaved"); } });
  window.addEventListener("pagehide", function () {
    var names = Object.keys(changed);
    if (!leaving && names.length && navigator.sendBeacon) { navigator.sendBeacon(words.save, body(names)); }
  });
  Array.from(document.forms).forEach(function (other) {  // signing out leaves nothing of the person in this browser
    if (/\/logout$/.test(other.action)) { other.addEventListener("submit", function () { try { sessionStorage.clear(); } catch (off) { /* nothing kept */ } }); }
  });
  restore();
}());
