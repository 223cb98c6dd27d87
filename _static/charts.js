/* Brings the charts of a page to life: Vega is loaded from the site when a chart comes near the window. */
(function () {
  "use strict";

  const VEGA = ["vega/vega.min.js", "vega-lite/vega-lite.min.js", "vega-embed/vega-embed.min.js"];
  const NEAR = "600px";
  const root = document.documentElement.dataset.content_root || "./";

  /** Loads a classic script, which works from disk too. */
  function load(path) {
    return new Promise(function (resolve, reject) {
      const script = document.createElement("script");
      script.src = root + "_static/vendor/" + path;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  }

  let vega; // one promise for all charts of the page

  /** Loads Vega, Vega-Lite and vega-embed, in this order, once. */
  function loadVega() {
    vega = vega || VEGA.reduce((before, path) => before.then(() => load(path)), Promise.resolve());
    return vega;
  }

  /** Makes a chart that is wider than its place as narrow as that, if it is one plot. */
  function fit(spec, width) {
    if (typeof spec.width === "number" && spec.width + 80 > width) {
      spec.width = width;
      spec.autosize = { type: "fit-x", contains: "padding" };
    }
    return spec;
  }

  /** Makes an element of a class, with what is in it. */
  function make(tag, name, ...content) {
    const element = document.createElement(tag);
    element.className = name;
    element.append(...content);
    return element;
  }

  /** Makes what is as high as the control that Vega will make for a parameter. */
  function placeholder(bind) {
    const name = make("span", "vega-bind-name", bind.name || "");
    const field = make("input", "");
    field.type = bind.input;
    field.disabled = true;
    if (bind.input !== "radio") return make("div", "vega-bind", make("label", "", name, field, make("span", "", String(bind.max || ""))));
    const choices = bind.options.map((option) => make("label", "", field.cloneNode(), String(option)));
    return make("div", "vega-bind", name, make("span", "vega-bind-radio", ...choices));
  }

  /** Keeps the room below a still that the live chart's controls will take, so that nothing moves when they come. */
  function keepRoom(figure, { params = [] }) {
    const room = make("div", "chart-room vega-bindings", ...params.filter((each) => each.bind && each.bind.input).map((each) => placeholder(each.bind)));
    room.setAttribute("aria-hidden", "true");
    if (room.hasChildNodes()) figure.append(room);
    const still = figure.querySelector("img");
    if (still) still.style.height = still.getAttribute("height") + "px";  // a live chart does not get lower on a phone
  }

  /** Gives the room back, where there is nothing to fill it. */
  function leaveRoom(figure) {
    figure.querySelectorAll(".chart-room").forEach((each) => each.remove());
    figure.querySelectorAll("img").forEach((each) => { each.style.height = ""; });
  }

  /** Draws a chart beside its still and, once it is there, hides the still. */
  async function draw(figure, spec) {
    await loadVega();
    const live = make("div", "chart-live");
    figure.append(live);
    await window.vegaEmbed(live, fit(spec, live.clientWidth), { actions: false, renderer: "svg", mode: "vega-lite" });
    figure.classList.add("is-live");
  }

  const specifications = new Map();
  const observer = new IntersectionObserver(function (entries) {
    for (const entry of entries.filter((each) => each.isIntersecting)) {
      observer.unobserve(entry.target);
      draw(entry.target, specifications.get(entry.target)).catch(function (fault) {
        leaveRoom(entry.target);
        throw fault;
      });
    }
  }, { rootMargin: NEAR });

  document.querySelectorAll("figure.chart").forEach(function (figure) {
    const spec = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    specifications.set(figure, spec);
    keepRoom(figure, spec);
    observer.observe(figure);
  });
})();
