/* What both widgets stand on: words from the page, controls, a canvas, frames. */
(function () {
  "use strict";

  /** @returns {function(string, Object=): string} Gives the text of the widget's paragraph of a class, gaps like {m} filled. */
  function words(root) {
    return (name, gaps = {}) =>
      root.querySelector(`.draw-words .${name}`).textContent.replace(/\{(\w+)\}/g, (_, key) => gaps[key]);
  }

  /** @returns {HTMLElement} A new element with properties, attributes (role, and names with a hyphen) and children. */
  function make(tag, properties, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (/-|role/.test(name)) element.setAttribute(name, value);
      else element[name] = value;
    }
    element.append(...children);
    return element;
  }

  /** @returns {HTMLElement} A named row of controls. */
  function row(label, children) {
    return make("div", { className: "draw-row", role: "group", "aria-label": label }, ...children);
  }

  function button(textContent, onclick, className = "") {
    return make("button", { type: "button", className, textContent, onclick });
  }

  /** A canvas that is as sharp as the screen, and is drawn anew when its size or the theme changes. */
  class Paper {
    /** @param {string} className @param {string} label @param {function(CanvasRenderingContext2D): void} draw */
    constructor(className, label, draw) {
      this.canvas = make("canvas", { className, role: "img", "aria-label": label });
      this.draw = draw;
      new ResizeObserver(() => this.redraw()).observe(this.canvas);
      new MutationObserver(() => this.redraw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    }

    /** @returns {string} The colour that draw.css gives that name in the present theme. */
    colour(name) {
      return getComputedStyle(this.canvas).getPropertyValue("--draw-" + name);
    }

    redraw() {
      const { canvas, draw } = this;
      const sharp = window.devicePixelRatio;
      [this.width, this.height] = [canvas.clientWidth, canvas.clientHeight];
      canvas.width = Math.round(this.width * sharp); // which clears it, too
      canvas.height = Math.round(this.height * sharp);
      const context = canvas.getContext("2d");
      context.scale(sharp, sharp);
      if (this.width) draw(context);
    }

    /** Follows a mouse, a pen or one finger. `stroke` gets each bit, from and to, as shares of width and height. */
    follow(start, stroke, end) {
      const canvas = this.canvas;
      let pointer = null;
      let last;
      const advance = (event) => {
        const box = canvas.getBoundingClientRect();
        const here = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
        stroke(last || here, here);
        last = here;
      };
      const stop = (event) => {
        if (event.pointerId !== pointer) return;
        pointer = last = null;
        end();
      };
      canvas.addEventListener("pointerdown", (event) => {
        if (pointer !== null || event.button) return;
        pointer = event.pointerId;
        canvas.setPointerCapture(pointer);
        start();
        advance(event);
      });
      canvas.addEventListener("pointermove", (event) => {
        if (event.pointerId === pointer) event.getCoalescedEvents().concat(event).forEach(advance);
      });
      canvas.addEventListener("pointerup", stop);
      canvas.addEventListener("pointercancel", stop);
    }
  }

  /** Work that goes on frame by frame, and rests while its element is off screen or the page is hidden. */
  class Frames {
    constructor(element) {
      new IntersectionObserver((entries) => {
        this.seen = entries.pop().isIntersecting;
        this.ask();
      }).observe(element);
      document.addEventListener("visibilitychange", () => this.ask());
    }

    /** @param {?function(): boolean} work Is called in each frame until it says false. */
    run(work) {
      this.work = work;
      this.ask();
    }

    ask() {
      cancelAnimationFrame(this.asked);
      if (!this.work || !this.seen || document.hidden) return;
      this.asked = requestAnimationFrame(() => {
        const work = this.work;
        if (!work() && this.work === work) this.work = null;
        this.ask();
      });
    }
  }

  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  window.Draw = Object.assign(window.Draw || {}, { words, make, row, button, calm, Paper, Frames });
})();
