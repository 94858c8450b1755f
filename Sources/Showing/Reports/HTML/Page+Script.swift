extension Page {
  /// The script that draws the maps; numbers come from the element `data`. Without it, the page still has all text,
  /// tables and charts.
  static let script = #"""
    (() => {
    'use strict';
    const D = JSON.parse(document.getElementById('data').textContent);
    const $ = (tag, props, ...kids) => { const e = Object.assign(document.createElement(tag), props || {}); e.append(...kids); return e; };
    const S = (tag, attrs, text) => { const e = document.createElementNS('http://www.w3.org/2000/svg', tag);
      for (const k in attrs) e.setAttribute(k, attrs[k]); if (text !== undefined) e.textContent = text; return e; };
    const floats = b64 => { const s = atob(b64), b = new Uint8Array(s.length); for (let i = 0; i < s.length; i++) b[i] = s.charCodeAt(i); return new Float32Array(b.buffer); };
    const lazy = new Map();
    const arr = b64 => { if (!b64) return null; let a = lazy.get(b64); if (!a) lazy.set(b64, a = floats(b64)); return a; };
    const num = (v, d = 3) => { if (!Number.isFinite(v)) return '–'; const t = v !== 0 && (Math.abs(v) >= 1e5 || Math.abs(v) < .5 * 10 ** -d) ? v.toExponential(1) : v.toFixed(d);
      return (/[1-9]/.test(t) ? t : t.replace('-', '')).replaceAll('-', '−').replace('e+', 'e'); };
    const plain = (v, d) => { const t = v.toFixed(d); return (/[1-9]/.test(t) ? t : t.replace('-', '')).replace('-', '−'); };
    const product = (lists) => lists.reduce((all, n) => all.flatMap(h => Array.from({length: n}, (_, i) => [...h, i])), [[]]);

    // Theme: the system's, or the reader's choice.
    const root = document.documentElement, themeButton = document.getElementById('theme');
    const wanted = new URLSearchParams(location.search).get('theme');
    let theme = 'auto';
    try { theme = localStorage.getItem('patchbay-theme') || 'auto'; } catch {}
    if (['light', 'dark', 'auto'].includes(wanted)) theme = wanted;
    const isDark = () => theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
    const setTheme = t => { theme = t; if (t === 'auto') delete root.dataset.theme; else root.dataset.theme = t;
      themeButton.textContent = {auto: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark'}[t]; };
    themeButton.onclick = () => { setTheme({auto: 'light', light: 'dark', dark: 'auto'}[theme]);
      try { localStorage.setItem('patchbay-theme', theme); } catch {} drawAll(); };
    setTheme(theme); themeButton.hidden = false;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawAll());

    const hex = s => s.match(/\w\w/g).map(x => parseInt(x, 16));
    const stops = { div: [['2166ac','92c5de','f7f7f7','f4a582','b2182b'], ['7cc0ff','2d5f8f','1f242a','8a4a2b','ff9d70']],
                    seq: [['f7fbff','c6dbef','6baed6','08519c'], ['1f242a','22496c','3f86bd','bfe1ff']] };
    const palette = kind => stops[kind][isDark() ? 1 : 0].map(hex);
    const colour = (p, share) => { const x = Math.min(1, Math.max(0, share)) * (p.length - 1), i = Math.min(p.length - 2, Math.floor(x)), f = x - i;
      return p[i].map((a, k) => Math.round(a + (p[i + 1][k] - a) * f)); };
    const css = c => `rgb(${c.join()})`;
    const inkOn = c => .299 * c[0] + .587 * c[1] + .114 * c[2] < 140 ? '#fff' : '#1f2328';

    const pen = document.createElement('canvas').getContext('2d');
    const widthOf = t => { pen.font = '11px ' + getComputedStyle(document.body).fontFamily; return pen.measureText(t).width; };

    // Beside what is pointed at, with the mouse or the keys; read out for those who listen.
    const tip = document.body.appendChild($('div', {id: 'tip', hidden: true}));
    const live = document.body.appendChild($('p', {className: 'unseen', ariaLive: 'polite'}));
    const showTip = (title, lines, box, aloud) => {
      tip.replaceChildren($('b', {textContent: title}), ...lines.map(l => $('div', {textContent: l})));
      tip.hidden = false;
      const w = tip.offsetWidth, h = tip.offsetHeight, left = Math.min(Math.max(6, box.left + box.width / 2 - w / 2), root.clientWidth - w - 6);
      const above = box.top - h - 8 > 4;
      tip.style.left = left + scrollX + 'px';
      tip.style.top = (above ? box.top - h - 8 : box.bottom + 8) + scrollY + 'px';
      if (aloud) live.textContent = [title, ...lines].join('; ');
    };
    const hideTip = () => { tip.hidden = true; };

    const state = { example: -1, metric: D.metrics[0], measure: 'effect' };
    const names = { effect: 'normalised effect, mean over examples', ratio: 'normalised effect, ratio of means', change: 'change of the metric', value: 'the metric itself' };

    class Map2 {
      constructor(g, host) {
        this.g = g; this.host = host;
        this.facet = [...g.s]; this.all = false;
        this.source = g.layers[0].src; this.at = null;
        const sources = [...new Set(g.layers.map(l => l.src))];
        const controls = $('div', {className: 'controls'});
        g.f.forEach((axis, i) => {
          const select = $('select');
          const count = g.f.reduce((n, a) => n * g.axes[a].l.length, 1) * g.r.reduce((n, a) => n * g.axes[a].l.length, 1);
          if (g.f.length === 1 && count <= 80 && !g.axes[axis].p && g.sweep) select.append($('option', {value: 'all', textContent: 'all, one below the other'}));
          g.axes[axis].l.forEach((l, k) => select.append($('option', {value: k, textContent: l})));
          select.value = this.facet[i];
          select.onchange = () => { this.all = select.value === 'all'; if (!this.all) this.facet[i] = +select.value; this.at = null; this.draw(); };
          controls.append($('label', {}, g.axes[axis].n.replaceAll('_', ' '), select));
        });
        if (sources.length > 1) {
          const select = $('select');
          for (const s of sources) select.append($('option', {value: s, textContent: s === 'run' ? 'as run' : 'as estimated'}));
          select.onchange = () => { this.source = select.value; this.draw(); };
          controls.append($('label', {}, 'effects', select));
        }
        this.box = $('div', {className: 'box'});
        this.scale = $('div', {className: 'scale'});
        this.note = $('div', {className: 'note'});
        host.replaceChildren(...(controls.children.length ? [controls] : []), this.box, this.scale, this.note);
      }
      layer() {
        const own = this.g.layers.filter(l => l.src === this.source);
        return own.find(l => l.m === state.metric) || own[0] || this.g.layers[0];
      }
      // The numbers that are shown, one a cell, and what they are.
      values() {
        const layer = this.layer(), g = this.g, e = state.example;
        const measure = g.sweep ? state.measure : 'value';
        const raw = e >= 0 && arr(layer.raw);
        if (!raw || (this.g.ex && e >= 0)) return { v: arr(layer.a[measure]) || arr(layer.a.value), measure, layer, one: false };
        const n = D.examples, cells = raw.length / n, v = new Float32Array(cells);
        const base = arr(D.base[layer.m]), other = arr(D.other[layer.m]);
        for (let c = 0; c < cells; c++) {
          let x = raw[c * n + e];
          if (g.sweep) {
            if (layer.change) x += base[e];
            if (g.paths && g.paths[c] === 0) x = NaN;
            if (measure === 'effect' || measure === 'ratio') x = (x - base[e]) / (other[e] - base[e]);
            else if (measure === 'change') x -= base[e];
          }
          v[c] = x;
        }
        return { v, measure, layer, one: true };
      }
      run() { return this.g.run < 0 ? 'clean' : this.g.axes[this.g.run].l[this.facet[this.g.f.indexOf(this.g.run)] ?? 0]; }
      token(position) {
        const e = state.example;
        if (e >= 0 && D.prompts[e]) { const p = D.prompts[e], i = position < 0 ? p.c.length + position : position;
          return { t: (this.run() === 'corrupted' ? p.k : p.c)[i] ?? '', v: false }; }
        const i = position < 0 ? D.pos.length + position : position;
        return D.pos[i] ? { t: D.pos[i].n, v: D.pos[i].v } : null;
      }
      label(axis, i) {
        const a = this.g.axes[axis];
        if (a.p) { const t = this.token(+a.l[i]); if (t) return { text: t.t, varies: t.v }; }
        return { text: a.l[i], varies: false };
      }
      labels(axes, entries) {
        return entries.map(entry => { const parts = entry.map((i, k) => this.label(axes[k], i));
          return { text: parts.map(p => p.text).join(axes.length === 2 && !parts.some(p => p.varies) ? '.' : ' '), varies: parts.some(p => p.varies) }; });
      }
      cell(r, c) {
        const g = this.g, at = new Array(g.axes.length).fill(0);
        g.f.forEach((a, i) => at[a] = this.facet[i]);
        this.rowAxes.forEach((a, i) => at[a] = this.rows[r][i]);
        g.c.forEach((a, i) => at[a] = this.cols[c][i]);
        let flat = 0; at.forEach((x, a) => flat = flat * g.axes[a].l.length + x);
        return { index: g.places ? g.places[flat] : flat, at };
      }
      // The words of a cell with their values: of one example, or the commonest first words with counts.
      words(i) {
        const w = this.g.w, e = state.example;
        if (!w || i < 0 || e >= w.e) return null;
        const list = e < 0 ? arr(w.c) : arr(w.w), values = e < 0 ? arr(w.n) : arr(w.v), step = e < 0 ? 1 : w.e, found = [];
        for (let k = 0; k < w.k; k++) { const at = e < 0 ? i * w.k + k : (i * w.k + k) * step + e; if (list[at] >= 0) found.push([w.t[list[at]], values[at]]); }
        return found;
      }
      draw() {
        const g = this.g, size = a => g.axes[a].l.length;
        this.rowAxes = this.all ? [...g.f, ...g.r].sort((a, b) => a - b) : g.r;
        this.rows = product(this.rowAxes.map(size)); this.cols = product(g.c.map(size));
        const { v, measure, layer, one } = this.values(); this.shown = { v, measure, layer, one };
        const rowLabels = this.labels(this.rowAxes, this.rows), colLabels = this.labels(g.c, this.cols);
        let limit = 0, low = 0, high = 0;
        for (const x of v) if (Number.isFinite(x)) { limit = Math.max(limit, Math.abs(x)); low = Math.min(low, x); high = Math.max(high, x); }
        const seq = g.seq || (measure === 'value' && low >= 0);
        const kind = seq ? 'seq' : 'div', p = palette(kind);
        if (seq) limit = g.seq ? Math.max(high, 1e-9) : high;
        limit = limit || 1;
        const share = x => seq ? x / limit : (x / limit + 1) / 2;
        const rowName = this.rowAxes.map(a => g.axes[a].n.replaceAll('_', ' ')).join(' . '), colName = g.c.map(a => g.axes[a].n.replaceAll('_', ' ')).join(' . ');
        const rowW = Math.min(190, Math.max(10, ...rowLabels.map(l => widthOf(l.text)))) + 10;
        const left = rowW + (rowName ? 18 : 0), W = Math.max(240, this.box.clientWidth - 6);
        const n = this.cols.length, rows = this.rows.length;
        const cw = Math.max(g.w ? 54 : n > 60 ? 9 : 17, Math.min(n === 1 ? 160 : g.w ? 110 : 64, (W - left - 4) / n));
        const widest = Math.max(0, ...colLabels.map(l => widthOf(l.text))), turned = widest > cw - 3;
        const every = turned && cw < 12 ? Math.ceil(12 / cw) : 1;
        const square = g.seq && g.r.length === 1 && n === rows;
        const ch = square ? Math.min(cw, 26) : rows > 100 ? 10 : rows > 50 ? 13 : rows > 24 ? 18 : rows === 1 ? 34 : 27;
        const shownWidth = Math.min(widest, 150);
        const top = (colName ? 18 : 4) + (g.c.length ? (turned ? shownWidth * .8 + 12 : 17) : 0);
        const slant = turned && g.c.length ? shownWidth * .62 : 0;
        const width = Math.max(left + n * cw + 4, left + n * cw - cw / 2 + slant), height = top + rows * ch + 4;
        const svg = S('svg', { width, height, viewBox: `0 0 ${width} ${height}`, tabindex: 0, role: 'application', 'aria-roledescription': 'heatmap',
          'aria-label': `${g.title}: ${rowName || 'one row'} by ${colName || 'one column'}, ${rows} by ${n} cells. Arrow keys move through the cells.` });
        if (colName) svg.append(S('text', { x: left + n * cw / 2, y: 11, 'text-anchor': 'middle' }, colName));
        if (rowName) svg.append(S('text', { transform: `rotate(-90 11 ${top + rows * ch / 2})`, x: 11, y: top + rows * ch / 2, 'text-anchor': 'middle' }, rowName));
        const cut = (t, w) => { if (widthOf(t) <= w) return t; while (t && widthOf(t + '…') > w) t = t.slice(0, -1); return t + '…'; };
        if (g.c.length) colLabels.forEach((l, c) => { if (c % every) return; const x = left + (c + .5) * cw;
          svg.append(S('text', turned ? { x: x + 3, y: top - 6, transform: `rotate(-52 ${x + 3} ${top - 6})`, class: l.varies ? 'v' : '' } : { x, y: top - 6, 'text-anchor': 'middle', class: l.varies ? 'v' : '' }, cut(l.text, 150))); });
        const skip = ch < 11 ? 2 : 1;
        rowLabels.forEach((l, r) => { if (r % skip) return; svg.append(S('text', { x: left - 6, y: top + (r + .5) * ch + 4, 'text-anchor': 'end', class: l.varies ? 'v' : '' }, cut(l.text, 190))); });
        const missing = getComputedStyle(root).getPropertyValue('--missing').trim();
        const digits = limit >= 100 ? 0 : limit >= 10 ? 1 : limit >= .1 ? 2 : limit >= .01 ? 3 : 4, write = cw >= 34 && ch >= 18 && rows * n <= 1500;
        const cells = S('g', {});
        let best = [0, 0], most = -1;
        this.rows.forEach((_, r) => this.cols.forEach((_, c) => {
          const i = this.cell(r, c).index, x = i < 0 ? NaN : v[i], known = Number.isFinite(x), rgb = known ? colour(p, share(x)) : null;
          if (known && Math.abs(x) > most) { most = Math.abs(x); best = [r, c]; }
          cells.append(S('rect', { x: (left + c * cw + .5).toFixed(1), y: (top + r * ch + .5).toFixed(1), width: (cw - 1).toFixed(1), height: ch - 1, rx: cw > 14 && ch > 14 ? 2 : 0, fill: known ? css(rgb) : missing }));
          const words = g.w && known ? this.words(i) : null;
          const said = words && words.length ? cut(words[0][0], cw - 6) : known && write && !g.w ? plain(x, digits) : '';
          // Zeros would be all that one sees of a large map.
          if (said && (words || rows * n <= 60 || /[1-9]/.test(said))) cells.append(S('text', { class: 'in', x: (left + (c + .5) * cw).toFixed(1), y: top + r * ch + ch / 2 + 3.5, 'text-anchor': 'middle', style: `fill:${inkOn(rgb)}` }, said));
        }));
        svg.append(cells);
        const frame = S('rect', { class: 'sel', width: cw, height: ch, rx: 2, visibility: 'hidden' });
        svg.append(frame);
        Object.assign(this, { left, top, cw, ch, svg, frame, best });
        const spot = e => { const b = svg.getBoundingClientRect(), c = Math.floor((e.clientX - b.left - left) / cw), r = Math.floor((e.clientY - b.top - top) / ch);
          return r >= 0 && c >= 0 && r < rows && c < n ? [r, c] : null; };
        svg.addEventListener('pointermove', e => { const at = spot(e); if (at) this.point(at, false); else this.leave(); });
        svg.addEventListener('pointerleave', () => this.leave());
        svg.addEventListener('click', e => { const at = spot(e); if (at) { this.at = at; this.point(at, true); } });
        svg.addEventListener('focus', () => { if (svg.matches(':focus-visible')) this.point(this.at || this.best, true); });
        svg.addEventListener('blur', () => this.leave());
        svg.addEventListener('keydown', e => {
          const [r, c] = this.at || this.best;
          const go = { ArrowUp: [r - 1, c], ArrowDown: [r + 1, c], ArrowLeft: [r, c - 1], ArrowRight: [r, c + 1], Home: [r, 0], End: [r, n - 1], PageUp: [0, c], PageDown: [rows - 1, c] }[e.key];
          if (e.key === 'Escape') return this.leave();
          if (!go) return;
          e.preventDefault();
          this.at = [Math.min(rows - 1, Math.max(0, go[0])), Math.min(n - 1, Math.max(0, go[1]))];
          const x = left + this.at[1] * cw;
          if (x < this.box.scrollLeft + left || x + cw > this.box.scrollLeft + this.box.clientWidth) this.box.scrollLeft = x - this.box.clientWidth / 2;
          this.point(this.at, true);
        });
        const kept = this.box.scrollLeft, focused = document.activeElement && this.box.contains(document.activeElement);
        this.box.replaceChildren(svg); this.box.scrollLeft = kept;
        if (focused) svg.focus();
        const text = g.sweep ? (one ? { effect: 'normalised effect', ratio: 'normalised effect', change: 'change of ' + layer.m, value: layer.m }[measure] : measure === 'change' ? 'change of ' + layer.m : measure === 'value' ? layer.m : names[measure] + ', on ' + layer.m) : g.v === 'value' ? layer.m : g.v === 'change' ? layer.m : g.v;
        this.scale.replaceChildren(seq ? '0' : num(-limit, 2), $('i', { style: `background:linear-gradient(90deg,${p.map(css).join()})` }), num(limit, 2), $('span', { textContent: text }));
        const notes = [];
        const usesTokens = [...g.c, ...this.rowAxes].some(a => g.axes[a].p);
        if (usesTokens && state.example < 0 && [...rowLabels, ...colLabels].some(l => l.varies)) notes.push('* differs between prompts: shown is the first prompt’s token; ‹…› names what stands there in every prompt.');
        if (usesTokens && state.example < 0 && !D.pos.length && D.prompts.length) notes.push('Prompts differ in length: positions are numbers; choose an example to see its tokens.');
        if (state.example >= 0 && !one && !g.ex) notes.push('Values of single examples are not embedded for this map; shown is the mean.');
        this.note.textContent = notes.join(' ');
      }
      point(at, aloud) {
        const [r, c] = at, { index, at: entry } = this.cell(r, c), g = this.g, { v, measure, layer, one } = this.shown;
        this.frame.setAttribute('x', this.left + c * this.cw); this.frame.setAttribute('y', this.top + r * this.ch); this.frame.setAttribute('visibility', 'visible');
        const where = g.axes.map((a, k) => { let t = a.n.replaceAll('_', ' ') + ' ' + a.l[entry[k]];
          if (a.p) { const tok = this.token(+a.l[entry[k]]); if (tok) t += ` “${tok.t}”`;
            const e = state.example; if (e >= 0 && g.run < 0 && D.prompts[e]) { const p = D.prompts[e], i = +a.l[entry[k]] < 0 ? p.c.length + +a.l[entry[k]] : +a.l[entry[k]]; if (p.k[i] !== p.c[i]) t += ` (corrupted: “${p.k[i]}”)`; } }
          return t; }).join(' · ');
        const lines = [];
        if (index < 0 || !Number.isFinite(v[index])) lines.push(index >= 0 && g.paths && g.paths[index] === 0 ? 'no path' : 'no value');
        else if (g.w && this.words(index)) {
          for (const [word, x] of this.words(index)) lines.push(state.example < 0 ? `“${word}” first in ${x} of ${D.examples}` : `“${word}” ${num(x)}`);
          if (state.example < 0) lines.push(`mean probability of the first token ${num(v[index])}`);
        } else if (!g.sweep || one) {
          lines.push(`${g.sweep ? (measure === 'value' ? layer.m : measure === 'change' ? 'change of ' + layer.m : 'effect') : g.v === 'attention' ? 'attention' : layer.m} ${num(v[index])}`);
          if (one && g.sweep && measure !== 'value') { const raw = arr(layer.raw)[index * D.examples + state.example], b = arr(D.base[layer.m])[state.example], o = arr(D.other[layer.m])[state.example];
            lines.push(`${layer.m} ${num(layer.change ? raw + b : raw)} (${D.baseName} ${num(b)}, ${D.otherName} ${num(o)})`); }
        } else {
          const get = k => { const a = arr(layer.a[k]); return a ? a[index] : NaN; };
          lines.push(`effect ${num(get('effect'))}` + (Number.isFinite(get('low')) ? ` [${num(get('low'))}, ${num(get('high'))}]` : '') + `; ratio of means ${num(get('ratio'))}`);
          if (layer.a.value) lines.push(`${layer.m} ${num(get('value'))}, change ${num(get('change'))}`);
          if (Number.isFinite(get('p'))) lines.push(`p ${get('p') < .001 ? '< 0.001' : num(get('p'))}, ${get('n')} examples`);
        }
        const b = this.svg.getBoundingClientRect();
        showTip(where, lines, { left: b.left + this.left + c * this.cw, top: b.top + this.top + r * this.ch, bottom: b.top + this.top + (r + 1) * this.ch, width: this.cw }, aloud);
      }
      leave() { hideTip(); this.frame.setAttribute('visibility', 'hidden'); }
    }

    const maps = D.grids.map(g => { const host = document.querySelector(`[data-grid="${g.id}"]`); return host && new Map2(g, host); }).filter(Boolean);
    const drawAll = () => { hideTip(); for (const m of maps) m.draw(); };

    // The choices for all maps at once.
    const bar = document.getElementById('choices');
    if (bar && D.grids.some(g => g.sweep || g.layers.some(l => l.raw))) {
      bar.hidden = false;
      const example = $('select'), metric = $('select'), measure = $('select'), prompt = document.getElementById('chosen');
      example.append($('option', { value: -1, textContent: `all ${D.examples} (mean)` }));
      for (let i = 0; i < D.examples && i < 5000; i++) example.append($('option', { value: i, textContent: `example ${i}` }));
      for (const m of D.metrics) metric.append($('option', { value: m, textContent: m }));
      for (const k of ['effect', 'ratio', 'change', 'value']) measure.append($('option', { value: k, textContent: names[k] }));
      const step = d => { example.selectedIndex = (example.selectedIndex + d + example.length) % example.length; example.onchange(); };
      example.onchange = () => { state.example = +example.value; showPrompt(); drawAll(); };
      metric.onchange = () => { state.metric = metric.value; drawAll(); };
      measure.onchange = () => { state.measure = measure.value; drawAll(); };
      const showPrompt = () => {
        const p = D.prompts[state.example];
        if (!p) { prompt.textContent = state.example < 0 ? `Means over ${D.examples} examples. Point at a cell, or focus a map and use the arrow keys.` : ''; return; }
        const list = (a, b) => a.map((t, i) => $('span', { className: 'tok' + (b[i] !== t ? ' d' : ''), textContent: t }));
        prompt.replaceChildren('clean ', ...list(p.c, p.k), ...(p.c.some((t, i) => t !== p.k[i]) ? [$('br'), 'corrupted ', ...list(p.k, p.c)] : []));
      };
      const row = bar.querySelector('.row');
      if (D.examples > 1) row.append($('label', {}, 'show', example), $('button', { type: 'button', textContent: '‹', ariaLabel: 'previous example', onclick: () => step(-1) }), $('button', { type: 'button', textContent: '›', ariaLabel: 'next example', onclick: () => step(1) }));
      if (D.metrics.length > 1) row.append($('label', {}, 'metric', metric));
      if (D.grids.some(g => g.sweep)) row.append($('label', {}, 'as', measure));
      showPrompt();
    }

    // Charts: whatever has a title is reached by the arrow keys too, and circuits by a threshold.
    for (const svg of document.querySelectorAll('figure.chart svg')) {
      // The browser's own hint would stand on ours.
      for (const t of svg.querySelectorAll('g > title')) { t.parentNode.dataset.tip = t.textContent; t.remove(); }
      const all = () => [...svg.querySelectorAll('g[data-tip]')].filter(g => !g.classList.contains('off') && !g.classList.contains('node'))
        .sort((a, b) => Math.abs(b.dataset.effect || 0) - Math.abs(a.dataset.effect || 0));
      if (!all().length) continue;
      let at = -1;
      const clear = () => { svg.querySelectorAll('g.on').forEach(g => g.classList.remove('on')); hideTip(); };
      const show = (g, aloud) => { clear(); g.classList.add('on'); const t = g.dataset.tip.split(': '); showTip(t[0], t.slice(1), g.getBoundingClientRect(), aloud); };
      svg.setAttribute('tabindex', 0); svg.setAttribute('role', 'application');
      svg.setAttribute('aria-label', (svg.querySelector(':scope > title') || {}).textContent + ': arrow keys go through what is drawn, the strongest first');
      svg.addEventListener('keydown', e => { const list = all(), d = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
        if (e.key === 'Escape') return clear(); if (!d || !list.length) return; e.preventDefault(); at = (at + d + list.length) % list.length; show(list[at], true); });
      svg.addEventListener('blur', clear);
      svg.addEventListener('pointerover', e => { const g = e.target.closest('g[data-tip]'); if (g && svg.contains(g)) show(g, false); });
      svg.addEventListener('pointerleave', clear);
    }
    for (const figure of document.querySelectorAll('figure.circuit')) {
      const slider = figure.querySelector('input'), out = figure.querySelector('output');
      const edges = [...figure.querySelectorAll('.edge')], nodes = [...figure.querySelectorAll('.node')];
      slider.oninput = () => {
        const t = +slider.value, lit = new Set();
        let shown = 0;
        for (const e of edges) { const off = Math.abs(+e.dataset.effect) < t; e.classList.toggle('off', off); if (!off) { shown++; lit.add(e.dataset.from); lit.add(e.dataset.to); } }
        for (const n of nodes) n.classList.toggle('faded', !lit.has(n.dataset.part));
        out.textContent = `|effect| ≥ ${num(t)}: ${shown} of ${edges.length} paths`;
      };
      slider.oninput(); figure.querySelector('.controls').hidden = false;
    }

    drawAll();
    let seen = innerWidth;
    addEventListener('resize', () => { if (innerWidth !== seen) { seen = innerWidth; drawAll(); } });
    addEventListener('beforeprint', () => drawAll());
    addEventListener('scroll', () => { if (!document.activeElement || document.activeElement === document.body) hideTip(); }, { passive: true });
    root.dataset.ready = maps.length;
    })();
    """#
}
