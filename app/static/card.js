// A card's section: sums and rules across fields on the spot, from the same trees as on the server; the server checks again.
(function () {
  "use strict";
  var form = document.getElementById("cf");
  if (!form || !window.OporaExpressions) return;
  var data = JSON.parse(form.dataset.card);
  var LENIENT = ["max", "min", "exists", "empty", "coalesce", "count-non-empty"];
  var LARGEST = 20 * 1024 * 1024;
  var words = form.dataset;  // the page's words, in its language
  var changed = false;

  function control(name) { return form.elements[name]; }
  function number(text) {
    var plain = text.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
    return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(plain) ? Number(plain) : null;
  }
  function shown(value) { return String(value).replace(".", ","); }
  // As expressions read a field: "" for a blank, null for «нет данных», a number, a text or a list of codes.
  function value(name) {
    var found = control(name), mark = control("nd-" + name), special = control("special-" + name);
    if (!found) return name in data.values ? data.values[name] : "";
    if (found.type === "file") return found.value || found.closest(".upload").querySelector("a") ? "file" : "";
    if (mark && mark.checked) return null;
    if (special && special.checked) return "\u043d\u0435\u0442";
    if (found.type === "checkbox" || (found.length && !found.options)) {
      var all = found.length ? Array.from(found) : [found];
      return all.filter(function (one) { return one.checked; }).map(function (one) { return one.value; });
    }
    var text = found.value.trim();
    if (found.inputMode !== "numeric" && found.inputMode !== "decimal") return text;
    var read = number(text);
    return read === null ? "" : read;
  }
  function lookup(name) {
    var found = value(name);
    return found === null ? "" : found;
  }
  function blank(found) { return found === "" || (Array.isArray(found) && !found.length); }
  // A part in which a blank stands where a value is needed is passed over, as surveys/card/checks.py does.
  function spoilt(tree, look) {
    if (!Array.isArray(tree) || tree[0] === "text") return false;
    if (tree[0] === "name") return blank(look(tree[1]));
    return LENIENT.indexOf(tree[0]) < 0 && tree.slice(1).some(function (part) { return spoilt(part, look); });
  }
  function holds(tree, look) {
    var parts = Array.isArray(tree) && tree[0] === "and" ? tree.slice(1) : [tree];
    return parts.every(function (part) {
      if (spoilt(part, look)) return true;
      var found = window.OporaExpressions.evaluate(part, look, "");
      return found === null || !(found === false || found === 0 || found === "");
    });
  }
  // Labels of the ticked options; of a field in another section only the codes are here.
  function chosen(name) {
    var ticked = form.querySelectorAll("input[type=checkbox][name='" + name + "']:checked");
    var labels = Array.from(ticked).map(function (one) { return one.parentNode.textContent.trim(); });
    return (labels.length ? labels : data.values[name] || []).join(", ");
  }
  function figures(check) {
    var bound = check.limit ? value(check.limit) : null;
    return check.fields.filter(function (one) {
      var found = value(one[0]);
      if (found === null || blank(found)) return false;
      return !check.limit || one[0] === check.limit || (typeof found === "number" && found > bound);
    }).map(function (one) {
      var found = value(one[0]), input = control(one[0]);
      var words = typeof found === "number" ? shown(found) : Array.isArray(found) ? chosen(one[0]) : found;
      if (input && input.options) words = input.options[input.selectedIndex].text;
      return one[1] + " — " + words + " (" + one[2] + ")";
    }).join("; ");
  }
  function arithmetic(check) {
    var parts = check.sum[0].map(value), total = value(check.sum[1]);
    var left = parts.map(function (one) { return typeof one === "number" ? shown(one) : "…"; }).join(" + ");
    if (parts.some(function (one) { return typeof one !== "number"; })) return left;
    var whole = Number(parts.reduce(function (a, b) { return a + b; }, 0).toPrecision(15));
    var text = left + " = " + shown(whole);
    if (typeof total !== "number" || total === whole) return text;
    var code = check.fields.filter(function (one) { return one[0] === check.sum[1]; })[0][2];
    var by = shown(Number(Math.abs(whole - total).toPrecision(15)));
    var filled = { code: code, total: shown(total), way: whole > total ? words.more : words.less, by: by };
    return text + fill(words.differs, filled);
  }
  function showSum(check, good) {
    var line = document.getElementById("sum-" + check.code);
    if (!line) return;
    var mark = line.querySelector("[data-sum-text]"), sum = line.querySelector("[data-sum]"), text = arithmetic(check);
    line.classList.toggle("bad", !good);
    mark.className = good ? "tag done" : "msg e";
    mark.textContent = good ? words.sum : mark.dataset.sumText;
    if (sum.textContent !== text) sum.textContent = text;
  }
  function fill(template, filled) {
    return template.replace(/\{(\w+)\}/g, function (all, name) { return filled[name]; });
  }
  // A change of more than a quarter against the last card asks to be confirmed, as surveys/card/filling.py does.
  function checkChange(input) {
    var box = document.getElementById("jump-" + input.name);
    if (!box) return;
    var before = Number(input.dataset.before), now = value(input.name);
    box.hidden = typeof now !== "number" || Math.abs(now - before) <= Number(words.largeChange) * Math.abs(before);
    if (box.hidden) return;
    var percent = before ? Math.round(100 * Math.abs(now - before) / before) : "";
    var way = now > before ? words.more : words.less;
    var filled = { before: shown(before), now: shown(now), way: way, percent: percent };
    box.querySelector("[data-words]").textContent = fill(before ? words.jump : words.jumpFromZero, filled);
    var said = box.querySelector(".tag"), ask = box.querySelector(".chk");
    if (box.dataset.said === undefined) box.dataset.said = said.hidden ? "" : "1";
    var stands = box.dataset.said === "1" && input.value === input.defaultValue;  // it was said about this number
    said.hidden = !stands;
    ask.hidden = stands;
  }
  function checkAll() {
    var bad = {};
    data.checks.forEach(function (check) {
      var good = holds(check.tree, lookup);
      if (check.sum) showSum(check, good);
      var box = document.getElementById("chk-" + check.code);
      if (box) {
        box.hidden = good && !box.querySelector("input[name=conflict]");
        if (!good) box.querySelector("[data-figures]").textContent = figures(check);
      }
      if (!good && check.severity === "error") check.fields.forEach(function (one) { bad[one[0]] = true; });
    });
    Array.from(form.querySelectorAll(".ctl input[type=text], .ctl select")).forEach(function (one) {
      if (one.dataset.before !== undefined) checkChange(one);
      var own = document.getElementById(one.name + "-e");
      if (bad[one.name] || own) one.setAttribute("aria-invalid", "true");
      else one.removeAttribute("aria-invalid");
    });
  }
  form.addEventListener("input", function (event) {
    changed = true;
    document.getElementById("saved").textContent = words.unsaved;
    document.getElementById("saved").classList.remove("saved");
    var mark = /^nd-(.+)$/.exec(event.target.name);
    if (mark) {
      var box = document.getElementById("why-" + mark[1]).closest(".whybox"), field = control(mark[1]);
      box.hidden = !event.target.checked;
      if (field.tagName === "INPUT") field.readOnly = event.target.checked;
      if (event.target.checked) box.querySelector("input").focus();
    }
    checkAll();
  });
  form.addEventListener("change", function (event) {
    var file = event.target.type === "file" && event.target.files[0];
    event.target.setCustomValidity(file && file.size > LARGEST ? words.large : "");
    if (file) event.target.reportValidity();
  });
  form.addEventListener("submit", function (event) {
    var large = form.querySelector("input[type=file]:invalid");
    if (large) { event.preventDefault(); large.reportValidity(); return; }
    changed = false;
  });
  window.addEventListener("beforeunload", function (event) { if (changed) event.preventDefault(); });
  window.OporaCard = { holds: holds };
  checkAll();
})();
