/* Draw a curve: a built network rises below it bar by bar, or one with PyTorch's start learns it, live. */
(function () {
  "use strict";

  const { POINTS, FINE, Network, Training, Sketch, linspace, height, steepness, stairs, bentLine, largestError } = window.Draw;
  const { words, make, row, button, calm, Paper, Frames } = window.Draw;

  const ROUND = 200; // steps of training, as in lesson 02
  const BUSY = 12; // milliseconds of a frame in which it trains
  const RISE = 1400; // milliseconds in which a built network rises
  const TOP = 1.3; // what the paper shows, up and down; the pen reaches ±1
  const SIZES = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 40, 64, 84, 128, 199, 256, 320, 400, 512, 800, 1024, 1400, 2048];
  const RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1];
  const MODULES = { bump: "Bump()", relu: "torch.nn.ReLU()", sigmoid: "torch.nn.Sigmoid()" };

  /** Ready curves: heights by x. */
  const READY = {
    wave: (x) => 0.6 * Math.sin(0.6 * x) + 0.3 * Math.sin(1.3 * x + 0.7) + 0.02 * Math.sin(9 * x),
    sawtooth: (x) => 0.8 * (x < 10 ? ((x + 10) % 4) / 2 - 1 : 1),
    step: (x) => (x < 1.3 ? -0.7 : 0.7),
    scribble: (x) => 0.45 * Math.sin(1.1 * x + 1) + 0.25 * Math.sin(3.1 * x) + 0.15 * Math.sin(7.3 * x + 2) * Math.cos(x),
    spike: (x) => -0.6 + 1.5 * Math.exp(-(((x - 2) / 0.25) ** 2)),
  };

  /** What the experiments set: curve, mode, activation, m, rate. */
  const EXPERIMENTS = {
    between: ["step", "trained", "bump", 2048, 0.001],
    exists: ["wave", "built", "relu", 16, 0.001],
    stuck: ["wave", "trained", "relu", 16, 0.001],
    slow: ["wave", "trained", "sigmoid", 84, 0.001],
    rash: ["wave", "trained", "bump", 2048, 0.1],
  };

  const x = linspace(POINTS);
  const fine = linspace(FINE);

  /** @returns {string} Three decimals, or of a small number two digits and a power. */
  function short(value) {
    return value >= 0.001 || value < 1e-12 ? value.toFixed(3) : value.toExponential(1);
  }

  /** Python that makes each network. A built one of sigmoids is one of bumps, two for each. */
  const PYTHON = {
    trained: ({ activation, m, rate, seed, steps }) => `torch.manual_seed(${seed})
net = torch.nn.Sequential(torch.nn.Linear(1, ${m}), ${MODULES[activation]}, torch.nn.Linear(${m}, 1)).double()
optimizer = torch.optim.Adam(net.parameters(), lr=${rate})
for step in range(${steps}):
    loss = torch.nn.functional.mse_loss(net(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()`,
    bump: ({ m }) => `d = 20 / ${m}
middles = -10 + d * (torch.arange(-1, ${m} + 1).double() + 0.5)
first = linear(torch.full_like(middles, 1 / d).reshape(-1, 1), -middles / d)
last = linear(curve(middles).reshape(1, -1), torch.zeros(1).double())
net = torch.nn.Sequential(first, Bump(), last)`,
    relu: ({ m }) => `knots = -10 + 20 / ${m} * torch.arange(${m} + 1).double()
slopes = curve(knots).diff() / knots.diff()
bends = torch.cat([slopes[:1], slopes.diff()]).reshape(1, -1)
first = linear(torch.ones_like(slopes).reshape(-1, 1), -knots[:-1])
net = torch.nn.Sequential(first, torch.nn.ReLU(), linear(bends, curve(knots[:1])))`,
  };
  PYTHON.sigmoid = PYTHON.bump;

  /** @returns {string} A notebook's cell that draws curve and network in PyTorch. */
  function cell(y, choice) {
    const rows = Array.from(y, (each, i) => (i % 10 ? " " : "\n    ") + each + ",").join("");
    return `import matplotlib.pyplot as plt
import numpy as np
import torch

y = [${rows}
]
y = torch.tensor(y, dtype=torch.float64).reshape(-1, 1)
x = torch.linspace(-10, 10, ${POINTS}, dtype=torch.float64).reshape(-1, 1)


def curve(points):
    # the drawn points, joined by straight lines
    return torch.from_numpy(np.interp(points, x.flatten(), y.flatten()))


def linear(weight, bias):
    layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight.data, layer.bias.data = weight, bias
    return layer


class Bump(torch.nn.Module):
    def forward(self, u):
        return torch.sigmoid(200 * (u + 0.5)) + torch.sigmoid(-200 * (u - 0.5)) - 1


${PYTHON[choice.mode === "built" ? choice.activation : "trained"](choice)}

fine = torch.linspace(-10, 10, ${FINE}, dtype=torch.float64).reshape(-1, 1)
fit = net(fine).detach()
print("largest error:", round((fit - curve(fine)).abs().max().item(), 6))
plt.plot(x, y, color="#d55e00", linewidth=3)
plt.plot(fine, fit, "--", color="#0072b2")
plt.show()
`;
  }

  class Curve {
    constructor(root) {
      this.root = root;
      this.say = words(root);
      this.sketch = new Sketch();
      this.choice = { mode: "built", activation: "bump", rate: 0.001, seed: 43052 };
      this.m = { built: 40, trained: 2048 };
      this.show = {};
      this.lay();
      this.frames = new Frames(this.paper.canvas);
      this.take("wave");
      root.classList.add("is-live");
    }

    lay() {
      const { root, say } = this;
      this.paper = new Paper("draw-paper", say("paper"), (context) => this.draw(context));
      const place = ([left, top]) => [left * (POINTS - 1), TOP - 2 * TOP * top];
      this.paper.follow(() => this.begin(), (from, to) => {
        this.sketch.stroke(place(from), place(to));
        this.paper.redraw();
      }, () => {
        this.sketch.fill();
        this.start("built");
      });
      this.caption = make("p", { className: "draw-caption" });
      this.status = make("p", { className: "draw-status", role: "status" });
      const named = (names, act) => names.map((name) => button(say(name), () => act(name)));
      this.text = make("div", {});
      const parts = [this.paper.canvas, this.caption, this.status, this.text, row(say("actions"), [
        button(say("build"), () => this.start("built")),
        button(say("learn"), () => this.start("trained"), "draw-main"),
        button(say("more"), () => this.learn()),
        button(say("copy"), () => this.copy()),
      ]), this.choices(), row(say("ready"), named(Object.keys(READY), (name) => this.take(name)))];
      if (!root.matches(".draw-compact")) {
        parts.push(row(say("experiments"), named(Object.keys(EXPERIMENTS), (name) => this.try(...EXPERIMENTS[name]))));
      }
      root.append(make("div", { className: "draw-live" }, ...parts));
    }

    /** @returns {HTMLElement} What can be chosen: m, activation, rate, seed. */
    choices() {
      const { say, choice } = this;
      const label = (name, ...children) => make("label", { className: "draw-" + name }, say(name), ...children);
      this.slider = make("input", { type: "range", min: 0, max: SIZES.length - 1 });
      this.slider.oninput = () => this.size(SIZES[this.slider.value]);
      this.number = make("span", {});
      const select = (name, values, write) => {
        const options = values.map((value) => make("option", { value, textContent: write(value) }));
        this[name] = make("select", { onchange: (event) => this.choose({ [name]: values[event.target.selectedIndex] }) }, ...options);
        return label(name, this[name]);
      };
      const seed = make("input", { type: "number", min: 0, max: 2 ** 32 - 1, value: choice.seed });
      seed.onchange = () => {
        seed.value = Math.min(seed.max, Math.max(0, Math.round(seed.valueAsNumber) || 0));
        this.choose({ seed: seed.valueAsNumber });
      };
      return row(say("choices"), [
        label("size", this.slider, this.number),
        select("activation", Object.keys(MODULES), say),
        select("rate", RATES, String),
        label("seed", seed),
      ]);
    }

    // What the reader does

    /** A ready curve makes room for the reader's first stroke. */
    begin() {
      if (this.ready) this.sketch.clear();
      this.ready = false;
      this.hide();
    }

    take(name, mode = "built") {
      this.sketch.take(READY[name]);
      this.ready = true;
      this.start(mode);
    }

    try(name, mode, activation, m, rate) {
      Object.assign(this.choice, { activation, rate });
      this.m[mode] = m;
      this.take(name, mode);
      this.paper.canvas.scrollIntoView({ block: "nearest" });
    }

    choose(change) {
      Object.assign(this.choice, change);
      this.start(this.choice.mode);
    }

    size(m) {
      this.m[this.choice.mode] = m;
      this.start(this.choice.mode, 0);
    }

    // What the networks do

    /** Starts anew: a built network rises, or one with PyTorch's start learns. */
    start(mode, time = RISE) {
      this.choice.mode = mode;
      this.hide();
      this.mark();
      this.truth = fine.map((at) => height(this.sketch.y, at));
      const { activation, rate, seed } = this.choice;
      if (mode === "built") return this.build(calm.matches ? 0 : time);
      this.network = Network.started(activation, this.m.trained, seed);
      this.training = new Training(this.network, x, this.sketch.y.slice(), rate);
      this.goal = 0;
      this.learn();
    }

    build(time) {
      const { activation } = this.choice;
      const m = this.m.built;
      this.network = (activation === "relu" ? bentLine : stairs)(this.sketch.y, m);
      const L = steepness(this.sketch.y);
      this.finish("built-" + activation, { m, nodes: 2 * m + 4, L: L.toFixed(2), bound: short((10 * L) / m) });
      const { worst } = this.show;
      const begun = performance.now();
      this.frames.run(() => {
        const risen = Math.min(1, (performance.now() - begun) / time || 1);
        Object.assign(this.show, { risen, worst: risen < 1 ? null : worst });
        this.paper.redraw();
        return risen < 1;
      });
    }

    /** Learns for another 200 steps, as many in each frame as it has time for. */
    learn() {
      const training = this.training;
      if (!training) return this.start("trained");
      this.goal += ROUND;
      this.frames.run(() => {
        const end = performance.now() + BUSY;
        let loss;
        do loss = training.step();
        while (training.steps < this.goal && performance.now() < end);
        if (training.steps >= this.goal) return this.learned();
        if (calm.matches) return true;
        this.show = { fit: training.yhat, at: x, risen: 1 };
        this.caption.textContent = this.say("learning", this.gaps(loss));
        this.paper.redraw();
        return true;
      });
    }

    learned() {
      const gaps = this.gaps(this.training.loss());
      gaps.seen = short(largestError(this.training.yhat, this.sketch.y).error);
      const parting = this.choice.activation === "bump" && this.choice.rate > 0.001;
      this.finish(parting ? "parting" : "trained", gaps);
    }

    gaps(loss) {
      const { activation, rate, seed } = this.choice;
      return { m: this.m.trained, activation: this.say(activation), rate, seed, steps: this.training.steps, loss: short(loss) };
    }

    finish(name, gaps) {
      const fit = this.network.outputs(fine);
      const worst = largestError(fit, this.truth);
      this.show = { fit, at: fine, risen: 1, worst: worst.at };
      this.caption.textContent = this.status.textContent = this.say(name, { ...gaps, error: short(worst.error) });
      this.text.replaceChildren();
      this.paper.redraw();
    }

    hide() {
      this.frames.run(null);
      this.training = null;
      this.show = {};
      this.paper.redraw();
    }

    mark() {
      const { mode, activation, rate } = this.choice;
      const m = this.m[mode];
      this.number.textContent = this.say("size-" + mode, { m });
      this.slider.value = SIZES.indexOf(m);
      this.slider.setAttribute("aria-valuetext", this.number.textContent);
      this.activation.value = activation;
      this.rate.value = rate;
    }

    /** Puts the cell on the clipboard or, where that is closed to us, on the page. */
    async copy() {
      const steps = this.training && this.training.steps;
      const value = cell(this.sketch.y, { ...this.choice, m: this.m[this.choice.mode], steps });
      const tell = (name, ...box) => this.text.replaceChildren((this.status.textContent = this.say(name)), ...box);
      try {
        await navigator.clipboard.writeText(value);
        tell("copied");
      } catch {
        tell("by-hand", make("textarea", { className: "draw-text", readOnly: true, value, "aria-label": this.say("by-hand") }));
      }
    }

    // The picture

    spot(at, y) {
      return [((at + 10) / 20) * this.paper.width, ((TOP - y) / (2 * TOP)) * this.paper.height];
    }

    draw(context) {
      const { fit, at, risen, worst } = this.show;
      const { mode, activation } = this.choice;
      const { sketch } = this;
      this.axes(context);
      if (fit && mode === "built" && activation !== "relu") this.bars(context, risen);
      this.line(context, "truth", [], (i) => sketch.drawn[i], x, sketch.y);
      if (!fit) return;
      this.line(context, "fit", [6, 3], (i) => i <= risen * at.length, at, fit);
      if (worst >= 0) this.ring(context, worst);
    }

    axes(context) {
      context.fillStyle = this.paper.colour("axis");
      context.font = "12px system-ui, sans-serif";
      for (const y of [-1, 0, 1]) {
        const [left, top] = this.spot(-10, y);
        context.fillRect(left, top, this.paper.width, y ? 0.4 : 1);
        context.fillText(String(y).replace("-", "−"), left + 4, top - 4);
      }
      for (const at of [-5, 0, 5]) {
        context.fillText(String(at).replace("-", "−"), this.spot(at, 0)[0] - 4, this.paper.height - 5);
      }
    }

    /** A bar for each node, each rising in its turn. */
    bars(context, risen) {
      const m = this.m.built;
      const width = this.paper.width / m;
      const [, ground] = this.spot(0, 0);
      context.fillStyle = this.paper.colour("bar");
      context.strokeStyle = this.paper.colour("edge");
      for (let i = 0; i <= m + 1; i++) {
        const grown = Math.min(1, Math.max(0, (risen * (m + 10) - i) / 8));
        const [middle, top] = this.spot(-10 + (20 / m) * (i - 0.5), grown * this.network.weights[2][i]);
        const bar = [middle - width / 2, top, width, ground - top];
        context.fillRect(...bar);
        if (width > 4) context.strokeRect(...bar);
      }
    }

    /** Draws y at x where a condition on the index holds. */
    line(context, colour, dash, holds, x, y) {
      context.strokeStyle = this.paper.colour(colour);
      context.lineWidth = dash.length ? 2 : 4;
      context.lineJoin = "round";
      context.setLineDash(dash);
      context.beginPath();
      x.forEach((at, i) => {
        if (holds(i)) context[i && holds(i - 1) ? "lineTo" : "moveTo"](...this.spot(at, y[i]));
      });
      context.stroke();
      context.setLineDash([]);
    }

    /** A ring where the network is furthest from the curve, or at the paper's edge. */
    ring(context, i) {
      context.strokeStyle = this.paper.colour("worst");
      context.lineWidth = 2.5;
      context.beginPath();
      context.arc(...this.spot(fine[i], Math.min(TOP, Math.max(-TOP, this.show.fit[i]))), 8, 0, 7);
      context.stroke();
    }
  }

  document.querySelectorAll(".draw-curve").forEach((root) => new Curve(root));
  Object.assign(window.Draw, { READY });
})();
