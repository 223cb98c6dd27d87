/* Draw a digit: the network of lesson 03 says, stroke by stroke, what it sees. */
(function () {
  "use strict";

  const { words, make, row, button, Paper } = window.Draw;

  const SIDE = 140; // of the sheet, in its own pixels
  const BOX = 20; // a digit of MNIST fits this square,
  const FIELD = 28; // and its centre of mass is the middle of this one
  const PEN = 6; // radius, in pixels of the sheet
  const HOME = document.currentScript.src.replace(/[^/]*$/, "");

  /** Ready digits: strokes through places, right and down, on a sheet of 100 × 100. */
  const READY = {
    three: [[30, 25, 40, 16, 55, 15, 66, 22, 68, 33, 61, 43, 46, 48, 62, 52, 70, 63, 67, 77, 55, 85, 40, 84, 29, 76]],
    seven: [[28, 18, 50, 19, 72, 17, 60, 42, 51, 63, 45, 87]],
    barred: [[28, 18, 50, 19, 72, 17, 60, 42, 51, 63, 45, 87], [36, 50, 70, 49]],
    eight: [[64, 26, 52, 16, 38, 20, 37, 33, 50, 46, 64, 60, 66, 75, 54, 86, 39, 82, 35, 68, 47, 52, 60, 40, 65, 28]],
    cross: [[25, 25, 75, 78], [74, 22, 27, 80]],
  };

  /** SIDE × SIDE greys, 0 to 1: an array of ours, because some browsers blur what is read from a canvas. */
  class Sheet {
    constructor() {
      this.ink = new Float64Array(SIDE * SIDE);
    }

    /** Draws straight, with round ends. A pixel's grey is how far the pen reaches over its middle. Places: right, down. */
    stroke([x0, y0], [x1, y1], pen = PEN) {
      const [dx, dy] = [x1 - x0, y1 - y0];
      const [top, left] = [[y0, y1], [x0, x1]].map((ends) => Math.max(0, Math.floor(Math.min(...ends) - pen - 1)));
      for (let y = top; y < Math.min(SIDE, Math.max(y0, y1) + pen + 1); y++) {
        for (let x = left; x < Math.min(SIDE, Math.max(x0, x1) + pen + 1); x++) {
          const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
          const along = Math.min(1, Math.max(0, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
          const reach = pen + 0.5 - Math.hypot(px - along * dx, py - along * dy);
          const at = y * SIDE + x;
          this.ink[at] = Math.max(this.ink[at], Math.min(1, reach));
        }
      }
    }

    /**
     * Scales the box around the ink to 20 pixels at the longer side, by area averages, and moves its centre of mass to
     * pixel (14, 14) of 28 × 28, as MNIST was made. Source: Y. LeCun and others (1998), section III.
     *
     * @returns {?Uint8Array} 784 greys from 0 to 255, or nothing of an empty sheet.
     */
    picture() {
      const inked = [...this.ink.keys()].filter((at) => this.ink[at] >= 0.5);
      if (!inked.length) return null;
      const [top, left, size] = box(inked);
      const small = new Float64Array(BOX * BOX);
      for (const at of inked) {
        spread(small, this.ink[at] / size ** 2, (Math.floor(at / SIDE) - top) / size, ((at % SIDE) - left) / size, 1 / size);
      }
      return centre(small);
    }
  }

  /** @returns {number[]} Top and left of the box around pixels, and how many of them go to one of MNIST's. */
  function box(pixels) {
    const spans = [(at) => Math.floor(at / SIDE), (at) => at % SIDE].map((of) => {
      const places = pixels.map(of);
      const least = places.reduce((a, b) => Math.min(a, b));
      return [least, places.reduce((a, b) => Math.max(a, b)) - least + 1];
    });
    return [spans[0][0], spans[1][0], Math.max(spans[0][1], spans[1][1]) / BOX];
  }

  /** Shares the grey of a square, corner at (y, x), among the pixels below it. */
  function spread(small, grey, y, x, side) {
    for (let row = Math.floor(y); row < Math.min(BOX, y + side); row++) {
      const high = Math.min(row + 1, y + side) - Math.max(row, y);
      for (let column = Math.floor(x); column < Math.min(BOX, x + side); column++) {
        const wide = Math.min(column + 1, x + side) - Math.max(column, x);
        small[row * BOX + column] += (grey * high * wide) / side ** 2;
      }
    }
  }

  /** @returns {Uint8Array} 28 × 28 greys, the centre of mass in the middle. */
  function centre(small) {
    let [mass, down, right] = [0, 0, 0];
    small.forEach((grey, at) => {
      mass += grey;
      down += grey * Math.floor(at / BOX);
      right += grey * (at % BOX);
    });
    const [top, left] = [down, right].map((sum) => Math.round(FIELD / 2 - sum / mass));
    const picture = new Uint8Array(FIELD * FIELD);
    small.forEach((grey, at) => {
      const [row, column] = [Math.floor(at / BOX) + top, (at % BOX) + left];
      const inside = Math.min(row, column) >= 0 && Math.max(row, column) < FIELD;
      if (inside) picture[row * FIELD + column] = Math.round(255 * grey);
    });
    return picture;
  }

  /** @returns {Float64Array} A linear layer's output: weights are base64 of int8, row by row, each row with its scale. */
  function linear(layer, input) {
    layer.steps = layer.steps || Int8Array.from(atob(layer.rows), (letter) => letter.charCodeAt(0));
    return Float64Array.from(layer.scales, (scale, node) =>
      scale * input.reduce((sum, each, i) => sum + each * layer.steps[node * input.length + i], 0) + layer.biases[node]);
  }

  /** @param {Uint8Array} picture 784 greys. @returns {number} What the network says: near 0 for a 3, near 1 for a 7. */
  function answer(picture) {
    const [first, last] = window.Draw.weights;
    const hidden = linear(first, Float64Array.from(picture)).map((u) => Math.max(0, u));
    return 1 / (1 + Math.exp(-linear(last, hidden)[0]));
  }

  /** @returns {Uint8Array} 784 greys from letters: a to p are greys of 16, numbers are runs of black. */
  function unfold(letters) {
    const picture = new Uint8Array(FIELD * FIELD);
    let at = 0;
    for (const part of letters.match(/\d+|[a-p]/g)) {
      if (part >= "a") picture[at++] = 17 * (part.charCodeAt(0) - 97);
      else at += Number(part);
    }
    return picture;
  }

  /** @returns {number} Which of the others has the smallest sum of squared differences from a picture. */
  function nearest(picture, others) {
    const far = others.map((other) => other.reduce((sum, grey, i) => sum + (grey - picture[i]) ** 2, 0));
    return far.indexOf(Math.min(...far));
  }

  class Digit {
    constructor(root) {
      this.say = words(root);
      this.lay(root);
      this.clear();
      root.classList.add("is-live");
    }

    lay(root) {
      const { say } = this;
      this.paper = new Paper("draw-sheet", say("sheet"), (context) => this.drawSheet(context));
      this.paper.follow(() => this.load(), (from, to) => {
        this.stroke([from, to].map((place) => place.map((share) => share * SIDE)));
        this.look();
      }, () => this.finish());
      this.input = new Paper("draw-small", say("input"), (context) => this.drawGreys(context, this.picture));
      this.near = new Paper("draw-small", say("near"), (context) => this.drawGreys(context, this.neighbour));
      this.caption = make("p", { className: "draw-caption" });
      this.status = make("p", { className: "draw-status", role: "status" });
      this.needle = make("span", { className: "draw-needle" });
      const figure = (paper, name) => make("figure", {}, paper.canvas, make("figcaption", { textContent: say(name) }));
      const scale = make("div", { className: "draw-scale", "aria-hidden": true }, "3", make("span", {}, this.needle), "7");
      const small = make("div", { className: "draw-pair" }, figure(this.input, "input"), figure(this.near, "near"));
      const beside = make("div", {}, scale, this.caption, this.status, small);
      const buttons = Object.keys(READY).map((name) => button(say(name), () => this.take(READY[name])));
      root.append(make("div", { className: "draw-live" },
        make("div", { className: "draw-desk" }, this.paper.canvas, beside),
        row(say("ready"), [button(say("clear"), () => this.clear()), ...buttons])));
    }

    // What the reader does

    stroke([from, to]) {
      this.sheet.stroke(from, to);
      this.strokes.push([from, to]);
    }

    take(lines) {
      this.clear();
      for (const line of lines.map((places) => places.map((each) => (each * SIDE) / 100))) {
        for (let i = 2; i < line.length; i += 2) this.stroke([line.slice(i - 2, i), line.slice(i, i + 2)]);
      }
      this.load();
      this.look();
      this.finish();
    }

    clear() {
      this.sheet = new Sheet();
      this.strokes = [];
      this.neighbour = null;
      this.look();
      this.finish();
    }

    /** Loads the training pictures, once. */
    load() {
      if (this.asked) return;
      this.asked = make("script", { src: HOME + "pictures.js" });
      this.asked.onload = () => {
        this.others = window.Draw.pictures.map(unfold);
        this.finish();
      };
      document.head.append(this.asked);
    }

    // What the network says

    look() {
      this.picture = this.sheet.picture();
      const yhat = this.picture ? answer(this.picture) : 0.5;
      this.needle.hidden = !this.picture;
      this.needle.style.left = `${100 * yhat}%`;
      this.caption.textContent = this.picture ? this.verdict(yhat) : this.say("empty");
      this.paper.redraw();
      this.input.redraw();
    }

    verdict(yhat) {
      const sure = 100 * Math.max(yhat, 1 - yhat);
      const gaps = { digit: yhat > 0.5 ? 7 : 3, yhat: yhat.toFixed(4), sure: sure.toFixed(sure > 99 ? 2 : 0) };
      return this.say(sure > 99.99 ? "certain" : "answer", gaps);
    }

    finish() {
      if (this.others && this.picture) this.neighbour = this.others[nearest(this.picture, this.others)];
      this.near.redraw();
      this.status.textContent = this.caption.textContent;
    }

    // The pictures

    drawSheet(context) {
      context.scale(this.paper.width / SIDE, this.paper.width / SIDE);
      context.strokeStyle = this.paper.colour("ink");
      context.lineWidth = 2 * PEN;
      context.lineCap = "round";
      context.beginPath();
      for (const [from, to] of this.strokes) {
        context.moveTo(...from);
        context.lineTo(to[0], to[1] + 0.01); // a dot is a line, too
      }
      context.stroke();
    }

    drawGreys(context, picture) {
      const side = this.input.width / FIELD;
      context.fillRect(0, 0, this.input.width, this.input.height);
      (picture || []).forEach((grey, at) => {
        context.fillStyle = `rgb(${grey} ${grey} ${grey})`;
        context.fillRect((at % FIELD) * side, Math.floor(at / FIELD) * side, side + 0.5, side + 0.5);
      });
    }
  }

  document.querySelectorAll(".draw-digit").forEach((root) => new Digit(root));
  Object.assign(window.Draw, { Sheet, answer, unfold });
})();
