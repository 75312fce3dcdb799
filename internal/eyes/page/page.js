'use strict';
// Keeps the page as the server renders it. Without this script it is whole, but stands.
(() => {
  const byId = (id) => document.getElementById(id);
  const silence = 40000; // ms without an event after which the page is not up to date: events come every 15 s
  const again = 10000; // ms until the next try, when the browser does not try by itself
  const sayEvery = 10000; // ms between two things said to a screen reader

  // morph makes a node like another one. What stays the same is left alone, and so keeps
  // focus, selection and the state of details.
  function morph(old, want) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== want.data) old.data = want.data;
      return;
    }
    if (old.hasAttribute('data-keep')) return;
    for (const { name } of [...old.attributes]) {
      if (name !== 'open' && !want.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of want.attributes) {
      if (name !== 'open' && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    let at = old.firstChild;
    for (const child of [...want.childNodes]) {
      let found = at;
      while (found && key(found) !== key(child)) found = found.nextSibling;
      if (!found) {
        old.insertBefore(document.adoptNode(child), at);
        continue;
      }
      if (found === at) at = at.nextSibling;
      else old.insertBefore(found, at);
      morph(found, child);
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  }
  const key = (n) => n.nodeName + ' ' + (n.id || (n.dataset && n.dataset.key) || '');

  // Ages are told as the server tells them.
  function age(seconds) {
    const s = Math.max(0, Math.floor(seconds)), m = Math.floor(s / 60), h = Math.floor(m / 60), d = Math.floor(h / 24);
    const two = (a, b, rest, c) => a + b + (rest ? rest + c : '');
    if (d >= 3) return d + 'd';
    if (d) return two(d, 'd', h % 24, 'h');
    if (h) return two(h, 'h', m % 60, 'm');
    if (m) return m + 'm';
    return s + 's';
  }
  let ahead = 0; // ms by which the clock of the server is before ours
  function tellTimes() {
    const now = Date.now() + ahead;
    for (const t of document.querySelectorAll('time[data-when]')) {
      const since = (now - Date.parse(t.dateTime)) / 1000, when = t.dataset.when;
      let text = age(since) + ' ago';
      if (when === 'for') text = 'for ' + age(since);
      if (when === 'in') text = since < 0 ? 'in ' + age(-since) : 'now';
      if (t.textContent !== text) t.textContent = text;
    }
  }

  // What is said is the headline, when it has become another one, and not too often.
  let headline = byId('part').dataset.headline, saidAt = 0, saying = 0;
  function say(text) {
    if (text === headline) return;
    headline = text;
    clearTimeout(saying);
    saying = setTimeout(() => {
      byId('said').textContent = headline;
      saidAt = Date.now();
    }, Math.max(500, saidAt + sayEvery - Date.now()));
  }

  // The chart has the bytes a second of the last two minutes.
  const span = 120, samples = [];
  let counted = null;
  const unit = (n) => {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let i = 0;
    for (; n >= 1024 && i < units.length - 1; i++) n /= 1024;
    return (i && n < 10 ? n.toFixed(1) : Math.round(n)) + ' ' + units[i] + '/s';
  };
  function measure(data, now) {
    const sent = Number(data.sent), received = Number(data.received);
    if (counted && now > counted.at && sent >= counted.sent && received >= counted.received) {
      const seconds = (now - counted.at) / 1000;
      samples.push({ from: counted.at, to: now, sent: (sent - counted.sent) / seconds, received: (received - counted.received) / seconds });
    }
    counted = { at: now, sent, received };
    while (samples.length && samples[0].to < now - span * 1000) samples.shift();
  }
  const svgNode = (name, attributes) => {
    const node = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const a in attributes) node.setAttribute(a, attributes[a]);
    return node;
  };
  const node = (name, cls, ...inside) => {
    const n = document.createElement(name);
    if (cls) n.className = cls;
    n.append(...inside);
    return n;
  };
  let parts = null;
  function build(figure) {
    const svg = svgNode('svg', { viewBox: '0 0 120 100', preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false' });
    parts = {
      under: svgNode('path', { class: 'under' }), sent: svgNode('path', { class: 'sent' }), received: svgNode('path', { class: 'received' }),
      most: node('span', 'top-of'), sentText: node('span'), receivedText: node('span'), mostText: node('span', 'quiet'), figure,
    };
    for (const y of [8, 54]) svg.append(svgNode('line', { class: 'rule', x1: 0, x2: 120, y1: y, y2: y }));
    svg.append(parts.under, parts.sent, parts.received);
    figure.append(
      node('div', 'plot', svg, parts.most),
      node('div', 'axis', node('span', '', '2 minutes ago'), node('span', '', 'now')),
      node('figcaption', '', node('span', '', node('span', 'key'), 'sent ', parts.sentText),
        node('span', '', node('span', 'key received'), 'received ', parts.receivedText), parts.mostText));
    figure.hidden = false;
  }
  function draw() {
    const figure = byId('chart');
    if (!figure) return;
    if (!parts || parts.figure !== figure) build(figure);
    const now = Date.now();
    let most = 0;
    for (const s of samples) most = Math.max(most, s.sent, s.received);
    const scale = Math.max(most, 1024);
    const line = (of) => {
      const points = [];
      const add = (time, rate) => points.push(Math.max(0, span - (now - time) / 1000).toFixed(2) + ' ' + (99 - 91 * (rate / scale)).toFixed(1));
      for (const s of samples) {
        if (!points.length) add(s.from, s[of]);
        add((s.from + s.to) / 2, s[of]);
      }
      // While nothing is told, it goes on.
      if (points.length) add(source ? now : samples.at(-1).to, samples.at(-1)[of]);
      return points;
    };
    const sent = line('sent'), received = line('received'), last = samples.at(-1);
    const path = (points) => (points.length ? 'M' + points.join('L') : '');
    parts.sent.setAttribute('d', path(sent));
    parts.received.setAttribute('d', path(received));
    parts.under.setAttribute('d', sent.length ? path(sent) + 'V100H' + sent[0].split(' ')[0] + 'Z' : '');
    const tell = (where, text) => {
      if (where.textContent !== text) where.textContent = text;
    };
    tell(parts.most, most ? unit(scale) : '');
    tell(parts.sentText, last ? unit(last.sent) : '\u2026');
    tell(parts.receivedText, last ? unit(last.received) : '\u2026');
    tell(parts.mostText, most ? 'at most ' + unit(most) + ' in these two minutes' : '');
  }

  function show(html) {
    const want = new DOMParser().parseFromString(html, 'text/html').getElementById('part');
    if (!want) return;
    morph(byId('part'), want);
    const data = want.dataset;
    if (document.title !== data.title) document.title = data.title;
    if (byId('icon').getAttribute('href') !== data.icon) byId('icon').setAttribute('href', data.icon);
    say(data.headline);
    const now = Date.now();
    ahead = Number(data.at) - now;
    measure(data, now);
    draw();
    tellTimes();
  }

  // The link to the server. A page that nobody looks at has none.
  let source = null, heardAt = Date.now(), retry = 0;
  const clock = () => new Date().toLocaleTimeString();
  let shownAt = clock();
  function tellLink(cls, text) {
    const link = byId('link');
    link.className = 'link ' + cls;
    if (link.textContent !== text) link.textContent = text;
  }
  const lost = (why) => tellLink('lost', why + ' \u2013 as of ' + shownAt);
  function connect() {
    clearTimeout(retry);
    source = new EventSource('events');
    source.addEventListener('snapshot', (e) => {
      heardAt = Date.now();
      shownAt = clock();
      show(e.data);
      tellLink('live', 'Live');
    });
    source.addEventListener('end', () => lost('The watch has ended'));
    source.addEventListener('error', () => {
      lost('No connection');
      if (source && source.readyState === EventSource.CLOSED) retry = setTimeout(connect, again);
    });
  }
  function disconnect() {
    clearTimeout(retry);
    if (source) source.close();
    source = null;
    counted = null;
  }
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) disconnect();
    else if (!source) connect();
  });
  setInterval(() => {
    if (document.hidden) return;
    if (Date.now() - heardAt > silence) lost('Nothing is heard');
    tellTimes();
    draw();
  }, 1000);
  connect();
})();
