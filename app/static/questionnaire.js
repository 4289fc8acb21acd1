/* Keeps the answers of a step as they are given. The page works without it, step by step.
   An answer waits in this browser until the server has it: in localStorage, or, on somebody else's computer, in memory. */
(function () {
  "use strict";
  if (!window.fetch || !window.FormData) { return; }
  var shared = document.currentScript && document.currentScript.dataset.shared === "1", prefix = "opora:",
    form = document.querySelector("form[data-save]"), words = form ? form.dataset : {}, own = {},
    saved = document.getElementById("saved"), count = document.getElementById("count"), bar = document.getElementById("bar"),
    base = form && form.elements["draft:base"], sending = false, after = null, timer = 0, pause = 800, left = false,
    foreign = {};  // records that this tab leaves alone: of another draft, or closed

  /* ---- the store: one record a page: {url, draft, items: {name: [strings, when, number]}} ----
     Read anew for every answer: another tab may have added its own. ``own`` holds what could not be stored. */
  function box() { try { return shared ? null : window.localStorage; } catch (off) { return null; } }
  function read(key) {
    if (own[key]) { return own[key]; }
    try { return JSON.parse(box().getItem(key)); } catch (broken) { return null; }
  }
  function write(key, record) {
    var full = record && Object.keys(record.items).length;
    delete own[key];
    try {
      if (full) { box().setItem(key, JSON.stringify(record)); } else { box().removeItem(key); }
    } catch (off) { if (full) { own[key] = record; } }
  }
  function keys() {
    var found = Object.keys(own), store = box();
    try { Object.keys(store).forEach(function (key) { if (key.indexOf(prefix + "q:") === 0 && found.indexOf(key) < 0) { found.push(key); } }); }
    catch (off) { /* memory only */ }
    return found;
  }
  function lasting(name, make) {  // a value of this browser: the device's word, the counter
    var store = box(), value = store && store.getItem(prefix + name);
    value = make(value);
    try { store.setItem(prefix + name, value); } catch (off) { lasting["_" + name] = value; }
    return value;
  }
  function word() { return Math.random().toString(36).slice(2, 12) + Date.now().toString(36); }
  var device = lasting("device", function (kept) { return kept || word(); }), counted = 0;
  function next() {
    counted = lasting("number", function (kept) { return Math.max(Number(kept) || 0, counted) + 1; });
    return counted;
  }
  var key = form ? prefix + "q:" + words.draft + ":" + words.page : "";

  /* ---- sending ---- */
  function token() { var input = document.querySelector("[name=csrf_token]"); return input ? input.value : ""; }
  function body(record) {
    var data = new FormData(), stamps = {}, now = Date.now();
    data.append("csrf_token", token());
    Object.keys(record.items).forEach(function (name) {
      stamps[name] = [now - record.items[name][1], record.items[name][2]];
      record.items[name][0].forEach(function (one) { data.append(name, one); });
    });
    data.append("draft:id", record.draft);
    data.append("draft:device", device);
    data.append("draft:stamps", JSON.stringify(stamps));
    if (base && record.url === words.save) {
      var shown = JSON.parse(base.value), part = {};
      Object.keys(record.items).forEach(function (name) { part[name] = shown[name] || []; });
      data.append("draft:base", JSON.stringify(part));
    }
    return data;
  }
  function later(ms) { clearTimeout(timer); timer = setTimeout(flush, ms); }
  function flush() {
    if (sending || left) { return; }
    var waiting = keys().filter(function (one) { return read(one) && !foreign[one]; });
    if (!waiting.length) { return go(); }
    waiting.sort(function (one) { return one === key ? -1 : 1; });
    sending = true;
    send(waiting[0]);
  }
  function send(one) {
    var record = read(one), numbers = {}, again = function () { sending = false; flush(); };
    Object.keys(record.items).forEach(function (name) { numbers[name] = record.items[name][2]; });
    fetch(record.url, {method: "POST", body: body(record), credentials: "same-origin"}).then(function (answer) {
      if (answer.status === 404 || (answer.redirected && /\/receipt$/.test(answer.url))) { write(one, null); closed(one); return again(); }
      if (answer.redirected) { foreign[one] = true; closed(one); return again(); }  // the term may be extended
      if (answer.status === 401) { sending = false; return expired(); }
      if (answer.status === 400) { return renew().then(function (fits) { sending = false; if (fits) { later(0); } else { expired(); } }); }
      if (answer.status === 409) { foreign[one] = true; return again(); }
      if (!answer.ok) { throw new Error(answer.status); }
      return answer.json().then(function (told) {
        var now = read(one) || {items: {}}, sent = {};
        Object.keys(numbers).forEach(function (name) {
          sent[name] = record.items[name][0];
          if (now.items[name] && now.items[name][2] === numbers[name]) { delete now.items[name]; }
        });
        write(one, now);
        pause = 800;
        if (one === key) { shownAs(sent, told); }
        tell(told.said);
        again();
      });
    }).catch(function () {
      sending = false;
      after = null;
      say(words.offline, "unsaved");
      pause = Math.min(pause * 2, 30000);
      later(pause);
    });
  }
  function shownAs(sent, told) {
    var shown = JSON.parse(base.value);
    Object.keys(sent).forEach(function (name) { shown[name] = sent[name]; });
    Object.keys(told.kept).forEach(function (name) { shown[name] = told.kept[name]; put(name, told.kept[name]); });
    form.dispatchEvent(new Event("answers"));
    base.value = JSON.stringify(shown);
    say(words.saved.replace("{time}", told.saved), "saved");
    count.textContent = words.count.replace("{answered}", told.answered).replace("{total}", told.total);
    bar.max = told.total;
    bar.value = told.answered;
  }
  function tell(texts) {  // sent from another page: said there, and once more on the page of a block
    var news = document.getElementById("news"), store = box(), kept = [];
    if (!texts.length) { return; }
    if (!news) {
      news = document.createElement("div");
      news.className = "box w";
      news.setAttribute("role", "status");
      document.getElementById("main").prepend(news);
      try { kept = JSON.parse(store.getItem(prefix + "said")) || []; store.setItem(prefix + "said", JSON.stringify(kept.concat(texts))); }
      catch (off) { /* memory only: said on this page */ }
    }
    texts.forEach(function (text) {
      var note = document.createElement("p");
      note.textContent = text;
      news.appendChild(note);
    });
    news.hidden = false;
  }
  function toldElsewhere() {
    var store = box();
    try { tell(JSON.parse(store.getItem(prefix + "said")) || []); store.removeItem(prefix + "said"); }
    catch (off) { /* nothing was kept */ }
  }
  function closed(one) { if (one === key) { after = null; say(words.closed, "unsaved"); } }
  function go() {  // everything is on the server: leave as asked
    if (!after) { return; }
    var button = after;
    after = null;
    left = true;
    if (button.form === form) { opened(); }
    if (form && form.requestSubmit && button.form) { button.form.requestSubmit(button); } else { button.form.submit(); }
  }
  function say(text, kind) {
    if (!saved || !text) { return; }
    saved.className = kind;
    if (saved.textContent !== text) { saved.textContent = text; }
  }

  /* ---- signing in on the spot ---- */
  var again = document.getElementById("again");
  function expired() {
    after = null;
    say(words.expired, "unsaved");
    if (again && again.showModal && !again.open) { again.showModal(); }
  }
  function page(address, options) {
    return fetch(address, Object.assign({credentials: "same-origin"}, options)).then(function (answer) {
      return answer.text().then(function (text) {
        return {answer: answer, page: new DOMParser().parseFromString(text, "text/html")};
      });
    });
  }
  function renew() {  // a token of the present session; false where nobody or somebody else is signed in
    return page(window.location.href).then(function (got) {
      var other = got.page.querySelector("form[data-save]"), fresh = got.page.querySelector("[name=csrf_token]");
      if (got.answer.redirected || !fresh || !other || other.dataset.draft !== words.draft) { return false; }
      Array.from(document.querySelectorAll("[name=csrf_token]")).forEach(function (input) { input.value = fresh.value; });
      return true;
    });
  }
  function enter(event) {
    event.preventDefault();
    var problem = document.getElementById("again-problem"), typed = new FormData(again.querySelector("form"));
    problem.hidden = true;
    page(words.login).then(function (got) {
      if (got.answer.redirected) { return true; }  // signed in meanwhile in another window
      typed.set("csrf_token", got.page.querySelector("[name=csrf_token]").value);
      return fetch(words.login, {method: "POST", body: typed, credentials: "same-origin", redirect: "manual"}).then(function (answer) {
        if (answer.type === "opaqueredirect") { return true; }
        return answer.text().then(function (text) {
          var found = new DOMParser().parseFromString(text, "text/html").querySelector(".errsum li");
          problem.textContent = found ? found.textContent : words.offline;
          problem.hidden = false;
          return false;
        });
      });
    }).then(function (inside) {
      if (!inside) { return; }
      return renew().then(function (fits) {
        again.querySelector("[type=password]").value = "";
        if (!fits) { window.location.reload(); return; }
        again.close();
        later(0);
      });
    }).catch(function () { problem.textContent = words.offline; problem.hidden = false; });
  }
  if (again) {
    again.querySelector("form").addEventListener("submit", enter);
    again.querySelector("[type=button]").addEventListener("click", function () { again.close(); });
  }

  /* ---- the form of the page ---- */
  function given(name) {  // what the form would send, as the server cleans it
    return Array.from(new Set(new FormData(form).getAll(name).map(function (one) {
      return one.replace(/\r\n/g, "\n").trim();
    }).filter(Boolean)));
  }
  function note(event) {
    var name = event.target.name;
    if (!name || name === "csrf_token" || name.indexOf("draft:") === 0) { return; }
    if (event.target.type === "checkbox" && event.target.checked) { alone(event.target); }
    var record = read(key) || {url: words.save, draft: words.draft, items: {}};
    record.items[name] = [given(name), Date.now(), next()];
    write(key, record);
    later(pause);
  }
  function alone(boxed) {  // «не относится» goes without other answers
    Array.from(form.elements).forEach(function (other) {
      if (other.name === boxed.name && other.type === "checkbox" && other !== boxed &&
          (other.value === "~na") !== (boxed.value === "~na")) { other.checked = false; }
    });
  }
  function put(name, strings) {
    var place = 0;
    Array.from(form.elements).forEach(function (input) {
      if (input.name !== name) { return; }
      if (input.type === "radio" || input.type === "checkbox") { input.checked = strings.indexOf(input.value) >= 0; }
      else { input.value = strings[place] && strings[place] !== "~na" ? strings[place] : ""; place += 1; }
    });
  }
  function opened() {  // follow-ups that stand open: left blank, they are not asked again
    var seen = [];
    Array.from(form.querySelectorAll("fieldset.help, fieldset.later")).forEach(function (help) {
      if (help.offsetParent !== null) { seen.push(help.id.replace(/-card$/, "")); }
    });
    form.elements["draft:seen"].value = seen.join(" ");
  }
  if (form) {
    toldElsewhere();
    var waiting = read(key);
    Object.keys(waiting ? waiting.items : {}).forEach(function (name) { put(name, waiting.items[name][0]); });
    form.dispatchEvent(new Event("answers"));
    form.addEventListener("change", note);
    form.addEventListener("input", function (event) {
      if (/^(text|date|time|textarea)$/.test(event.target.type)) { note(event); }
    });
    window.addEventListener("offline", function () { if (read(key)) { say(words.offline, "unsaved"); } });
    window.addEventListener("pagehide", function () {
      var record = read(key);
      if (!left && record && navigator.sendBeacon) { navigator.sendBeacon(words.save, body(record)); }
    });
    window.addEventListener("pageshow", function () { left = false; });
  }
  document.addEventListener("submit", function (event) {  // first what waits, then away
    var leaving = event.target, out = /\/logout$/.test(leaving.action || "");
    if (left || (leaving !== form && !out)) { return; }
    var some = keys().some(function (one) { return read(one) && !foreign[one]; });
    if (leaving === form && navigator.onLine === false) { event.preventDefault(); return say(words.offline, "unsaved"); }
    if (!some) { if (leaving === form) { opened(); } return; }
    event.preventDefault();
    after = event.submitter || leaving.querySelector("button:not(.vh)");
    later(0);
  });
  window.addEventListener("online", function () { pause = 800; later(0); });
  later(0);
}());
