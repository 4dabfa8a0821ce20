// Product cards and the order card.

import { element, icon, safeUrl } from "./dom.js";

/** `{amount: "12.50", currency: "USD"}` as shoppers read it. */
export function money({ amount, currency }, language) {
  try {
    const style = { style: "currency", currency, currencyDisplay: "narrowSymbol" };
    return new Intl.NumberFormat(language, style).format(amount);
  } catch {
    return `${amount} ${currency}`;
  }
}

/** A row of products that scrolls sideways. */
export function productCards(products, { texts, language, origin }) {
  const row = element("ul", { class: "products", role: "list", "aria-label": texts.productsLabel });
  row.append(...products.map((product) => productCard(product, { texts, language, origin })));
  const [previous, next] = [
    ["previous", -1],
    ["next", 1],
  ].map(([name, direction]) => {
    const scroll = () => row.scrollBy({ left: direction * 0.8 * row.clientWidth, behavior: "smooth" });
    const label = { class: `scroll ${name}`, type: "button", "aria-label": texts[name], tabindex: "-1", onclick: scroll };
    return element("button", label, icon(name));
  });
  const update = () => {
    previous.hidden = row.scrollLeft < 8;
    next.hidden = row.scrollLeft + row.clientWidth > row.scrollWidth - 8;
  };
  row.addEventListener("scroll", update, { passive: true });
  new ResizeObserver(update).observe(row);
  return element("div", { class: "carousel" }, row, previous, next);
}

function productCard(product, { texts, language, origin }) {
  const href = product.url && safeUrl(product.url, origin);
  const stars = product.rating
    ? element(
        "span",
        { class: "stars", role: "img", "aria-label": texts.rating(product.rating, product.review_count) },
        `★ ${Number(product.rating).toFixed(1)}`,
        element("span", { class: "count", text: ` (${product.review_count})` }),
      )
    : null;
  const content = [
    picture(product.image, origin),
    element("span", { class: "name", dir: "auto", text: product.name }),
    product.options_text ? element("span", { class: "options", dir: "auto", text: product.options_text }) : null,
    element("span", { class: "facts" }, product.price && element("span", { class: "price", text: money(product.price, language) }), stars),
    product.in_stock ? null : element("span", { class: "gone", text: texts.outOfStock }),
  ];
  const card = href ? element("a", { href, class: "product" }, ...content) : element("div", { class: "product" }, ...content);
  return element("li", {}, card);
}

function picture(address, origin) {
  const src = address && safeUrl(address, origin);
  const image = src && element("img", { src, alt: "", loading: "lazy", decoding: "async" });
  image?.addEventListener("error", () => image.remove());
  return element("span", { class: "picture" }, image || null);
}

const SHOWN_UPDATES = 3;
const STATUS_TONES = { delivered: "good", shipped: "good", cancelled: "bad", returned: "calm" };

/** Where an order stands, what is in it, where its parcel has been. */
export function orderCard(order, { texts, language, origin }) {
  const tone = STATUS_TONES[order.status] ?? "busy";
  const head = element(
    "div",
    { class: "order-head" },
    element("h3", {}, `${texts.order} `, element("bdi", { text: order.number })),
    element("span", { class: `pill ${tone}`, text: order.status_text }),
  );
  const facts = [
    [texts.expected, order.expected_delivery, "strong"],
    [texts.placed, order.placed_at],
    [texts.carrier, order.carrier],
    [texts.tracking, order.tracking_number, "code"],
  ];
  return element(
    "section",
    { class: "order", "aria-label": `${texts.order} ${order.number}` },
    head,
    definitionList(facts),
    timeline(order.timeline ?? [], texts),
    itemList(order.items ?? [], { texts, language, origin }),
    order.total &&
      element("div", { class: "order-total" }, element("span", { text: texts.total }), element("span", { text: money(order.total, language) })),
  );
}

function definitionList(facts) {
  const list = element("dl", { class: "order-facts" });
  for (const [name, value, look] of facts) {
    if (value) list.append(element("div", { class: look }, element("dt", { text: name }), element("dd", { dir: "auto", text: value })));
  }
  return list;
}

/** The newest first; the older ones open on request. */
function timeline(updates, texts) {
  if (!updates.length) return null;
  const rows = [...updates]
    .reverse()
    .map(({ at, text }) => element("li", {}, element("span", { class: "what", dir: "auto", text }), element("span", { class: "when", text: at })));
  const list = (part) => element("ol", { class: "timeline", reversed: true, role: "list", "aria-label": texts.timeline }, ...part);
  if (rows.length <= SHOWN_UPDATES) return list(rows);
  const summary = element("summary", { text: texts.allUpdates(rows.length) });
  const more = element("details", { class: "older" }, summary, list(rows.slice(SHOWN_UPDATES - 1)));
  return element("div", {}, list(rows.slice(0, SHOWN_UPDATES - 1)), more);
}

function itemList(items, { texts, language, origin }) {
  const rows = items.map((item) =>
    element(
      "li",
      {},
      picture(item.image, origin),
      element(
        "span",
        { class: "item-text" },
        element("span", { class: "name", dir: "auto", text: item.name }),
        element("span", { class: "options", dir: "auto", text: [item.options, item.quantity > 1 && texts.quantity(item.quantity)].filter(Boolean).join("  ") }),
      ),
      item.price && element("span", { class: "price", text: money(item.price, language) }),
    ),
  );
  return rows.length ? element("ul", { class: "items", role: "list", "aria-label": texts.items }, ...rows) : null;
}
