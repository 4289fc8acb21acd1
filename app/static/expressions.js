// Values of expression trees, step by step as in surveys/expressions/evaluation.py; one table of examples tests both.
// evaluate(tree, lookup, self, today): '' is an unanswered item, null is «н/д» and makes comparisons unknown.
window.OporaExpressions = (function () {
  "use strict";
  var NUMBER = /^[ \t\r\n]*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[ \t\r\n]*$/;

  function blank(v) { return (typeof v === "string" || Array.isArray(v)) && v.length === 0; }
  function missing(v) { return v === null || blank(v); }
  function known(v) {
    if (v === null || typeof v === "boolean") return v;
    return typeof v === "number" ? v !== 0 : v.length > 0;
  }
  function text(v) {
    if (v === null) return "";
    return Array.isArray(v) ? v.join(" ") : String(v === 0 ? 0 : v);
  }
  function finite(n) { return isFinite(n) ? n : null; }
  function number(v) {
    if (typeof v === "number") return finite(v);
    if (typeof v === "boolean") return v ? 1 : 0;
    if (v === null) return null;
    var t = text(v);
    return NUMBER.test(t) ? finite(Number(t)) : null;
  }
  function codes(v) {
    return Array.isArray(v) ? v : text(v).split(" ").filter(function (code) { return code; });
  }
  function order(sign, a, b) {
    if (sign === "<") return a < b;
    if (sign === "<=") return a <= b;
    return sign === ">" ? a > b : a >= b;
  }
  function equal(a, b) {
    var t;
    if (Array.isArray(a) && Array.isArray(b)) {
      return a.every(function (c) { return b.indexOf(c) >= 0; }) && b.every(function (c) { return a.indexOf(c) >= 0; });
    }
    if (Array.isArray(b)) { t = a; a = b; b = t; }
    if (Array.isArray(a)) return blank(b) ? !a.length : a.indexOf(text(b)) >= 0;
    var x = number(a), y = number(b);
    return x !== null && y !== null ? x === y : text(a) === text(b);
  }
  function compare(sign, a, b) {
    if (a === null || b === null) return null;
    if (sign === "=" || sign === "!=") return equal(a, b) === (sign === "=");
    if (blank(a) || blank(b)) return false;
    var x = number(a), y = number(b);
    if (x !== null && y !== null) return order(sign, x, y);
    return typeof a === "string" && typeof b === "string" ? order(sign, a, b) : false;
  }
  function calculate(sign, a, b) {
    var x = number(a), y = number(b);
    if (x === null || y === null) return null;
    if (sign === "+") return finite(x + y);
    if (sign === "-") return finite(x - y);
    if (sign === "*") return finite(x * y);
    return finite(sign === "div" ? x / y : x % y);
  }
  function shift(n, digits) {
    var parts = String(n).split("e");
    return Number(parts[0] + "e" + (Number(parts[1] || 0) + digits));
  }
  function round(v) {
    var n = number(v[0]), digits = v.length > 1 ? number(v[1]) : 0;
    if (n === null || digits === null || digits % 1 || Math.abs(digits) > 15) return null;
    var exact = shift(n, digits);
    return Math.abs(exact) >= 9007199254740992 ? n : shift(Math.round(exact), -digits);
  }
  function numbers(v) {
    var all = v.map(number);
    return all.indexOf(null) < 0 ? all : null;
  }
  function extreme(v, choose) {
    var all = numbers([].concat.apply([], v).filter(function (x) { return !blank(x); }));
    return all && all.length ? choose.apply(null, all) : null;
  }
  function letters(v) { return Array.from(text(v)); }
  function substr(v) {
    var all = letters(v[0]), bounds = numbers(v.slice(1));
    if (!bounds) return null;
    var ends = bounds.concat([all.length]).map(function (b) { return Math.max(0, Math.trunc(b)); });
    return all.slice(ends[0], ends[1]).join("");
  }
  function formatDate(v) {
    var found = /^([0-9]{4})-([0-9]{2})-([0-9]{2})/.exec(text(v[0]));
    if (!found) return null;
    return text(v[1]).split("%Y").join(found[1]).split("%m").join(found[2]).split("%d").join(found[3]);
  }
  function one(act) {
    return function (v) {
      var n = number(v[0]);
      return n === null ? null : finite(act(n));
    };
  }
  var TOLERANT = {
    "coalesce": function (v) {
      var found = v.filter(function (x) { return !missing(x); });
      return found.length ? found[0] : v[v.length - 1];
    },
    "count-non-empty": function (v) { return v.filter(function (x) { return !missing(x); }).length; },
    "exists": function (v) { return !missing(v[0]); },
    "empty": function (v) { return missing(v[0]); }
  };
  var STRICT = {
    "not": function (v) { return !known(v[0]); },
    "true": function () { return true; },
    "false": function () { return false; },
    "neg": one(function (n) { return 0 - n; }),
    "number": one(function (n) { return n; }),
    "int": one(function (n) { return Math.trunc(n) + 0; }),
    "abs": one(Math.abs),
    "pow": function (v) {
      var all = numbers(v);
      return all ? finite(Math.pow(all[0], all[1])) : null;
    },
    "round": round,
    "min": function (v) { return extreme(v, Math.min); },
    "max": function (v) { return extreme(v, Math.max); },
    "sum": function (v) {
      var all = numbers(v);
      return all ? finite(all.reduce(function (a, b) { return a + b; }, 0)) : null;
    },
    "selected": function (v) { return codes(v[0]).indexOf(text(v[1])) >= 0; },
    "count-selected": function (v) { return codes(v[0]).length; },
    "selected-at": function (v) {
      var place = number(v[1]), all = codes(v[0]);
      if (place === null) return null;
      return place >= 0 && place < all.length && place % 1 === 0 ? all[place] : "";
    },
    "string": function (v) { return text(v[0]); },
    "string-length": function (v) { return letters(v[0]).length; },
    "contains": function (v) { return text(v[0]).indexOf(text(v[1])) >= 0; },
    "starts-with": function (v) { return text(v[0]).indexOf(text(v[1])) === 0; },
    "ends-with": function (v) { return text(v[0]).slice(-text(v[1]).length || Infinity) === text(v[1]); },
    "concat": function (v) { return v.map(text).join(""); },
    "substr": substr,
    "regex": function (v) {
      return letters(v[0]).length <= v[2] && new RegExp("^(?:" + v[1] + ")$", "u").test(text(v[0]));
    },
    "format-date": formatDate
  };
  function clock() {
    var now = new Date();
    return now.getFullYear() + "-" + ("0" + (now.getMonth() + 1)).slice(-2) + "-" + ("0" + now.getDate()).slice(-2);
  }
  function apply(operation, v) {
    if (/^[!=<>]/.test(operation)) return compare(operation, v[0], v[1]);
    if (/^(?:[-+*]|div|mod)$/.test(operation)) return calculate(operation, v[0], v[1]);
    if (TOLERANT[operation]) return TOLERANT[operation](v);
    return v.indexOf(null) >= 0 ? null : STRICT[operation](v);
  }
  function given(v) { return v === undefined ? "" : v; }
  function evaluate(tree, lookup, self, today) {
    if (!Array.isArray(tree)) return tree;
    var operation = tree[0], parts = tree.slice(1);
    function value(part) { return evaluate(part, lookup, self, today); }
    if (operation === "text") return parts[0];
    if (operation === "name") return given(lookup(parts[0]));
    if (operation === "column") return given(lookup("@" + parts[0]));
    if (operation === "this") return given(self);
    if (operation === "today") return today || clock();
    if (operation === "and" || operation === "or") {
      var truths = parts.map(value).map(known), any = operation === "or";
      if (truths.indexOf(any) >= 0) return any;
      return truths.indexOf(null) >= 0 ? null : !any;
    }
    if (operation === "if") {
      var condition = known(value(parts[0]));
      return condition === null ? null : value(parts[condition ? 1 : 2]);
    }
    return apply(operation, parts.map(value));
  }
  return { evaluate: evaluate, truth: function (tree, lookup, self, today) {
    return known(evaluate(tree, lookup, self, today)) === true;
  } };
})();
