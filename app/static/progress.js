// While a job runs, fetch the page again and put its live part in place; follow where the server leads when it is done.
(function () {
  "use strict";
  var live = document.querySelector("[data-live]");
  if (!live || !live.querySelector("[data-running]")) return;
  function look() {
    fetch(location.href, { credentials: "same-origin" }).then(function (answer) {
      return answer.text();
    }).then(function (text) {
      var page = new DOMParser().parseFromString(text, "text/html");
      var next = page.querySelector("[data-live]");
      if (!next || (live.hasAttribute("data-whole") && !next.querySelector("[data-running]"))) {
        location.reload();
        return;
      }
      live.replaceChildren.apply(live, Array.prototype.slice.call(next.childNodes));
      if (live.querySelector("[data-running]")) setTimeout(look, 1500);
    }).catch(function () { setTimeout(look, 5000); });
  }
  setTimeout(look, 1500);
})();
