/* What a page does when scripts are on: light and dark, the search field, the place in the contents, scrolling by keyboard. */
(function () {
  "use strict";

  const root = document.documentElement;

  // What is far below the window was left for later, see course.css; a page to be printed at once is laid out at once.
  const layOut = () => root.classList.remove("is-new");
  addEventListener("load", () => ("requestIdleCallback" in window ? requestIdleCallback(layOut, { timeout: 1000 }) : setTimeout(layOut, 200)));
  addEventListener("beforeprint", layOut);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const MODES = ["light", "dark", "auto"];

  /** Keeps a choice for the next page, where the browser keeps anything. */
  function remember(mode) {
    try { localStorage.setItem("mode", mode); } catch (refused) { /* the choice holds for this page alone */ }
  }

  /** Shows the page in a mode; auto follows the reader's system. */
  function show(mode) {
    root.dataset.mode = mode;
    root.dataset.theme = mode !== "auto" ? mode : dark.matches ? "dark" : "light";
  }

  const button = document.querySelector(".theme-switch-button");
  button.addEventListener("click", function () {
    const mode = MODES[(MODES.indexOf(root.dataset.mode) + 1) % MODES.length];
    show(mode);
    remember(mode);
    button.querySelector(".mode-name").textContent = mode;
  });
  dark.addEventListener("change", () => show(root.dataset.mode));
  addEventListener("beforeprint", () => { root.dataset.theme = "light"; });  // paper is white
  addEventListener("afterprint", () => show(root.dataset.mode));

  const dialog = document.getElementById("search-dialog");
  document.querySelector(".open-search").addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      dialog.open ? dialog.close() : dialog.showModal();
    }
  });

  document.querySelectorAll(".print-page").forEach((each) => each.addEventListener("click", () => print()));

  // On paper, what is folded is open; Chromium and Firefox differ in what style sheets alone can do.
  let folded = [];
  addEventListener("beforeprint", function () {
    folded = [...document.querySelectorAll("article details:not([open])")];
    folded.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((each) => { each.open = false; }));

  // On a narrow screen the contents lie over the page: they close when a place in it was chosen.
  document.querySelectorAll("nav[popover] a").forEach((link) => link.addEventListener("click", function () {
    const drawer = link.closest("nav");
    if (drawer.matches(":popover-open")) drawer.hidePopover();
  }));

  // The list of all pages is longer than the window: it opens where the page that is read stands.
  const pages = document.querySelector(".all-pages");
  const here = pages && pages.querySelector(".current > a");
  function showHere() {
    const beyond = here.getBoundingClientRect().bottom - pages.getBoundingClientRect().bottom;
    if (beyond > 0) pages.scrollTop += beyond + pages.clientHeight / 3;
  }
  if (here) {
    showHere();
    pages.addEventListener("toggle", showHere);
  }

  // What scrolls sideways in itself must be reached by the keyboard, and what does not must not be in its way.
  const SCROLLS = ".bd-article pre, .katex-display, .cell_output .text_html, .pst-scrollable-table-container, figure.chart";
  const sizes = new ResizeObserver(function (entries) {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  document.querySelectorAll(SCROLLS).forEach((each) => sizes.observe(each));

  // The section that is read is marked in the contents.
  const links = new Map();
  document.querySelectorAll(".on-this-page a[href^='#']").forEach(function (link) {
    const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (section) links.set(section, link);
  });
  const seen = new Set();
  const reading = new IntersectionObserver(function (entries) {
    entries.forEach((entry) => (entry.isIntersecting ? seen.add(entry.target) : seen.delete(entry.target)));
    const last = [...links.keys()].filter((section) => seen.has(section)).pop();
    links.forEach((link, section) => (section === last ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
  }, { rootMargin: "-10% 0px -70% 0px" });
  links.forEach((_, section) => reading.observe(section));
})();
