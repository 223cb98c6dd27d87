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

  /** Draws a chart beside its still and, once it is there, hides the still. */
  async function draw(figure) {
    const spec = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    await loadVega();
    const live = document.createElement("div");
    live.className = "chart-live";
    figure.append(live);
    await window.vegaEmbed(live, fit(spec, live.clientWidth), { actions: false, renderer: "svg", mode: "vega-lite" });
    figure.classList.add("is-live");
  }

  const observer = new IntersectionObserver(function (entries) {
    for (const entry of entries.filter((each) => each.isIntersecting)) {
      observer.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: NEAR });

  document.querySelectorAll("figure.chart").forEach((figure) => observer.observe(figure));
})();
