/* A network 1-m-1, its start and its training: PyTorch's arithmetic, in float64. And curves to train it on. */
(function () {
  "use strict";

  const STEEP = 200; // of the bump's two sides
  const FLAT = 40; // beyond it a sigmoid is 0 or 1 but for 4e-18, less than a float64 near 1 can hold
  const REACH = 0.5 + FLAT / STEEP; // beyond it a bump is 0
  const POINTS = 200; // of a curve on [−10, 10], joined by straight lines
  const FINE = 10 * (POINTS - 1) + 1; // where errors are measured: nine places between any two points
  const STEP = 20 / (POINTS - 1);

  /** The Mersenne Twister, as torch.manual_seed starts it. Source: M. Matsumoto and T. Nishimura (1998). */
  class Twister {
    /** @param {number} seed From 0 to 2³² − 1. */
    constructor(seed) {
      this.state = new Uint32Array(624);
      this.state[0] = seed;
      for (let i = 1; i < 624; i++) {
        const before = this.state[i - 1];
        this.state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
      }
      this.place = 624;
    }

    twist() {
      const state = this.state;
      for (let i = 0; i < 624; i++) {
        const bits = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
        state[i] = state[(i + 397) % 624] ^ (bits >>> 1) ^ (bits & 1 ? 0x9908b0df : 0);
      }
      this.place = 0;
    }

    /** @returns {number} From 0 to 2³² − 1. */
    next() {
      if (this.place === 624) this.twist();
      let bits = this.state[this.place++];
      bits ^= bits >>> 11;
      bits ^= (bits << 7) & 0x9d2c5680;
      bits ^= (bits << 15) & 0xefc60000;
      return (bits ^ (bits >>> 18)) >>> 0;
    }

    /** @returns {Float64Array} Numbers as tensor.uniform_(-bound, bound) draws them in float32. */
    uniform(count, bound) {
      const low = Math.fround(-bound);
      const width = Math.fround(Math.fround(bound) - low);
      // rounded once: PyTorch multiplies and adds in one operation
      return new Float64Array(count).map(() => Math.fround(((this.next() & 0xffffff) / 0x1000000) * width + low));
    }
  }

  function sigmoid(z) {
    return 1 / (1 + Math.exp(-z));
  }

  /** A sigmoid, without an exponential far out. */
  function steep(z) {
    return z > FLAT ? 1 : z < -FLAT ? 0 : sigmoid(z);
  }

  /** Each computes a node at x[from … to − 1]: a(w x + b) into value, a′(w x + b) into slope, from `start` on. */
  const ACTIVATIONS = {
    bump(x, w, b, from, to, start, value, slope) {
      for (let i = from; i < to; i++) {
        const z = w * x[i] + b;
        const up = steep(STEEP * (z + 0.5));
        const down = steep(-STEEP * (z - 0.5));
        value[start + i] = up + down - 1;
        slope[start + i] = STEEP * (up * (1 - up) - down * (1 - down));
      }
    },
    relu(x, w, b, from, to, start, value, slope) {
      for (let i = from; i < to; i++) {
        const z = w * x[i] + b;
        value[start + i] = z > 0 ? z : 0;
        slope[start + i] = z > 0 ? 1 : 0;
      }
    },
    sigmoid(x, w, b, from, to, start, value, slope) {
      for (let i = from; i < to; i++) {
        const s = sigmoid(w * x[i] + b);
        value[start + i] = s;
        slope[start + i] = s * (1 - s);
      }
    },
  };

  /** @returns {number} How many x, which ascend, lie below the bound. */
  function countBelow(x, bound) {
    let low = 0;
    for (let high = x.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (x[middle] < bound) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** c₀ + Σ cⱼ a(wⱼ x + bⱼ), j = 1 … m. */
  class Network {
    /** @param {string} activation A name in ACTIVATIONS. @param {Float64Array[]} weights w, b, c, and c₀ alone. */
    constructor(activation, weights) {
      this.activation = activation;
      this.weights = weights;
      this.nodes = weights[0].length;
    }

    /** @returns {Network} As torch.manual_seed(seed), Linear(1, m), Linear(m, 1) start it: within ±1/√(numbers that come in). */
    static started(activation, m, seed) {
      const random = new Twister(seed);
      const bounds = [[m, 1], [m, 1], [m, 1 / Math.sqrt(m)], [1, 1 / Math.sqrt(m)]];
      return new Network(activation, bounds.map(([count, bound]) => random.uniform(count, bound)));
    }

    /** @returns {number[]} Where node j is not 0, or may not be: indices of x from, to. */
    span(x, j) {
      const [w, b] = [this.weights[0][j], this.weights[1][j]];
      if (this.activation !== "bump" || w === 0) return [0, x.length];
      const ends = [(-REACH - b) / w, (REACH - b) / w];
      return [countBelow(x, Math.min(...ends)), countBelow(x, Math.max(...ends))];
    }

    /** Writes the outputs into y; each node's values and slopes, from j · stride on; and, if asked for, its span. */
    forward(x, y, value, slope, stride, spans) {
      const [w, b, c, c0] = this.weights;
      y.fill(c0[0]);
      for (let j = 0; j < this.nodes; j++) {
        const [from, to] = this.span(x, j);
        const start = j * stride;
        ACTIVATIONS[this.activation](x, w[j], b[j], from, to, start, value, slope);
        for (let i = from; i < to; i++) y[i] += c[j] * value[start + i];
        if (spans) spans.set([from, to], 2 * j);
      }
    }

    /** @param {Float64Array} x Ascending. @returns {Float64Array} The output at each x. */
    outputs(x) {
      const [y, value, slope] = [0, 1, 2].map(() => new Float64Array(x.length));
      this.forward(x, y, value, slope, 0);
      return y;
    }
  }

  /** Adam on weights, with PyTorch's defaults. Source: D. P. Kingma and J. Ba (2015), algorithm 1. */
  class Adam {
    constructor(weights) {
      this.weights = weights;
      [this.gradient, this.first, this.second] = [0, 1, 2].map(() => new Float64Array(weights.length));
    }

    /** @param {number} rate @param {number} time Counts the updates from 1. */
    update(rate, time) {
      const { weights, gradient, first, second } = this;
      const size = rate / (1 - 0.9 ** time);
      const root = Math.sqrt(1 - 0.999 ** time);
      for (let k = 0; k < weights.length; k++) {
        first[k] += (1 - 0.9) * (gradient[k] - first[k]);
        second[k] = 0.999 * second[k] + (1 - 0.999) * gradient[k] * gradient[k];
        weights[k] -= (size * first[k]) / (Math.sqrt(second[k]) / root + 1e-8);
      }
    }
  }

  /** Trains a network on points, all of them in each step, by the mean squared error. */
  class Training {
    /** @param {Network} network @param {Float64Array} x Ascending. @param {Float64Array} y @param {number} rate */
    constructor(network, x, y, rate) {
      Object.assign(this, { network, x, y, rate, steps: 0 });
      [this.yhat, this.miss] = [0, 1].map(() => new Float64Array(x.length));
      [this.value, this.slope] = [0, 1].map(() => new Float64Array(network.nodes * x.length));
      this.spans = new Int32Array(2 * network.nodes);
      this.groups = network.weights.map((weights) => new Adam(weights));
    }

    /** Predicts. @returns {number} The loss; `miss` gets its slope by each output. */
    loss() {
      const { x, y, yhat, miss } = this;
      this.network.forward(x, yhat, this.value, this.slope, x.length, this.spans);
      let sum = 0;
      for (let i = 0; i < y.length; i++) {
        const off = yhat[i] - y[i];
        sum += off * off;
        miss[i] = (2 * off) / y.length;
      }
      return sum / y.length;
    }

    backward() {
      const { network, x, miss, value, slope, spans } = this;
      const [byW, byB, byC, byC0] = this.groups.map((group) => group.gradient);
      byC0[0] = miss.reduce((sum, each) => sum + each, 0);
      for (let j = 0; j < network.nodes; j++) {
        const start = j * x.length;
        let [sumW, sumB, sumC] = [0, 0, 0];
        for (let i = spans[2 * j]; i < spans[2 * j + 1]; i++) {
          const through = miss[i] * slope[start + i];
          sumC += miss[i] * value[start + i];
          sumB += through;
          sumW += through * x[i];
        }
        byW[j] = sumW * network.weights[2][j];
        byB[j] = sumB * network.weights[2][j];
        byC[j] = sumC;
      }
    }

    /** @returns {number} The loss before the update. */
    step() {
      const loss = this.loss();
      this.backward();
      this.steps += 1;
      this.groups.forEach((group) => group.update(this.rate, this.steps));
      return loss;
    }
  }

  /** @returns {Float64Array} As torch.linspace(-10, 10, count): counted from both ends. */
  function linspace(count) {
    const step = 20 / (count - 1);
    return new Float64Array(count).map((_, i) => (i < count / 2 ? -10 + step * i : 10 - step * (count - 1 - i)));
  }

  /** @returns {number} The curve y at x; beyond its ends it goes on level. */
  function height(y, x) {
    const place = Math.min(POINTS - 1, Math.max(0, (x + 10) / STEP));
    const before = Math.min(POINTS - 2, Math.floor(place));
    return y[before] + (place - before) * (y[before + 1] - y[before]);
  }

  /** @returns {number} L, the largest steepness of the curve y. */
  function steepness(y) {
    return Math.max(...y.slice(1).map((each, i) => Math.abs(each - y[i]))) / STEP;
  }

  /** @returns {Network} Lesson 01's `build`: a bump over each of m cells and one beyond each end. */
  function stairs(y, m) {
    const d = 20 / m;
    const middles = new Float64Array(m + 2).map((_, i) => -10 + d * (i - 0.5));
    const heights = middles.map((middle) => height(y, middle));
    return new Network("bump", [middles.map(() => 1 / d), middles.map((x) => -x / d), heights, new Float64Array(1)]);
  }

  /** @returns {Network} Lesson 01's `bent_line`: m straight pieces. */
  function bentLine(y, m) {
    const d = 20 / m;
    const knots = new Float64Array(m).map((_, i) => -10 + d * i);
    const slopes = knots.map((x) => (height(y, x + d) - height(y, x)) / d);
    const bends = slopes.map((slope, i) => slope - (slopes[i - 1] || 0));
    return new Network("relu", [knots.map(() => 1), knots.map((x) => -x), bends, Float64Array.of(y[0])]);
  }

  /** @returns {{at: number, error: number}} The index and the size of the largest difference. */
  function largestError(a, b) {
    const errors = a.map((each, i) => Math.abs(each - b[i]));
    const error = errors.reduce((largest, each) => Math.max(largest, each));
    return { at: errors.indexOf(error), error };
  }

  /** A curve that is being drawn: heights from −1 to 1 at 200 points. */
  class Sketch {
    constructor() {
      this.clear();
    }

    clear() {
      this.y = new Float64Array(POINTS);
      this.drawn = new Uint8Array(POINTS);
    }

    /** Draws straight over what is there. A place: the point's number, or between two, and the height. */
    stroke([x0, y0], [x1, y1]) {
      const [from, to] = [x0, x1].map((x) => Math.min(POINTS - 1, Math.max(0, Math.round(x))));
      const step = Math.sign(to - from) || 1;
      for (let i = from; i !== to + step; i += step) {
        this.set(i, from === to ? y1 : y0 + ((i - from) / (to - from)) * (y1 - y0));
      }
    }

    /** Sets a height, of three decimals. */
    set(i, y) {
      this.y[i] = Math.round(1000 * Math.min(1, Math.max(-1, y))) / 1000;
      this.drawn[i] = 1;
    }

    /** Joins what was drawn by straight lines, and goes on level beyond it. */
    fill() {
      const known = [...this.drawn.keys()].filter((i) => this.drawn[i]);
      const places = [0, ...known, POINTS - 1].map((i) => [i, i]);
      places[0][1] = known[0];
      places[places.length - 1][1] = known[known.length - 1];
      const y = this.y.slice();
      places.slice(1).forEach(([i, from], k) => this.stroke([places[k][0], y[places[k][1]]], [i, y[from]]));
    }

    /** @param {function(number): number} curve Its height at each x. */
    take(curve) {
      linspace(POINTS).forEach((x, i) => this.set(i, curve(x)));
    }
  }

  window.Draw = Object.assign(window.Draw || {}, {
    POINTS, FINE, Network, Training, Sketch, linspace, height, steepness, stairs, bentLine, largestError,
  });
})();
