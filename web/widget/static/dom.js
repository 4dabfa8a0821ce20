// Making elements. Data only ever becomes text or a checked attribute: nothing here parses HTML.

/** An element with properties, attributes (`aria-…`, `role`, `dir` …), listeners (`onclick`) and children. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else if (name === "text") made.textContent = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

const PATHS = {
  chat: "M4 5.5A2.5 2.5 0 0 1 6.5 3h11A2.5 2.5 0 0 1 20 5.5v8a2.5 2.5 0 0 1-2.5 2.5H11l-4.6 4V16h0A2.5 2.5 0 0 1 4 13.5Z",
  close: "M6 6l12 12M18 6L6 18",
  restart: "M4.5 12a7.5 7.5 0 1 0 2.4-5.5M4.5 4v4h4",
  send: "M12 19V5M5.5 11.5L12 5l6.5 6.5",
  previous: "M14.5 5.5L8 12l6.5 6.5",
  next: "M9.5 5.5L16 12l-6.5 6.5",
  down: "M12 5v13M6 12.5l6 6 6-6",
  thumb: "M7.5 10.5v9M4 10.5h3.5l3.6-7a2.1 2.1 0 0 1 2.1 2.6l-.8 3.4h5.3a2 2 0 0 1 2 2.4l-1.3 6a2 2 0 0 1-2 1.6H4Z",
  star: "M12 3.4l2.65 5.4 5.95.85-4.3 4.2 1 5.9L12 16.95l-5.3 2.8 1-5.9-4.3-4.2 5.95-.85Z",
};

/** One of our line icons, 24 by 24, in the colour of the text around it. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" })) {
    svg.setAttribute(key, value);
  }
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** The address if it is a web address, resolved against `base`; else null. */
export function safeUrl(address, base) {
  try {
    const url = new URL(address, base);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

// A web address ends before closing punctuation, Chinese punctuation included.
const INLINE = /\*\*([^*\n]+)\*\*|(https?:\/\/[^\s<>"'（）【】《》，。；！？、]+[^\s<>"'（）【】《》，。；！？、.,:;!?)\]}])/g;

/** Text as nodes: line breaks stay (by CSS), `**bold**` is bold, web addresses are links, nothing else. */
export function richText(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(text.slice(from, match.index));
    const [whole, bold, address] = match;
    nodes.push(bold ? element("strong", { text: bold }) : link(address));
    from = match.index + whole.length;
  }
  nodes.push(text.slice(from));
  return nodes.filter((node) => node !== "");
}

function link(address) {
  const href = safeUrl(address);
  return href ? element("a", { href, target: "_blank", rel: "noopener noreferrer nofollow", text: address }) : address;
}
