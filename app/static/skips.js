// Opens and closes the questions of a page as it is answered, from the same trees as the server; the server decides again.
(function () {
  "use strict";
  var form = document.querySelector("form[data-skips]");
  if (!form || !window.OporaExpressions) { return; }
  var plan = JSON.parse(form.dataset.skips), base = form.elements["draft:base"], shown = form.elements["preview:shown"], kinds = {};

  function number(text) {
    var plain = text.replace(/[ \u00a0\u202f]/g, "").replace(",", ".");
    return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(plain) ? Number(plain) : text;
  }
  // As expressions read an answer: "" for a blank, null for «не относится», a number, a text or a list of codes.
  function value(name, given) {
    var all = given.getAll(name).map(function (one) { return one.trim(); }).filter(Boolean);
    if (all.indexOf("~na") >= 0) { return null; }
    if (!all.length) { return ""; }
    return kinds[name] === "list" ? all : kinds[name] === "number" ? number(all[0]) : all[0];
  }
  function reckon() {
    var given = new FormData(form), scope = {};
    function look(name) {
      if (name in scope) { return scope[name]; }
      return name in plan.known ? plan.known[name] : name in kinds ? value(name, given) : "";
    }
    plan.items.forEach(function (item) {
      var asked = item.asked.every(function (tree) { return window.OporaExpressions.truth(tree, look, ""); });
      if (asked && item.filter) { asked = filter(item, look); }
      scope[item.name] = !asked ? "" : item.value ? window.OporaExpressions.evaluate(item.value, look, "") : value(item.name, given);
      show(item.name, asked);
    });
    plan.items.forEach(function (item) {
      var place = item.label && document.querySelector("#" + CSS.escape(item.name) + "-card [data-label]");
      if (place) { place.textContent = item.label.replace(/\$\{\s*([^}]+?)\s*\}/g, function (all, name) { return words(name, scope[name]); }); }
    });
    heads();
  }
  function words(name, value) {  // an answer as a person would say it
    if (value === undefined || value === null || value === "") { return "\u2026"; }
    var options = controls(name).filter(function (one) { return one.type !== "text" && one.type !== "date" && one.type !== "time"; });
    if (typeof value === "number") { return String(value).replace(".", ","); }
    var day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
    if (day) { return day[3] + "." + day[2] + "." + day[1]; }
    return [].concat(value).map(function (code) {
      var one = options.filter(function (option) { return option.value === code; })[0];
      var label = one && (one.text === undefined ? form.querySelector('label[for="' + one.id + '"]') : one);
      return label ? label.textContent : code;
    }).join(", ");
  }
  function filter(item, look) {  // what was chosen stays in sight, as on the server; false where nothing is offered
    var left = 0;
    controls(item.name).forEach(function (one) {
      var columns = item.options[one.value], chosen = one.checked || one.selected, label = one.id && form.querySelector('label[for="' + one.id + '"]');
      if (!columns) { return; }
      var fits = chosen || window.OporaExpressions.truth(item.filter, function (name) {
        return name.charAt(0) === "@" ? columns[name.slice(1)] || "" : look(name);
      }, "");
      one.hidden = one.disabled = !fits;
      if (label) { label.hidden = !fits; }
      if (fits) { left += 1; }
    });
    return left > 0;
  }
  function controls(name) {
    var found = Array.from(form.elements).filter(function (one) { return one.name === name; });
    return [].concat.apply([], found.map(function (one) { return one.options ? Array.from(one.options) : [one]; }));
  }
  function show(name, asked) {
    var card = document.getElementById(name + "-card");
    if (card && card.classList.contains("later")) { card.hidden = !asked; }
  }
  function heads() {  // a title stands where something under it is asked
    var all = Array.from(form.querySelectorAll(".inner"));
    all.forEach(function (head) {
      var next = head.nextElementSibling, some = false;
      while (next && !(next.classList.contains("inner") && Number(next.dataset.depth) <= Number(head.dataset.depth))) {
        some = some || (!next.hidden && !next.classList.contains("inner"));
        next = next.nextElementSibling;
      }
      head.hidden = !some;
    });
    if (shown) {
      shown.value = Array.from(form.querySelectorAll("fieldset.q")).filter(function (card) { return !card.hidden; })
        .map(function (card) { return card.id.replace(/-card$/, ""); }).join(" ");
    }
  }
  var seen = {};
  Array.from(form.querySelectorAll("template.later")).forEach(function (waiting) {
    if (base) { base.value = JSON.stringify(Object.assign(JSON.parse(base.value), JSON.parse(waiting.dataset.base))); }
    waiting.replaceWith(waiting.content);
  });
  Array.from(form.querySelectorAll(".inner")).forEach(function (head) {
    if (seen[head.dataset.group]) { head.remove(); }
    seen[head.dataset.group] = true;
  });
  plan.items.forEach(function (item) { kinds[item.name] = item.kind; });
  ["input", "change", "answers"].forEach(function (name) { form.addEventListener(name, reckon); });
  window.addEventListener("pageshow", reckon);  // the browser may have put back what was typed
  reckon();
})();
