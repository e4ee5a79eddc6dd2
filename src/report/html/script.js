'use strict';
// The page is complete without this. The script lets long lists grow as the reader scrolls, and filters, sorts and explains them.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Where paths have only their numbers: each is drawn, from whoever it begins at.
  const icons = { service_account: 'user', invite: 'user', organization: 'user', grant: 'role', api_key: 'key', admin_api_key: 'key' };
  const drawn = (ways) => {
    const [, kind] = ways.classList;
    ways.replaceWith(...all('a', ways).map((link) => {
      const path = document.getElementById(link.hash.slice(1)).querySelector('.path').cloneNode(true);
      const first = document.createElement('li');
      first.className = kind;
      first.innerHTML = `<svg class="i" aria-hidden="true"><use href="#i-${icons[kind] ?? kind}"/><\/svg>`;
      first.append(ways.dataset.who);
      path.prepend(first);
      return path;
    }));
  };

  // Parses a piece that is still text. It is our own HTML, escaped when it was written.
  const parsed = (piece) => {
    const part = document.createElement('template');
    part.innerHTML = piece.querySelector('noscript').textContent;
    return part.content;
  };
  let filter = () => {};
  const take = (piece) => {
    const part = parsed(piece);
    all('.ways', part).forEach(drawn);
    const next = piece.nextElementSibling;
    const rows = part.querySelectorAll('tbody > tr');
    const table = rows.length ? piece.parentElement.querySelector('table > tbody') : null;
    if (table) {
      table.append(...rows);
      piece.remove();
    } else {
      filter(all('.findings > li', part), piece.closest('.rule'));
      piece.replaceWith(part);
    }
    watch(next);
  };
  const near = new IntersectionObserver((seen) => {
    for (const { target } of seen.filter((one) => one.isIntersecting)) {
      near.unobserve(target);
      take(target);
    }
  }, { rootMargin: '0px 0px 1200px 0px' });
  // Of several waiting pieces in a row, only the first that is not hidden takes up space on the page.
  const watch = (piece) => {
    let next = piece;
    while (next?.matches('.piece') && next.hidden) next = next.nextElementSibling;
    if (next?.matches('.piece')) {
      next.classList.add('next');
      near.observe(next);
    }
  };
  const watchAll = (within) => {
    const pieces = all('.piece', within);
    pieces.filter((piece) => piece.matches('.next')).forEach((piece) => { piece.classList.remove('next'); near.unobserve(piece); });
    pieces.filter((piece) => !piece.previousElementSibling?.matches('.piece')).forEach(watch);
  };
  watchAll(document);
  const takeAll = (within) => all('.piece', within).forEach(take);

  // On paper, everything is open.
  let closed = [];
  addEventListener('beforeprint', () => {
    takeAll(document);
    closed = all('details:not([open]):not(.policy)');
    closed.forEach((one) => { one.open = true; });
  });
  addEventListener('afterprint', () => closed.forEach((one) => { one.open = false; }));

  // A link to a rule opens it.
  const open = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener('hashchange', open);
  open();

  all('.tools').forEach((tools) => { tools.hidden = false; });
  const later = (what) => {
    let timer;
    return () => { clearTimeout(timer); timer = setTimeout(what, 120); };
  };
  const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text, wanted) => { const lower = text.toLowerCase(); return wanted.every((word) => lower.includes(word)); };
  const plural = (count, word) => `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;

  // The texts of the items of a piece, each with those of the paths that it names: made once.
  const paths = new Map(all('#paths li[id]').map((path) => [`#${path.id}`, path.querySelector('.path').textContent]));
  const known = new WeakMap();
  const texts = (piece) => {
    if (!known.has(piece)) {
      const text = (item) => [item.textContent, ...all('.ways a', item).map((link) => paths.get(link.hash))].join(' ').toLowerCase();
      known.set(piece, all('.findings > li', parsed(piece)).map(text));
    }
    return known.get(piece);
  };

  const findings = document.querySelector('[data-filter=findings]');
  if (findings) {
    const rules = all('#findings .rule');
    const status = findings.closest('.tools').querySelector('.count');
    const fold = document.querySelector('[data-fold=findings]');
    fold.addEventListener('click', () => {
      const opening = rules.some((rule) => !rule.open && !rule.hidden);
      rules.filter((rule) => !rule.hidden).forEach((rule) => { rule.open = opening; });
      fold.textContent = opening ? 'Close all rules' : 'Open all rules';
    });
    let wanted = [];
    const whole = (rule) => has(rule.querySelector('summary').textContent, wanted);
    filter = (items, rule) => {
      const every = whole(rule);
      items.forEach((item) => { item.hidden = !every && !has(item.textContent, wanted); });
    };
    findings.addEventListener('input', later(() => {
      wanted = words(findings.value);
      let count = 0;
      for (const rule of rules) {
        const every = whole(rule);
        const items = all('.findings > li', rule);
        filter(items, rule);
        let met = items.filter((item) => !item.hidden).length;
        // What waits is counted, and comes as the reader scrolls.
        all('.piece', rule).forEach((piece) => {
          const of = every ? Number(piece.dataset.items) : texts(piece).filter((text) => wanted.every((word) => text.includes(word))).length;
          piece.hidden = of === 0;
          met += of;
        });
        watchAll(rule);
        rule.hidden = !every && met === 0;
        if (wanted.length && !every && met > 0) rule.open = true;
        count += met;
      }
      all('#findings h3.severity').forEach((heading) => {
        let next = heading.nextElementSibling;
        let shown = false;
        while (next && next.matches('.rule')) { shown ||= !next.hidden; next = next.nextElementSibling; }
        heading.hidden = !shown;
      });
      status.textContent = wanted.length ? plural(count, 'finding') : '';
    }));
  }

  const matrix = document.querySelector('#matrix table');
  if (matrix) {
    const body = matrix.tBodies[0];
    const region = document.getElementById('matrix');
    const filter = document.querySelector('[data-filter=matrix]');
    const status = filter.closest('.tools').querySelector('.count');
    const heads = all('thead th', matrix);
    filter.addEventListener('input', later(() => {
      const wanted = words(filter.value);
      if (wanted.length) takeAll(region);
      let count = 0;
      for (const row of body.rows) {
        row.hidden = !has(row.textContent, wanted);
        count += row.hidden ? 0 : 1;
      }
      status.textContent = wanted.length ? plural(count, 'row') : '';
    }));

    const key = (row, at, kind) => {
      const cell = row.cells[at];
      if (kind === 'mark') return cell.textContent.trim();
      if (kind === 'number') return Number(cell.textContent);
      return (at === 0 ? cell.querySelector('.who') : cell).textContent.trim().toLowerCase();
    };
    heads.forEach((head, at) => {
      const kind = head.dataset.sort;
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        takeAll(region);
        const first = kind === 'text' ? 'ascending' : 'descending';
        const other = first === 'ascending' ? 'descending' : 'ascending';
        const way = head.getAttribute('aria-sort') === first ? other : first;
        heads.forEach((one) => one.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', way);
        const sign = way === 'ascending' ? 1 : -1;
        const rows = [...body.rows].map((row) => [key(row, at, kind), row]);
        rows.sort(([a], [b]) => sign * (a < b ? -1 : a > b ? 1 : 0));
        body.append(...rows.map(([, row]) => row));
      });
    });

    // Who has it and how: for the cell under the pointer, or the one that has the focus. Arrows move among the cells.
    const tip = document.createElement('div');
    tip.className = 'tip';
    tip.id = 'tip';
    tip.setAttribute('role', 'tooltip');
    tip.hidden = true;
    document.body.append(tip);
    let told = null;
    const hide = () => {
      tip.hidden = true;
      if (told) told.removeAttribute('aria-describedby');
      told = null;
    };
    const tell = (cell) => {
      hide();
      if (!cell || !cell.dataset.ways) return;
      const row = cell.parentElement;
      const name = document.createElement('b');
      name.textContent = `${row.querySelector('.who').textContent.trim()}: ${heads[cell.cellIndex].textContent}`;
      const paths = all('.how > details > ul > li', row);
      const ways = cell.dataset.ways.split(' ').map((place) => {
        const path = paths[Number(place)].querySelector('.path').cloneNode(true);
        path.querySelector('.permission')?.remove();
        return path;
      });
      tip.replaceChildren(name, ...ways);
      tip.hidden = false;
      cell.setAttribute('aria-describedby', 'tip');
      told = cell;
      place();
    };
    const place = () => {
      if (!told) return;
      const box = told.getBoundingClientRect();
      const left = Math.max(8, Math.min(box.left, innerWidth - tip.offsetWidth - 8));
      const below = box.bottom + 6;
      const top = below + tip.offsetHeight > innerHeight ? Math.max(8, box.top - tip.offsetHeight - 6) : below;
      tip.style.left = `${left}px`;
      tip.style.top = `${top}px`;
    };
    const cellOf = (event) => event.target.closest('td[data-ways]');
    body.addEventListener('pointerover', (event) => tell(cellOf(event)));
    body.addEventListener('pointerleave', hide);
    body.addEventListener('focusin', (event) => tell(cellOf(event)));
    body.addEventListener('focusout', hide);
    addEventListener('scroll', place, { passive: true, capture: true });

    const focus = (cell) => {
      all('td[tabindex]', body).forEach((one) => { one.tabIndex = -1; });
      cell.tabIndex = 0;
      cell.focus();
    };
    body.addEventListener('keydown', (event) => {
      const cell = event.target.closest('td');
      if (event.key === 'Escape') hide();
      if (!cell) return;
      const rows = [...body.rows].filter((row) => !row.hidden);
      const at = rows.indexOf(cell.parentElement);
      const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      if (!step) return;
      const next = rows[at + step[0]]?.cells[cell.cellIndex + step[1]];
      if (next && next.tagName === 'TD') {
        event.preventDefault();
        focus(next);
      }
    });
    const firstCell = body.querySelector('td[data-ways]');
    if (firstCell) firstCell.tabIndex = 0;
    body.addEventListener('click', (event) => { const cell = cellOf(event); if (cell) focus(cell); });
  }

  // The part that is being read, in the navigation.
  const links = new Map(all('nav a').map((link) => [link.hash.slice(1), link]));
  const reading = new IntersectionObserver((seen) => {
    for (const { target } of seen.filter((one) => one.isIntersecting)) {
      links.forEach((link) => link.removeAttribute('aria-current'));
      links.get(target.id)?.setAttribute('aria-current', 'true');
    }
  }, { rootMargin: '-20% 0px -75% 0px' });
  all('main > section').forEach((section) => reading.observe(section));
})();
